//! The words of a route, as they act on the wire.

use std::time::Duration;

use crate::support::clock::Stopwatch;
use crate::support::config::Config;
use crate::support::service::{Conn, Service};

fn routed(service: &Service, routes: &[(&str, &str)]) -> Config {
    let config = Config::new().service("svc", &service.url(), "");
    let add = |config: Config, (name, keys): &(&str, &str)| config.route(name, "svc", keys);
    routes.iter().fold(config, add)
}

fn ask(target: &str, host: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")
}

#[test]
fn a_method_that_no_route_takes_is_a_405_that_names_those_that_do() {
    let service = Service::hello();
    let keys = "match: { path: { prefix: /a }, methods: [GET, HEAD] }";
    let gateway = routed(&service, &[("read", keys)]).start();
    let response = gateway.ask("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(response.status(), 405);
    assert_eq!(response.head.get("allow"), Some("GET, HEAD"));
    assert_eq!(response.problem()["title"], "Method Not Allowed");
    assert_eq!(gateway.get("/a").status(), 200);
    assert_eq!(gateway.get("/b").status(), 404);
}

#[test]
fn headers_are_removed_set_and_added_both_ways() {
    let service = Service::answering(|_, _| {
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Old: 1\r\nX-Gone: 1\r\n\r\n".to_vec()
    });
    let keys = "request_headers: { remove: [X-Debug], set: { X-Team: blog }, add: { X-Tag: b } }, \
                response_headers: { remove: [X-Gone], set: { X-Old: new }, add: { X-More: m } }";
    let gateway = routed(&service, &[("r", keys)]).start();
    let response =
        gateway.ask("GET / HTTP/1.1\r\nHost: h\r\nX-Debug: 1\r\nX-Team: me\r\nX-Tag: a\r\n\r\n");
    let sent = service.head();
    assert_eq!(sent.get("x-debug"), None);
    assert_eq!(sent.get("x-team"), Some("blog"));
    assert_eq!(sent.all("x-tag"), ["a", "b"]);
    assert_eq!(response.head.get("x-gone"), None);
    assert_eq!(response.head.all("x-old"), ["new"]);
    assert_eq!(response.head.get("x-more"), Some("m"));
}

#[test]
fn a_route_may_name_another_host_and_another_deadline() {
    let service = Service::start(|mut conn: Conn| while conn.request_head().is_some() {});
    let keys = "rewrite: { strip_prefix: /a, host: other.example }, \
                match: { path: { prefix: /a/ } }, timeouts: { response_header: 300ms }";
    let gateway = routed(&service, &[("r", keys)]).start();
    let watch = Stopwatch::start();
    assert_eq!(gateway.get("/a/x").status(), 504);
    watch.assert_between(Duration::from_millis(300), Duration::from_millis(600));
    let sent = service.head();
    assert_eq!(sent.get("host"), Some("other.example"));
    assert_eq!(sent.second(), "/x");
}

#[test]
fn the_host_chooses_the_route() {
    let service = Service::hello();
    let on = |host: &str| {
        format!("match: {{ hosts: [\"{host}\"] }}, rewrite: {{ replace_path: /{host} }}")
    };
    let (exact, wild) = (on("blog.example"), on("*.example"));
    let wild = wild.replace("/*.example", "/wild");
    let gateway = routed(&service, &[("wild", &wild), ("exact", &exact)]).start();
    for (host, status) in [
        ("BLOG.example.:80", 200),
        ("a.example", 200),
        ("example", 404),
    ] {
        assert_eq!(gateway.ask(ask("/", host)).status(), status, "{host}");
    }
    let targets: Vec<_> = service
        .heads()
        .into_iter()
        .map(|head| head.second().to_owned())
        .collect();
    assert_eq!(targets, ["/blog.example", "/wild"]);
}

#[test]
fn a_redirect_names_the_whole_place() {
    let config = Config::new()
        .server("trusted_proxies: [127.0.0.0/8]")
        .service("svc", "http://127.0.0.1:1", "")
        .route("all", "svc", "match: { path: { prefix: /svc } }")
        .redirect(
            "docs",
            "match: { path: { prefix: /docs } }, redirect: { status: 301, replace_prefix: /v2 }",
        )
        .redirect(
            "tls",
            "match: { path: { exact: /tls } }, redirect: { status: 308, scheme: https }",
        );
    let gateway = config.start();
    let response = gateway.ask(ask("/docs/a%2Fb?q=%20", "shop.example:8000"));
    assert_eq!(response.status(), 301);
    let location = response.head.get("location");
    assert_eq!(location, Some("http://shop.example:8000/v2/a%2Fb?q=%20"));
    let response = gateway.ask(ask("/tls", "shop.example:8000"));
    assert_eq!(response.status(), 308);
    assert_eq!(
        response.head.get("location"),
        Some("https://shop.example/tls")
    );
    let told = "GET /docs HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-Proto: https\r\n\r\n";
    let response = gateway.ask(told);
    assert_eq!(
        response.head.get("location"),
        Some("https://shop.example/v2")
    );
}

#[test]
fn a_redirect_has_the_headers_of_its_route() {
    let keys = "match: { path: { prefix: /old } }, redirect: { path: /new }, response_headers: \
                { set: { Cache-Control: max-age=60, Location: /else }, add: { X-More: m } }";
    let gateway = Config::new()
        .service("svc", "http://127.0.0.1:1", "")
        .redirect("old", keys)
        .route("all", "svc", "")
        .start();
    let response = gateway.ask(ask("/old", "h"));
    assert_eq!(response.status(), 302);
    assert_eq!(response.head.get("cache-control"), Some("max-age=60"));
    assert_eq!(response.head.get("x-more"), Some("m"));
    assert_eq!(response.head.get("location"), Some("http://h/new"));
}

#[test]
fn an_expression_for_a_header_takes_bytes_that_are_no_text() {
    let service = Service::hello();
    let any = "match: { headers: [{ name: X-A, regex: \"a.*\" }] }";
    let gateway = routed(&service, &[("r", any)]).start();
    for (value, status) in [(&b"a\xffb"[..], 200), (b"\xff", 404), (b"a", 200)] {
        let request = [b"GET / HTTP/1.1\r\nHost: h\r\nX-A: ", value, b"\r\n\r\n"].concat();
        assert_eq!(gateway.ask(request).status(), status, "{value:?}");
    }
}
