//! How much a client of HTTP/2 may ask for at once.

use http::{Request, StatusCode};
use tokio::runtime::Runtime;

use super::client::{Answer, connect, get, send, try_send};
use super::raw::{self, HEADERS, PING, RST_STREAM, Raw};
use crate::limits::waiting;
use crate::support::gateway::Gateway;
use crate::support::{Config, PATIENCE, Service, ok};

fn limited(service: &Service, limits: &str) -> Gateway {
    Config::to(service)
        .server("h2c: true")
        .server(&format!("limits: {{ {limits} }}"))
        .start()
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let service = Service::answering(|_, body| ok(&body.len().to_string()));
    let gateway = limited(&service, "request_body: 1KiB");
    static BODY: [u8; 1025] = [b'x'; 1025];
    let ask = |length: usize, told: bool| -> Answer {
        let mut request = Request::post("http://h/x");
        if told {
            request = request.header("content-length", length);
        }
        try_send(&gateway, request, Some(&BODY[..length])).unwrap()
    };
    for told in [true, false] {
        let answer = ask(1024, told);
        assert_eq!(
            (answer.status(), answer.body.as_slice()),
            (200, &b"1024"[..])
        );
        let answer = ask(1025, told);
        assert_eq!(answer.status(), 413);
        assert_eq!(answer.get("content-type"), Some("application/problem+json"));
    }
    let whole = service.bodies();
    assert!(whole.iter().all(|body| body.len() == 1024), "{whole:?}");
}

#[test]
fn one_stream_too_many_in_flight_is_told_to_come_again() {
    let (service, go, came) = waiting();
    let gateway = limited(&service, "in_flight: 1");
    Runtime::new().unwrap().block_on(async {
        let mut client = connect(&gateway).await;
        let first = get(&mut client, "/x");
        let came = tokio::task::spawn_blocking(move || came.recv_timeout(PATIENCE).map(|()| came));
        came.await.unwrap().unwrap();
        let second = get(&mut client, "/x").await.unwrap();
        assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(second.headers()["retry-after"], "1");
        go.send(()).unwrap();
        assert_eq!(first.await.unwrap().status(), StatusCode::OK);
    });
    gateway.logged(&["503 UO", "route=all"]);
}

#[test]
fn streams_beyond_the_allowed_ones_are_refused_and_the_others_go_on() {
    const ALLOWED: u32 = 100;
    const REFUSED_STREAM: u32 = 7;
    let service = Service::start(|mut conn| {
        conn.request_head();
        conn.drain();
    });
    let gateway = Config::unlimited(&service).server("h2c: true").start();
    let mut client = Raw::connect(&gateway);
    let ids = |from: u32, to: u32| (from..to).map(|number| 2 * number + 1);
    for stream in ids(0, ALLOWED + 5) {
        client.ask(stream, &raw::get("/x"));
    }
    client.ping();
    let mut refused = Vec::new();
    loop {
        let frame = client.next().unwrap();
        match frame.kind {
            RST_STREAM => {
                assert_eq!(frame.code(), REFUSED_STREAM);
                refused.push(frame.stream);
            }
            PING => break,
            HEADERS => panic!("an answer on {}", frame.stream),
            _ => {}
        }
    }
    assert!(
        refused.iter().copied().eq(ids(ALLOWED, ALLOWED + 5)),
        "{refused:?}"
    );
    service.received(ALLOWED as usize);
}

#[test]
fn a_head_over_a_limit_is_refused_and_reaches_no_service() {
    let service = Service::hello();
    let gateway = limited(
        &service,
        "headers: 10, header_bytes: 2KiB, target_bytes: 1KiB",
    );
    let long = |n: usize| "a".repeat(n);
    let target = |n: usize| Request::get(format!("http://h/{}", long(n)));
    let sized = |n: usize| Request::get("http://h/x").header("x", long(n));
    let many = |n: usize| (0..n).fold(Request::get("http://h/x"), |r, _| r.header("x", "1"));
    let cases = [
        (target(1023), 200),
        (target(1024), 414),
        (sized(1500), 200),
        (sized(2048), 431),
        (many(10), 200),
        (many(11), 431),
    ];
    let mut served = 0;
    for (request, status) in cases {
        assert_eq!(send(&gateway, request).status(), status);
        served += usize::from(status == 200);
    }
    assert_eq!(service.count("GET"), served);
}
