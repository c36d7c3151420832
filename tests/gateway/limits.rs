//! How much a client may ask for at once.

use std::sync::{Mutex, mpsc};

use crate::support::gateway::{Gateway, get};
use crate::support::{Broken, Config, PATIENCE, Response, Service, Wire, eventually, ok, until};

fn limited(service: &Service, limits: &str) -> Gateway {
    Config::to(service)
        .server(&format!("limits: {{ {limits} }}"))
        .trusting_loopback()
        .start()
}

fn assert_told(response: &Response, status: u16, error: &str) {
    assert_eq!(response.status(), status, "{response:?}");
    response.problem();
    let expected = format!("api-gateway; error={error}");
    assert_eq!(response.head.get("proxy-status"), Some(expected.as_str()));
}

#[test]
fn one_connection_too_many_is_told_so_and_closed() {
    let service = Service::hello();
    let gateway = limited(&service, "connections: 2");
    let mut clients = [gateway.connect(), gateway.connect()];
    for client in &mut clients {
        client.send(get("/"));
        assert_eq!(client.response().text(), "hello");
    }
    for _ in 0..10 {
        let mut refused = gateway.connect();
        refused.send(get("/"));
        let response = refused.response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.head.get("retry-after"), Some("1"));
        assert_eq!(response.head.get("connection"), Some("close"));
        refused.assert_closed();
    }
    let [first, mut second] = clients;
    drop(first);
    eventually("a place is free", || {
        (gateway.get("/").status() == 200).then_some(())
    });
    second.send(get("/"));
    assert_eq!(second.response().text(), "hello");
}

#[test]
fn a_head_over_a_limit_is_refused_and_reaches_no_service() {
    let service = Service::hello();
    let gateway = limited(
        &service,
        "headers: 10, header_bytes: 2KiB, target_bytes: 1KiB",
    );
    let fields = |n: usize| "X: 1\r\n".repeat(n);
    let long = |n: usize| "a".repeat(n);
    let cases = [
        (
            format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", fields(9)),
            200,
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", fields(10)),
            431,
        ),
        (
            format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", long(1023)),
            200,
        ),
        (
            format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", long(1024)),
            414,
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", long(1900)),
            200,
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", long(2048)),
            431,
        ),
    ];
    let mut served = 0;
    for (request, status) in cases {
        let mut client = gateway.connect();
        client.send(&request);
        let response = client.response();
        assert_eq!(response.status(), status, "{}", request.len());
        if status == 200 {
            served += 1;
        } else {
            assert_told(&response, status, "http_request_error");
            client.assert_closed();
        }
    }
    assert_eq!(service.count("GET"), served);
}

#[test]
fn a_head_without_an_end_is_refused_at_the_limit_and_not_kept() {
    let service = Service::hello();
    let gateway = limited(&service, "header_bytes: 4KiB, target_bytes: 1KiB");
    let mut client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
    let mut sender = Wire::new(client.stream.try_clone().unwrap());
    let sending = std::thread::spawn(move || while sender.try_send([b'x'; 1 << 10]).is_ok() {});
    assert_told(&client.response(), 431, "http_request_error");
    drop(client);
    sending.join().unwrap();
}

#[test]
fn a_body_that_says_it_is_too_large_reaches_no_service() {
    let service = Service::answering(|_, body| ok(&body.len().to_string()));
    let gateway = Config::to(&service)
        .server("limits: { request_body: 1KiB }")
        .trusting_loopback()
        .route("all", "svc", "")
        .route(
            "small",
            "svc",
            "match: { path: { prefix: /small } }, limits: { request_body: 10B }",
        )
        .route(
            "any",
            "svc",
            "match: { path: { prefix: /any } }, limits: { request_body: off }",
        )
        .start();
    let post = |path: &str, length: usize| {
        let body = "x".repeat(length);
        format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    for (path, length) in [("/", 1024), ("/small", 10), ("/any", 1 << 20)] {
        let response = gateway.ask(post(path, length));
        assert_eq!(response.text(), length.to_string(), "{path}");
    }
    let served = service.heads().len();
    for (path, length) in [("/", 1025), ("/small", 11)] {
        let response = gateway.ask(post(path, length));
        assert_told(&response, 413, "http_request_error");
        assert_eq!(response.head.get("connection"), Some("close"));
    }
    assert_eq!(service.heads().len(), served);
}

#[test]
fn a_chunked_body_is_cut_when_it_is_too_large_and_its_connection_not_used_again() {
    let (told, end) = mpsc::channel();
    let told = Mutex::new(told);
    let service = Service::start(move |mut conn| {
        conn.request_head();
        let mut got = 0;
        while let Ok(chunk) = conn.next_chunk() {
            if chunk.is_empty() {
                conn.send(ok("whole"));
                break;
            }
            got += chunk.len();
        }
        told.lock().unwrap().send(got).unwrap();
        let _ = conn.rest();
    });
    let gateway = limited(&service, "request_body: 1KiB");
    let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut client = gateway.connect();
    client.send(head);
    client.chunk([b'x'; 1000]);
    client.chunk([b'x'; 24]);
    client.chunk([b'x'; 1]);
    assert_told(&client.response(), 413, "http_request_error");
    client.assert_closed();
    assert!(end.recv_timeout(PATIENCE).unwrap() <= 1024);

    let mut client = gateway.connect();
    client.send(head);
    client.chunk([b'x'; 1024]);
    client.chunk("");
    assert_eq!(client.response().text(), "whole");
    assert_eq!(service.connections(), 2);
}

/// A service whose requests wait until the test lets them go.
pub fn waiting() -> (Service, mpsc::Sender<()>, mpsc::Receiver<()>) {
    let (come, came) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let (come, gone) = (Mutex::new(come), Mutex::new(gone));
    let service = Service::start(move |mut conn| {
        while conn.request().is_some() {
            come.lock().unwrap().send(()).unwrap();
            gone.lock().unwrap().recv_timeout(PATIENCE).unwrap();
            conn.send(ok("hello"));
        }
    });
    (service, go, came)
}

#[test]
fn one_request_too_many_is_told_to_come_again() {
    let services = "limits: { in_flight: 1 }";
    for (server, services) in [("limits: { in_flight: 1 }", ""), ("h2c: false", services)] {
        let (service, go, came) = waiting();
        let other = Service::hello();
        let gateway = Config::new()
            .server(server)
            .trusting_loopback()
            .service("svc", &service.url(), services)
            .service("other", &other.url(), "")
            .route("all", "svc", "")
            .route("other", "other", "match: { path: { prefix: /other } }")
            .start();
        let mut first = gateway.connect();
        first.send(get("/"));
        came.recv_timeout(PATIENCE).unwrap();

        let mut second = gateway.connect();
        second.send(get("/"));
        let response = second.response();
        assert_told(&response, 503, "connection_limit_reached");
        assert_eq!(response.head.get("retry-after"), Some("1"));
        gateway.logged(&["503 UO", "route=all"]);
        // Somebody has to tell that the gateway lives.
        assert_eq!(gateway.get("/health").status(), 200);
        let bulkhead = match services.is_empty() {
            true => 503,
            false => 200,
        };
        assert_eq!(gateway.get("/other").status(), bulkhead);

        go.send(()).unwrap();
        assert_eq!(first.response().text(), "hello");
        // The place is free a moment after the answer.
        go.send(()).unwrap();
        until("a place is free", || {
            second.send(get("/"));
            second.response().status() == 200
        });
    }
}

#[test]
fn a_client_that_leaves_gives_its_place_back() {
    let (service, go, came) = waiting();
    let keys = "limits: { in_flight: 1 }";
    let gateway = Config::new().service("svc", &service.url(), keys).start();
    let mut client = gateway.connect();
    client.send(get("/"));
    came.recv_timeout(PATIENCE).unwrap();
    drop(client);
    go.send(()).unwrap();
    eventually("the place is free", || {
        let mut client = gateway.connect();
        client.send(get("/"));
        if came
            .recv_timeout(std::time::Duration::from_millis(50))
            .is_ok()
        {
            go.send(()).unwrap();
        }
        match client.try_response("GET") {
            Ok(response) => (response.status() == 200).then_some(()),
            Err(broken) => panic!("{:?}", broken as Broken),
        }
    });
}
