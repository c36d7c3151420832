//! The limit on the response header: what it cuts, and what it leaves alone.

use std::thread;
use std::time::Duration;

use crate::support::gateway::get;
use crate::support::{Config, Conn, PATIENCE, Service, Stopwatch, ok, outlast};

const LIMIT: Duration = Duration::from_millis(300);
const DEFAULT_LIMIT: Duration = Duration::from_secs(2);
/// Between the bytes of a header that would take far longer than the limit.
const DRIP: Duration = Duration::from_millis(20);

fn until_left(mut conn: Conn) {
    let _ = conn.rest();
}

/// A service that is too slow is a 504 at the limit, however it is slow.
fn assert_cut(script: impl Fn(Conn) + Send + Sync + 'static) {
    let service = Service::start(script);
    let gateway = Config::limited(&service, LIMIT).trusting_loopback().start();
    let mut client = gateway.connect();
    let watch = Stopwatch::start();
    client.send(get("/"));
    let response = client.response();
    watch.assert_about(LIMIT);
    assert_eq!(response.status(), 504);
    assert_eq!(response.problem()["title"], "Gateway Timeout");
    assert_eq!(
        response.head.get("proxy-status"),
        Some("api-gateway; error=http_response_timeout")
    );
    gateway.logged(&["504 UT", "GET /"]);
    assert_eq!(service.heads().len(), 1, "it isn't sent again");
}

#[test]
fn a_silent_service_is_cut() {
    assert_cut(|mut conn| {
        conn.request();
        until_left(conn);
    });
}

#[test]
fn a_header_that_drips_is_cut() {
    assert_cut(|mut conn| {
        conn.request();
        for byte in "HTTP/1.1 200 OK\r\nX-A: 1\r\n"
            .chars()
            .chain(std::iter::repeat('y'))
        {
            if conn.try_send([byte as u8]).is_err() {
                return;
            }
            thread::sleep(DRIP);
        }
    });
}

#[test]
fn early_hints_and_then_nothing_is_cut() {
    assert_cut(|mut conn| {
        conn.request();
        conn.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        until_left(conn);
    });
}

#[test]
fn a_limit_of_two_seconds_holds_without_being_asked_for() {
    let service = Service::start(|mut conn| {
        conn.request();
        until_left(conn);
    });
    let gateway = Config::to(&service).start();
    let watch = Stopwatch::start();
    assert_eq!(gateway.get("/").status(), 504);
    watch.assert_about(DEFAULT_LIMIT);
}

#[test]
fn the_second_request_of_a_connection_has_its_own_limit() {
    let service = Service::start(|mut conn| {
        conn.request();
        conn.send(ok("first"));
        conn.request();
        until_left(conn);
    });
    let gateway = Config::limited(&service, LIMIT).start();
    let mut client = gateway.connect();
    client.send(get("/"));
    assert_eq!(client.response().text(), "first");
    outlast(LIMIT);
    let watch = Stopwatch::start();
    client.send(get("/"));
    assert_eq!(client.response().status(), 504);
    watch.assert_about(LIMIT);
}

#[test]
fn a_slow_body_is_left_alone() {
    let service = Service::start(|mut conn| {
        conn.request();
        conn.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
        for byte in ["a", "b", "c"] {
            outlast(LIMIT);
            conn.send(byte);
        }
    });
    let gateway = Config::limited(&service, LIMIT).start();
    assert_eq!(gateway.get("/").text(), "abc");
}

#[test]
fn the_clock_starts_when_the_request_has_ended() {
    let service = Service::hello();
    let gateway = Config::limited(&service, LIMIT).start();
    let posts = [
        ["Content-Length: 4\r\n\r\n", "ab", "cd"],
        [
            "Transfer-Encoding: chunked\r\n\r\n",
            "4\r\nabcd\r\n",
            "0\r\n\r\n",
        ],
    ];
    for parts in posts {
        let mut client = gateway.connect();
        client.send("POST / HTTP/1.1\r\nHost: h\r\n");
        for part in parts {
            client.send(part);
            outlast(LIMIT);
        }
        assert_eq!(client.response().text(), "hello");
    }
}

#[test]
fn after_a_slow_upload_a_silent_service_is_cut_at_the_limit() {
    let service = Service::start(|mut conn| {
        conn.request();
        until_left(conn);
    });
    let gateway = Config::limited(&service, LIMIT).start();
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na");
    outlast(LIMIT);
    let watch = Stopwatch::start();
    client.send("b");
    assert_eq!(client.response().status(), 504);
    watch.assert_about(LIMIT);
    assert_eq!(service.count("POST"), 1);
}

#[test]
fn an_answer_that_began_during_the_upload_is_left_alone() {
    let service = Service::start(|mut conn| {
        let head = conn.request_head().unwrap();
        conn.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
        conn.request_body(&head).unwrap();
        outlast(LIMIT);
        conn.send("slow");
    });
    let gateway = Config::limited(&service, LIMIT).start();
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na");
    let head = client.head().unwrap();
    assert_eq!(head.status(), 200);
    client.send("b");
    assert_eq!(client.exactly(4).unwrap(), b"slow");
}

/// The body fits into the smallest buffers that the way may have, so the request has
/// ended. One that doesn't fit has not, and is not this limit's to cut.
#[test]
fn a_service_that_leaves_a_small_body_unread_is_cut() {
    let service = Service::start(|mut conn| {
        conn.request_head();
        conn.stall(PATIENCE);
    });
    let gateway = Config::limited(&service, LIMIT).start();
    let mut client = gateway.connect();
    let body = "x".repeat(40_000);
    let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 40000\r\n\r\n";
    let watch = Stopwatch::start();
    client.send(format!("{head}{body}"));
    assert_eq!(client.response().status(), 504);
    watch.assert_about(LIMIT);
}

#[test]
fn off_is_off() {
    let service = Service::start(|mut conn| {
        conn.request();
        outlast(DEFAULT_LIMIT);
        conn.send(ok("late"));
    });
    let gateway = Config::unlimited(&service).start();
    assert_eq!(gateway.get("/").text(), "late");
}
