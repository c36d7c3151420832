//! Answers before the answer: 100 Continue and 103 Early Hints.

use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use crate::support::gateway::get;
use crate::support::{Config, Service, ok, until};

const EXPECTING: &str =
    "POST /upload HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";

#[test]
fn the_body_is_sent_when_the_service_says_continue() {
    let service = Service::start(|mut conn| {
        while let Some(head) = conn.request_head() {
            assert_eq!(head.get("expect"), Some("100-continue"));
            conn.send("HTTP/1.1 100 Continue\r\n\r\n");
            conn.request_body(&head).unwrap();
            conn.send(ok("done"));
        }
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    for _ in 0..2 {
        client.send(EXPECTING);
        // Nothing of the body has been sent when this arrives.
        assert_eq!(client.head().unwrap().start, "HTTP/1.1 100 Continue");
        client.send("body");
        let response = client.response();
        assert_eq!((response.status(), response.text()), (200, "done"));
    }
    assert_eq!(service.bodies(), [b"body", b"body"]);
}

#[test]
fn a_service_may_refuse_instead_of_saying_continue() {
    for status in ["417 Expectation Failed", "401 Unauthorized"] {
        let service = Service::start(move |mut conn| {
            conn.request_head();
            conn.send(format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nno"));
            // It waits for the gateway to close.
            let _ = conn.rest();
        });
        let gateway = Config::to(&service).start();
        let mut client = gateway.connect();
        client.send(EXPECTING);
        let response = client.response();
        assert!(response.interim.is_empty());
        assert!(status.starts_with(&response.status().to_string()));
        assert_eq!(response.text(), "no");
        assert_eq!(response.head.get("connection"), Some("close"));
    }
}

#[test]
fn a_service_may_ignore_the_expectation() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send(EXPECTING);
    service.received(1);
    client.send("body");
    assert_eq!(client.response().text(), "hello");
    assert_eq!(service.bodies(), [b"body"]);
}

#[test]
fn early_hints_arrive_before_the_answer() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let service = Service::start(move |mut conn| {
        conn.request().unwrap();
        conn.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
        wait.lock().unwrap().recv().unwrap();
        conn.send("HTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n");
        conn.send(ok("page"));
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send(get("/"));
    let hint = client.head().unwrap();
    assert_eq!(hint.status(), 103);
    assert_eq!(hint.get("link"), Some("</a.css>; rel=preload"));
    go.send(()).unwrap();
    let response = client.response();
    assert_eq!(response.interim.len(), 1);
    assert_eq!(response.text(), "page");
}

/// It would take them for the answer (RFC 9110, section 15.2).
#[test]
fn an_old_client_gets_no_interim_answers() {
    let service = Service::start(|mut conn| {
        conn.request().unwrap();
        conn.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
        conn.send(ok("page"));
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send("GET / HTTP/1.0\r\n\r\n");
    let response = client.response();
    assert!(response.interim.is_empty(), "{response:?}");
    assert_eq!(response.text(), "page");
}

/// They come without end; the answer is still due.
#[test]
fn interim_answers_do_not_put_off_the_deadline_nor_fill_the_memory() {
    let service = Service::start(|mut conn| {
        conn.request().unwrap();
        let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n".repeat(100);
        while conn.try_send(&hints).is_ok() {}
    });
    let gateway = Config::limited(&service, Duration::from_millis(500)).start();
    assert_eq!(gateway.get("/health").status(), 200);
    let before = gateway.rss_kib();
    for version in ["1.1", "1.0"] {
        let mut client = gateway.connect();
        client.send(format!("GET / HTTP/{version}\r\nHost: h\r\n\r\n"));
        let last = loop {
            let head = client.head().unwrap();
            if head.status() != 103 {
                break head.status();
            }
        };
        assert_eq!(last, 504, "{version}");
    }
    until("both are told of", || {
        let log = gateway.log();
        log.iter().filter(|l| l.contains("504 UT GET /")).count() == 2
    });
    let grown = gateway.rss_kib().saturating_sub(before);
    assert!(grown < 16 << 10, "{grown} KiB");
}
