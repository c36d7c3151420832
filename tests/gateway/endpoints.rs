//! What the gateway answers itself.

use crate::support::gateway::get;
use crate::support::{Config, Service};

fn request(method: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
}

#[test]
fn health_and_stats_answer_any_method_without_a_service() {
    let gateway = Config::new()
        .service("svc", "http://127.0.0.1:1", "")
        .start();
    let stats = r#"{"api-gateway":{"info":"Proxying API requests","service_status":"online"}}"#;
    let mut client = gateway.connect();
    for method in ["GET", "HEAD", "POST"] {
        client.send(request(method, "/health"));
        let health = client.response_to(method);
        assert_eq!((health.status(), health.text()), (200, ""));
        assert_eq!(health.head.length(), Some(0));

        client.send(request(method, "/stats?x"));
        let answer = client.response_to(method);
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.head.get("content-type"), Some("application/json"));
        assert_eq!(answer.head.length(), Some(stats.len() as u64));
        assert_eq!(answer.text(), if method == "HEAD" { "" } else { stats });
        answer.assert_no_leak();
    }
}

#[test]
fn builtin_endpoints_move_and_can_be_off() {
    let service = Service::hello();
    let gateway = Config::to(&service)
        .server("builtin_endpoints: { health: /up, stats: off }")
        .start();
    assert_eq!(gateway.get("/up").text(), "");
    assert_eq!(gateway.get("/health").text(), "hello");
    assert_eq!(gateway.get("/stats").text(), "hello");
}

#[test]
fn no_route_is_a_404_and_the_connection_stays_usable() {
    let service = Service::hello();
    let gateway = Config::to(&service)
        .route("a", "svc", "match: { path: { prefix: /a } }")
        .start();
    let mut client = gateway.connect();
    client.send(get("/nowhere?x"));
    let missing = client.response();
    assert_eq!(missing.status(), 404);
    assert_eq!(missing.problem()["title"], "Not Found");

    client.send("HEAD /nowhere HTTP/1.1\r\nHost: h\r\n\r\n");
    let head = client.response_to("HEAD");
    assert_eq!(head.status(), 404);
    assert!(head.head.length().unwrap() > 0);

    client.send(get("/a"));
    assert_eq!(client.response().text(), "hello");
    assert_eq!(service.connections(), 1);
}

/// The connection ends, so that the body can't become the next request.
#[test]
fn a_body_that_nobody_wants_ends_the_connection_and_says_so() {
    let service = Service::hello();
    let gateway = Config::to(&service)
        .route("a", "svc", "match: { path: { prefix: /a/ } }")
        .start();
    for (target, status) in [("/nowhere", 404), ("/a", 307), ("/health", 200)] {
        let mut client = gateway.connect();
        let post = format!("POST {target} HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n");
        client.send(post + "GET / HTT");
        let response = client.response();
        assert_eq!(response.status(), status);
        assert_eq!(response.head.get("connection"), Some("close"));
        client.assert_closed();
    }
    assert_eq!(service.connections(), 0);
}
