//! Where messages end, for every kind of client and body.

use std::sync::mpsc;

use crate::support::gateway::get;
use crate::support::{Broken, Config, Service, ok};

const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
    3;name=value\r\nabc\r\n005;a=\"b;c\"\r\ndefgh\r\n0\r\nX-Sum: 1\r\n\r\n";

#[test]
fn a_chunked_response_arrives_whole() {
    let service = Service::answering(|_, _| CHUNKED.to_vec());
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    for _ in 0..2 {
        client.send(get("/"));
        let response = client.response();
        assert!(response.head.is_chunked());
        assert_eq!(response.text(), "abcdefgh");
    }
    assert_eq!(service.connections(), 1);
}

#[test]
fn a_chunked_request_arrives_whole() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    for _ in 0..2 {
        client.send(
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
             3;name=value\r\nabc\r\n0005\r\ndefgh\r\n0\r\nX-Sum: 1\r\n\r\n",
        );
        assert_eq!(client.response().text(), "hello");
    }
    assert_eq!(service.bodies(), [b"abcdefgh", b"abcdefgh"]);
    assert!(
        service
            .heads()
            .iter()
            .all(|h| h.get("transfer-encoding") == Some("chunked"))
    );
}

#[test]
fn a_client_that_wants_to_close_is_closed_and_the_service_is_not() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    for _ in 0..2 {
        let mut client = gateway.connect();
        client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let response = client.response();
        assert_eq!(response.text(), "hello");
        assert_eq!(response.head.get("connection"), Some("close"));
        client.assert_closed();
    }
    assert_eq!(service.connections(), 1);
}

#[test]
fn an_old_client_gets_no_chunks() {
    let service = Service::answering(|_, _| CHUNKED.to_vec());
    let gateway = Config::to(&service).start();
    for keep_alive in ["", "Connection: keep-alive\r\n"] {
        let mut client = gateway.connect();
        client.send(format!("GET / HTTP/1.0\r\n{keep_alive}\r\n"));
        let head = client.head().unwrap();
        assert_eq!(head.status(), 200);
        assert!(!head.is_chunked() && head.length().is_none(), "{head:?}");
        assert_ne!(head.get("connection"), Some("keep-alive"));
        assert_eq!(client.rest(), Ok(b"abcdefgh".to_vec()));
    }
}

#[test]
fn an_old_client_may_keep_its_connection() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    let mut closing = gateway.connect();
    closing.send("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(closing.response().text(), "hello");
    closing.assert_closed();

    let mut keeping = gateway.connect();
    for _ in 0..2 {
        keeping.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        let response = keeping.response();
        assert_eq!(response.text(), "hello");
        let connection = response.head.get("connection").unwrap();
        assert!(
            connection.eq_ignore_ascii_case("keep-alive"),
            "{response:?}"
        );
    }
    let heads = service.heads();
    assert!(
        heads
            .iter()
            .all(|h| h.has("host") && h.get("via") == Some("1.0 api-gateway"))
    );
}

#[test]
fn a_service_of_the_old_kind_ends_its_body_by_closing() {
    let service = Service::start(|mut conn| {
        conn.request().unwrap();
        conn.send("HTTP/1.0 200 OK\r\nX-A: 1\r\n\r\nto the end");
    });
    let gateway = Config::to(&service).start();
    let response = gateway.get("/");
    assert_eq!((response.status(), response.text()), (200, "to the end"));
    let mut old = gateway.connect();
    old.send("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(old.response().text(), "to the end");
}

#[test]
fn responses_without_a_body_keep_their_connection_in_step() {
    let bodiless = [
        ("HEAD", "200 OK", "Content-Length: 1234\r\n"),
        ("HEAD", "200 OK", "Transfer-Encoding: chunked\r\n"),
        ("HEAD", "200 OK", ""),
        ("HEAD", "404 Not Found", "Content-Length: 3\r\n"),
        ("GET", "204 No Content", ""),
        ("GET", "304 Not Modified", ""),
        ("GET", "304 Not Modified", "Content-Length: 1234\r\n"),
        ("GET", "200 OK", "Content-Length: 0\r\n"),
    ];
    for (method, status, field) in bodiless {
        let head = format!("HTTP/1.1 {status}\r\n{field}X-A: 1\r\n\r\n");
        let service = Service::answering(move |request, _| match request.second() {
            "/next" => ok("next"),
            _ => head.clone().into_bytes(),
        });
        let gateway = Config::to(&service).start();
        let mut client = gateway.connect();
        client.send(format!("{method} / HTTP/1.1\r\nHost: h\r\n\r\n"));
        let response = client.response_to(method);
        let what = format!("{method} {status} {field}: {response:?}");
        assert!(status.starts_with(&response.status().to_string()), "{what}");
        if let Some(length) = field.strip_prefix("Content-Length: ") {
            let length = length.trim_end().parse().unwrap();
            assert_eq!(response.head.length(), Some(length), "{what}");
        }
        client.send(get("/next"));
        assert_eq!(client.response().text(), "next", "{what}");
    }
}

#[test]
fn a_truncated_response_never_looks_whole() {
    let cases: [(&str, bool); 4] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            false,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
            false,
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true),
    ];
    for (answer, reset) in cases {
        let (go, wait) = mpsc::channel::<()>();
        let wait = std::sync::Mutex::new(wait);
        let service = Service::start(move |mut conn| {
            conn.request().unwrap();
            conn.send(answer);
            wait.lock().unwrap().recv().unwrap();
            if reset {
                conn.into_wire().reset();
            }
        });
        let gateway = Config::to(&service).start();
        let mut client = gateway.connect();
        client.send(get("/"));
        // What there is arrives before the rest is known.
        client.head().unwrap();
        client.exactly(3).unwrap();
        go.send(()).unwrap();
        // What is left of the message never ends as a message should.
        let rest = client.rest().unwrap_or_default();
        assert!(!rest.ends_with(b"0\r\n\r\n"), "{answer}: {rest:?}");
        assert!(rest.len() < 7, "{answer}: {rest:?}");
        gateway.logged(&["502 UC", "GET /"]);
    }
}

/// All that such a client has to go by is how the connection ends.
#[test]
fn a_truncated_response_to_an_old_client_ends_with_a_reset() {
    for answer in [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx",
    ] {
        let service = Service::start(move |mut conn| {
            conn.request().unwrap();
            conn.send(answer);
        });
        let gateway = Config::to(&service).start();
        let mut client = gateway.connect();
        client.send("GET / HTTP/1.0\r\n\r\n");
        assert_eq!(client.head().unwrap().status(), 200);
        assert_eq!(client.rest(), Err(Broken::Reset));
        gateway.logged(&["502 U", "GET /"]);
    }
}

/// The guard drops the request then, and no phase of it runs any more.
#[test]
fn a_response_to_an_old_client_that_a_deadline_ends_ends_with_a_reset() {
    let service = Service::start(|mut conn| {
        conn.request().unwrap();
        conn.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        conn.drain();
    });
    let gateway = Config::new()
        .service("svc", &service.url(), "timeouts: { body_idle: 200ms }")
        .start();
    let mut client = gateway.connect();
    client.send("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(client.head().unwrap().status(), 200);
    assert_eq!(client.rest(), Err(Broken::Reset));
    gateway.logged(&["504 UT", "GET /"]);
}

/// Each of these was forwarded: the lengths as they came, so that the service could
/// believe the other one, and the body coded twice as if it were only chunked.
#[test]
fn a_request_whose_end_is_in_doubt_is_refused() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    for (lines, body) in [
        ("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
        ("Content-Length: 5, 5\r\n", "hello"),
        ("Content-Length: +5\r\n", "hello"),
        ("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        (
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n",
        ),
        ("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: h\r\n{lines}\r\n{body}");
        assert_eq!(gateway.ask(request).status(), 400, "{lines}");
    }
    assert!(service.heads().is_empty());
}
