//! Services that are slow after their header, or take nothing, or take too long in all.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use crate::support::gateway::get;
use crate::support::{Broken, Config, PATIENCE, Service, Stopwatch, Wire, ok, outlast, pause};

const LIMIT: Duration = Duration::from_millis(400);

fn config(service: &Service, timeouts: &str) -> Config {
    let keys = format!("timeouts: {{ {timeouts} }}");
    Config::new().service("svc", &service.url(), &keys)
}

#[test]
fn a_body_that_stops_is_cut_where_body_idle_is_set() {
    let service = Service::start(|mut conn| {
        conn.request();
        conn.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
        let _ = conn.rest();
    });
    let gateway = config(&service, "body_idle: 400ms").start();
    let mut client = gateway.connect();
    let watch = Stopwatch::start();
    client.send(get("/"));
    assert_eq!(client.head().unwrap().status(), 200);
    assert_eq!(client.exactly(3).unwrap(), b"abc");
    assert!(client.exactly(1).is_err());
    watch.assert_about(LIMIT);
    gateway.logged(&["504 UT", "timeouts.body_idle passed"]);
}

#[test]
fn body_idle_leaves_a_body_alone_that_pauses_and_a_client_that_reads_late() {
    let length = 24 << 20;
    let service = Service::start(move |mut conn| {
        conn.request();
        conn.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
        ));
        for _ in 0..4 {
            pause(Duration::from_millis(200));
            conn.send(vec![b'x'; length / 4]);
        }
    });
    let gateway = config(&service, "body_idle: 400ms").start();
    let mut client = gateway.connect();
    client.send(get("/"));
    outlast(LIMIT * 3);
    assert_eq!(client.response().body.len(), length);
}

#[test]
fn the_whole_exchange_is_cut_where_request_is_set() {
    let service = Service::start(|mut conn| {
        let (head, _) = conn.request().unwrap();
        if head.second() == "/begins" {
            conn.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while conn.try_send("1\r\nx\r\n").is_ok() {
                pause(Duration::from_millis(20));
            }
        }
        let _ = conn.rest();
    });
    let gateway = config(&service, "request: 400ms, response_header: 9s").start();

    let watch = Stopwatch::start();
    assert_eq!(gateway.get("/silent").status(), 504);
    watch.assert_about(LIMIT);
    gateway.logged(&["504 UT", "timeouts.request passed"]);

    let mut client = gateway.connect();
    let watch = Stopwatch::start();
    client.send(get("/begins"));
    let got = client.try_response("GET").map(|r| r.body);
    assert!(
        matches!(got, Err(Broken::Closed | Broken::Reset)),
        "{got:?}"
    );
    watch.assert_about(LIMIT);
}

#[test]
fn a_route_has_its_own_deadlines() {
    let service = Service::start(|mut conn| {
        conn.request();
        let _ = conn.rest();
    });
    let keys = "timeouts: { response_header: 9s, request: 9s }";
    let gateway = Config::new()
        .service("svc", &service.url(), keys)
        .route(
            "a",
            "svc",
            "match: { path: { prefix: /a } }, timeouts: { response_header: 400ms }",
        )
        .route(
            "b",
            "svc",
            "match: { path: { prefix: /b } }, timeouts: { request: 400ms }",
        )
        .start();
    for path in ["/a", "/b"] {
        let watch = Stopwatch::start();
        assert_eq!(gateway.get(path).status(), 504, "{path}");
        watch.assert_about(LIMIT);
    }
}

/// Pingora doesn't look at the client while a service takes nothing.
#[test]
fn an_upload_that_fills_every_buffer_of_a_silent_service_gets_its_504() {
    let (go, answered) = mpsc::channel();
    let (tell, ended) = mpsc::channel();
    let (answered, tell) = (Mutex::new(answered), Mutex::new(tell));
    let service = Service::start(move |mut conn| {
        conn.request_head();
        answered.lock().unwrap().recv_timeout(PATIENCE).unwrap();
        tell.lock().unwrap().send(conn.drain()).unwrap();
    });
    for length in [3_600_000, 64 << 20] {
        let gateway = Config::limited(&service, LIMIT)
            .trusting_loopback()
            .unbounded()
            .start();
        let mut client = gateway.connect();
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: h\r\nX-Request-Id: stalled-{length}\r\n\
             Content-Length: {length}\r\n\r\n"
        ));
        let mut sender = Wire::new(client.stream.try_clone().unwrap());
        let watch = Stopwatch::start();
        let sending = thread::spawn(move || {
            let part = vec![b'x'; 64 << 10];
            (0..length / part.len() + 1).all(|_| sender.try_send(&part).is_ok())
        });
        let response = client.response();
        // Filling the buffers takes a moment too.
        watch.assert_between(LIMIT, LIMIT * 2);
        assert_eq!(response.status(), 504);
        let id = format!("stalled-{length}");
        assert_eq!(response.problem()["request_id"], id.as_str());
        assert_eq!(
            response.head.get("proxy-status"),
            Some("api-gateway; error=http_response_timeout")
        );
        assert_eq!(response.head.get("connection"), Some("close"));
        gateway.logged(&["504 UT", "route=all", "service=svc", &id]);
        go.send(()).unwrap();
        assert!(
            ended.recv_timeout(PATIENCE).unwrap(),
            "the connection is closed"
        );
        drop(client);
        sending.join().unwrap();
    }
}

#[test]
fn a_service_that_takes_an_upload_slowly_has_all_the_time() {
    let service = Service::start(|mut conn| {
        let head = conn.request_head().unwrap();
        let length = usize::try_from(head.length().unwrap()).unwrap();
        let part = 512 << 10;
        for _ in 0..length / part {
            pause(Duration::from_millis(100));
            conn.exactly(part).unwrap();
        }
        conn.send(ok("thanks"));
    });
    let gateway = Config::limited(&service, Duration::from_secs(1))
        .unbounded()
        .start();
    let mut client = gateway.connect();
    let length = 24 << 20;
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n"
    ));
    client.send(vec![b'x'; length]);
    assert_eq!(client.response().text(), "thanks");
}
