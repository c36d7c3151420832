//! Connections to services: kept, given up, and what is sent again.

use std::net::Shutdown;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::Duration;

use crate::support::gateway::get;
use crate::support::service::keep_answering;
use crate::support::{Config, PATIENCE, Service, ok};

#[test]
fn one_connection_carries_many_requests() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    for _ in 0..10 {
        // Each from another client.
        assert_eq!(gateway.get_and_settle("/").text(), "hello");
    }
    assert_eq!(service.connections(), 1);
}

#[test]
fn routes_to_one_service_share_its_connections() {
    let service = Service::hello();
    let gateway = Config::to(&service)
        .route(
            "a",
            "svc",
            "match: { path: { prefix: /a } }, rewrite: { strip_prefix: /a }",
        )
        .route("b", "svc", "match: { path: { prefix: /b } }")
        .start();
    for target in ["/a", "/b", "/a/x", "/b?c"] {
        assert_eq!(gateway.get_and_settle(target).text(), "hello");
    }
    assert_eq!(service.connections(), 1);
}

/// Tells when the gateway closes a connection that it doesn't use.
fn telling_when_left() -> (Service, mpsc::Receiver<()>) {
    let (left, told) = mpsc::channel();
    let left = Mutex::new(left);
    let service = Service::start(move |mut conn| {
        while conn.request().is_some() {
            conn.send(ok("hello"));
        }
        // The test may have ended by now.
        let _ = left.lock().unwrap().send(());
    });
    (service, told)
}

#[test]
fn an_unused_connection_is_closed_when_its_time_is_up() {
    let (service, left) = telling_when_left();
    let gateway = Config::new()
        .service("svc", &service.url(), "timeouts: { idle: 300ms }")
        .start();
    gateway.get("/");
    assert!(
        left.recv_timeout(Duration::from_millis(200)).is_err(),
        "too early"
    );
    left.recv_timeout(Duration::from_secs(5)).unwrap();
    gateway.get("/");
    assert_eq!(service.connections(), 2);
}

#[test]
fn idle_off_keeps_an_unused_connection() {
    let (service, left) = telling_when_left();
    let gateway = Config::new()
        .service("svc", &service.url(), "timeouts: { idle: off }")
        .start();
    gateway.get("/");
    assert!(left.recv_timeout(Duration::from_millis(1500)).is_err());
    gateway.get("/");
    assert_eq!(service.connections(), 1);
}

#[test]
fn a_service_that_announces_close_is_believed() {
    let service = Service::answering(|_, _| {
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok".to_vec()
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    for _ in 0..3 {
        client.send(get("/"));
        let response = client.response();
        // That was between the service and the gateway.
        assert_eq!(response.head.get("connection"), Some("keep-alive"));
    }
    assert_eq!(service.connections(), 3);
}

/// Answers the first request of each connection and takes the second for the
/// moment to close, except on connections from `good` on.
fn closes_on_the_second(good: usize) -> Service {
    Service::start(move |mut conn| {
        let mut count = 0;
        while conn.request().is_some() {
            count += 1;
            if count > 1 && conn.number < good {
                return;
            }
            conn.send(ok("hello"));
        }
    })
}

#[test]
fn a_get_on_a_stale_connection_is_sent_once_more() {
    let service = closes_on_the_second(1);
    let gateway = Config::to(&service).start();
    assert_eq!(gateway.get_and_settle("/1").text(), "hello");
    assert_eq!(gateway.get("/2").text(), "hello");
    let heads = service.heads();
    let targets: Vec<&str> = heads.iter().map(|head| head.second()).collect();
    assert_eq!(targets, ["/1", "/2", "/2"]);
    // It was rewritten anew, not twice.
    assert_eq!(heads[2].all("via"), ["1.1 api-gateway"]);
    assert_eq!(heads[1].get("x-request-id"), heads[2].get("x-request-id"));
}

/// A service that ends may reset them all at once, and a worker that has enough to do learns
/// of it when it has taken the first of them. What can't be written hasn't arrived.
#[test]
fn a_request_on_a_connection_that_was_reset_is_sent_on_another() {
    // More than a worker is told of at once.
    const CLIENTS: usize = 40;
    let all = Barrier::new(CLIENTS);
    let reset = Arc::new(Barrier::new(CLIENTS + 1));
    let resets = reset.clone();
    let service = Service::start(move |mut conn| {
        if conn.number >= CLIENTS {
            return keep_answering(|_, _| ok("again"))(conn);
        }
        conn.request().unwrap();
        // So that each request has a connection of its own.
        all.wait();
        conn.send(ok("hello"));
        resets.wait();
        conn.into_wire().reset();
        resets.wait();
    });
    let gateway = Config::unlimited(&service).start();
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| gateway.connect()).collect();
    for client in &mut clients {
        client.send(get("/first"));
    }
    for client in &mut clients {
        assert_eq!(client.response().text(), "hello");
    }
    gateway.stop();
    let requests = [("GET", ""), ("POST", ""), ("PUT", "body"), ("POST", "body")];
    for (client, (method, body)) in clients.iter_mut().zip(requests.iter().cycle()) {
        let length = body.len();
        client.send(format!(
            "{method} /second HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
    }
    reset.wait();
    reset.wait();
    gateway.signal("CONT");
    for client in &mut clients {
        let response = client.response();
        assert_eq!((response.status(), response.text()), (200, "again"));
    }
    assert_eq!(service.count("POST"), CLIENTS / 2);
    let whole = |body: &&Vec<u8>| *body == b"body";
    assert_eq!(service.bodies().iter().filter(whole).count(), CLIENTS / 2);
}

/// A service may answer before it has the body and then reset the connection. What came of
/// that answer is with the client, and another one behind it would pass for its rest.
#[test]
fn an_answer_that_breaks_off_is_not_continued_by_another() {
    // Whether the answer is read first or the body is written is left to chance.
    const CLIENTS: usize = 20;
    let all = Barrier::new(CLIENTS);
    let reset = Arc::new(Barrier::new(CLIENTS + 1));
    let resets = reset.clone();
    let service = Service::start(move |mut conn| {
        if conn.number >= CLIENTS {
            return keep_answering(|_, _| ok("again"))(conn);
        }
        conn.request().unwrap();
        // So that each request has a connection of its own.
        all.wait();
        conn.send(ok("hello"));
        conn.request_head().unwrap();
        resets.wait();
        conn.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        conn.into_wire().reset();
        resets.wait();
    });
    let gateway = Config::unlimited(&service).start();
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| gateway.connect()).collect();
    for client in &mut clients {
        client.send(get("/first"));
    }
    for client in &mut clients {
        assert_eq!(client.response().text(), "hello");
        client.send("PUT /second HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n");
    }
    service.received(2 * CLIENTS);
    gateway.stop();
    reset.wait();
    reset.wait();
    for client in &mut clients {
        client.send("body");
    }
    gateway.signal("CONT");
    for client in &mut clients {
        let response = client.try_response("PUT");
        assert!(response.is_err(), "{response:?}");
    }
    assert_eq!(service.count("PUT"), CLIENTS);
}

#[test]
fn a_post_that_may_have_arrived_is_never_sent_again() {
    let service = closes_on_the_second(1);
    let gateway = Config::to(&service).start();
    gateway.get_and_settle("/first");
    let post = "POST /buy HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none";
    let response = gateway.ask(post);
    assert_eq!(response.status(), 502);
    response.problem();
    assert_eq!(service.count("POST"), 1);
    gateway.logged(&["502 UC", "POST /buy"]);
}

#[test]
fn an_idempotent_body_is_sent_again_only_if_it_is_all_at_hand() {
    let service = closes_on_the_second(1);
    let gateway = Config::to(&service).start();
    gateway.get_and_settle("/first");
    let put = "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none";
    assert_eq!(gateway.ask(put).text(), "hello");
    assert_eq!(service.bodies().last().unwrap(), b"one");
    assert_eq!(service.count("PUT"), 2);

    // Larger than what the gateway keeps.
    let service = closes_on_the_second(1);
    let gateway = Config::to(&service).start();
    gateway.get_and_settle("/first");
    let body = "x".repeat(1 << 20);
    let put = format!(
        "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{body}",
        1 << 20
    );
    assert_eq!(gateway.ask(put).status(), 502);
    assert_eq!(service.count("PUT"), 1);
}

#[test]
fn a_fresh_connection_that_closes_is_not_tried_again() {
    for method in ["GET", "POST"] {
        let service = Service::start(|mut conn| drop(conn.request()));
        let gateway = Config::to(&service).start();
        let request = format!("{method} / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(gateway.ask(request).status(), 502);
        assert_eq!(service.heads().len(), 1, "{method}");
    }
}

/// Connections that the service closed while they were unused cost nothing.
#[test]
fn a_connection_that_was_closed_in_the_pool_is_not_used() {
    let (given_up, told) = mpsc::channel();
    let given_up = Mutex::new(given_up);
    let service = Service::start(move |mut conn| {
        conn.request();
        conn.send(ok("hello"));
        conn.stream.shutdown(Shutdown::Write).unwrap();
        // The gateway takes a connection out of the pool before it closes it.
        given_up.lock().unwrap().send(conn.rest()).unwrap();
    });
    let gateway = Config::to(&service).start();
    for n in 0..5 {
        let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(gateway.ask(post).text(), "hello", "{n}");
        assert_eq!(told.recv_timeout(PATIENCE), Ok(Ok(vec![])), "{n}");
    }
    assert_eq!(service.count("POST"), 5);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let service = Service::answering(|head, body| ok(&format!("{} {}", head.second(), body.len())));
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    let post = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
        )
    };
    let put = "PUT /3 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nGE";
    client.send(get("/1") + &post("/2") + put + &post("/4") + &get("/5"));
    for answer in ["/1 0", "/2 1", "/3 2", "/4 1", "/5 0"] {
        assert_eq!(client.response().text(), answer);
    }
}
