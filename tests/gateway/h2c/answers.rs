//! How the gateway's own answers end on a stream.

use http::Request;

use super::client::{Answer, grpc, send, try_send};
use crate::support::config::Config;
use crate::support::gateway::Gateway;
use crate::support::service::{Conn, Service};

fn over_h2(url: &str) -> Config {
    Config::new()
        .server("h2c: true")
        .service("svc", url, "")
        .route(
            "read",
            "svc",
            "match: { path: { prefix: /a }, methods: [GET, HEAD, POST] }",
        )
        .route(
            "get",
            "svc",
            "match: { path: { prefix: /get }, methods: [GET] }",
        )
}

/// A service that ends each connection without a word.
fn closing() -> Service {
    Service::start(|mut conn: Conn| {
        conn.request_head();
    })
}

fn resetting() -> Service {
    Service::start(|mut conn: Conn| {
        conn.request_head();
        conn.into_wire().reset();
    })
}

fn assert_trailers_only(answer: &Answer, code: &str) {
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.get("grpc-status"), Some(code));
    assert!(answer.get("grpc-message").is_some_and(|m| !m.is_empty()));
    assert!(
        answer.header_only,
        "the status would be initial metadata: {:?}",
        answer.end
    );
}

#[test]
fn the_status_of_a_call_that_fails_here_ends_the_stream() {
    let gateway = over_h2("http://127.0.0.1:1").start();
    assert_trailers_only(&send(&gateway, grpc("/nowhere")), "12");
    assert_trailers_only(&send(&gateway, grpc("/get/x")), "2");
    assert_trailers_only(&send(&gateway, grpc("/a/x")), "14");
}

#[test]
fn the_status_of_a_call_that_fails_at_the_service_ends_the_stream() {
    for service in [closing(), resetting()] {
        let gateway = over_h2(&service.url()).start();
        for body in [&b""[..], b"message"] {
            let answer = try_send(&gateway, grpc("/a/x"), Some(body)).unwrap();
            assert_trailers_only(&answer, "14");
        }
    }
}

#[test]
fn a_call_that_still_sends_gets_its_status_too() {
    let service = closing();
    let gateway = over_h2(&service.url()).start();
    for (path, code) in [("/nowhere", "12"), ("/a/x", "14")] {
        let answer = try_send(&gateway, grpc(path), None).unwrap();
        assert_trailers_only(&answer, code);
    }
}

fn assert_problem(gateway: &Gateway, path: &str, status: u16) {
    let uri = format!("http://shop.example{path}");
    let answer = send(gateway, Request::get(&uri));
    assert_eq!(answer.status(), status);
    assert_eq!(answer.get("content-type"), Some("application/problem+json"));
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["status"], status);
    assert!(answer.end.is_ok(), "{path}: {:?}", answer.end);

    let answer = send(gateway, Request::head(&uri));
    assert_eq!(answer.status(), status);
    assert!(answer.header_only, "HEAD {path}: {:?}", answer.end);
    assert_ne!(answer.get("content-length"), Some("0"));
}

#[test]
fn a_problem_ends_its_stream_with_and_without_its_body() {
    for service in [closing(), resetting()] {
        let gateway = over_h2(&service.url()).start();
        assert_problem(&gateway, "/nowhere", 404);
        assert_problem(&gateway, "/a/x", 502);
    }
}

#[test]
fn what_has_no_body_is_one_frame() {
    let gateway = over_h2("http://127.0.0.1:1")
        .redirect(
            "old",
            "match: { path: { exact: /old } }, redirect: { path: /new }",
        )
        .start();
    for (path, status) in [("/health", 200), ("/old", 302)] {
        let answer = send(&gateway, Request::get(format!("http://h{path}")));
        assert_eq!(answer.status(), status);
        assert!(answer.header_only, "{path}: {:?}", answer.end);
    }
}

#[test]
fn only_grpc_is_answered_as_grpc() {
    let gateway = over_h2("http://127.0.0.1:1").start();
    for (content, is_grpc) in [
        ("application/grpc", true),
        ("application/grpc+proto", true),
        ("Application/GRPC; charset=utf-8", true),
        ("application/grpcx", false),
        ("application/grpc-web", false),
        ("application/grpc-web+proto", false),
    ] {
        let request = Request::post("http://h/nowhere").header("content-type", content);
        let answer = send(&gateway, request);
        assert_eq!(answer.get("grpc-status").is_some(), is_grpc, "{content}");
    }
}
