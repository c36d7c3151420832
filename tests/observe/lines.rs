//! The lines and counts of requests that succeed, and the ways of the log.

use std::fs;

use super::watched::{Watched, ask};
use crate::support::{Config, Service, ok, until};

#[test]
fn a_line_says_what_was_asked_and_what_became_of_it() {
    let service = Service::answering(|_, _| ok("hello"));
    let config = Config::new().service("svc", &service.url(), "").route(
        "a",
        "svc",
        "match: { path: { prefix: /a/ } }, rewrite: { strip_prefix: /a }",
    );
    let watched = Watched::start_with(&config, ", headers: [X-Team], redact_query: [key2]");
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let request = format!(
        "POST /a/b?token=secret&key2=secret&x=1 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: test\r\n\
         X-Request-Id: id-1\r\nX-Team: blog\r\nAuthorization: secret\r\n\
         traceparent: 00-{trace}-b7ad6b7169203331-01\r\nContent-Length: 3\r\n\r\nabc"
    );
    assert_eq!(watched.gateway.ask(request).status(), 200);
    let line = watched.line("its line", |line| line["request_id"] == "id-1");
    let says = |key: &str, value: &str| assert_eq!(line[key], value, "{key}: {line}");
    says("method", "POST");
    says("path", "/a/b?token=[redacted]&key2=[redacted]&x=1");
    says("protocol", "HTTP/1.1");
    says("authority", "shop.example");
    says("user_agent", "test");
    says("response_flags", "-");
    says("response_code_details", "via_upstream");
    says("upstream_host", &service.address.to_string());
    says("route_name", "a");
    says("service", "svc");
    says("trace_id", trace);
    says("downstream_remote_address", "127.0.0.1");
    assert_eq!(line["headers"]["x-team"], "blog", "{line}");
    for (key, value) in [
        ("response_code", 200),
        ("bytes_received", 3),
        ("bytes_sent", 5),
        ("retries", 0),
    ] {
        assert_eq!(line[key], value, "{key}: {line}");
    }
    assert!(line["error_origin"].is_null(), "{line}");
    assert!(line["ttfb"].as_u64() <= line["duration"].as_u64(), "{line}");
    assert!(!line.to_string().contains("secret"), "{line}");
}

#[test]
fn old_dashboards_and_new_ones_count_the_same_requests() {
    let service = Service::hello();
    let watched = Watched::start(&Config::to(&service));
    let mut client = watched.gateway.connect();
    for _ in 0..3 {
        client.send(ask("/x"));
        assert_eq!(client.response().status(), 200);
    }
    watched
        .gateway
        .ask("BREW / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    until("all are counted", || {
        watched.metric("http_requests_total{method=\"_OTHER\",status=\"2xx\"}") == 1.0
    });
    let of = |sample: &str| watched.metric(sample);
    let route = "{route=\"all\",service=\"svc\"";
    assert_eq!(
        of(&format!(
            "gateway_requests_total{route},code=\"200\",flag=\"\",origin=\"\"}}"
        )),
        4.0
    );
    assert_eq!(
        of(&format!("gateway_request_duration_seconds_count{route}}}")),
        4.0
    );
    assert_eq!(
        of(&format!(
            "gateway_time_to_first_byte_seconds_count{route}}}"
        )),
        4.0
    );
    let connections = |kind: &str| {
        of(&format!(
            "gateway_upstream_connections_total{{service=\"svc\",kind=\"{kind}\"}}"
        ))
    };
    assert_eq!((connections("new"), connections("reused")), (1.0, 3.0));
    assert_eq!(of("gateway_config_generation"), 1.0);
    assert_eq!(of("gateway_draining"), 0.0);
    // That of this test, once those that asked for the page are gone.
    until("one is idle", || {
        of("gateway_client_connections{state=\"idle\"}") == 1.0
    });
}

#[test]
fn a_file_that_was_moved_away_is_opened_again() {
    let service = Service::hello();
    let watched = Watched::start(&Config::to(&service));
    assert_eq!(watched.gateway.get("/before").status(), 200);
    watched.line_of("/before");
    let old = watched.path().with_extension("old");
    fs::rename(watched.path(), &old).unwrap();
    watched.gateway.signal("USR1");
    until("there is a new file", || watched.path().exists());
    assert_eq!(watched.gateway.get("/after").status(), 200);
    watched.line_of("/after");
    assert!(!fs::read_to_string(old).unwrap().contains("/after"));
}

#[test]
fn the_last_lines_are_written_before_the_end() {
    let service = Service::hello();
    let config = Config::to(&service).server("drain: { delay: 0s }");
    let mut watched = Watched::start(&config);
    for number in 0..100 {
        assert_eq!(watched.gateway.get(&format!("/{number}")).status(), 200);
    }
    watched.gateway.signal("TERM");
    assert_eq!(watched.gateway.wait().code(), Some(0));
    assert_eq!(watched.lines().len(), 100);
}
