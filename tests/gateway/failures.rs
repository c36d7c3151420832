//! Each row of the failure table, caused for real.

use std::net::TcpListener;
use std::time::Duration;

use crate::support::gateway::get;
use crate::support::service::full;
use crate::support::{Config, Conn, Gateway, Service, Stopwatch};
use crate::upgrade::HANDSHAKE;

/// What a client and an operator are told.
struct Told {
    status: u16,
    error: &'static str,
    flag: &'static str,
}

const fn told(status: u16, error: &'static str, flag: &'static str) -> Told {
    Told {
        status,
        error,
        flag,
    }
}

const MALFORMED: Told = told(400, "http_request_error", "DPE");
const NO_ROUTE: Told = told(404, "destination_not_found", "NR");
const REFUSED: Told = told(502, "connection_refused", "UF");
const TERMINATED: Told = told(502, "connection_terminated", "UC");
const NOT_HTTP: Told = told(502, "http_protocol_error", "UPE");

/// Only a trusted client is told what went wrong between us and the service.
fn assert_told(config: &Config, request: &str, told: &Told) {
    for trusted in [true, false] {
        let config = config.clone();
        let config = if trusted {
            config.trusting_loopback()
        } else {
            config
        };
        assert_answer(&config.start(), request, told, trusted);
    }
}

fn assert_answer(gateway: &Gateway, request: &str, told: &Told, proxy_status: bool) {
    let response = gateway.ask(request);
    let what = format!("{request:?}: {response:?}");
    assert_eq!(response.status(), told.status, "{what}");
    let problem = response.problem();
    assert_eq!(
        response.head.get("cache-control"),
        Some("no-store"),
        "{what}"
    );
    let error = format!("api-gateway; error={}", told.error);
    let expected = proxy_status.then_some(error.as_str());
    assert_eq!(response.head.get("proxy-status"), expected, "{what}");
    // The id leads from the client's answer to the operator's log.
    let line = gateway.logged(&[problem["request_id"].as_str().unwrap()]);
    let code = format!("{} {} ", told.status, told.flag);
    assert!(line.contains(&code), "{line}");
    // What anybody can cause must not fill the log.
    let loud = told.status >= 500 && told.flag != "LR";
    let level = if loud { "WARN" } else { "DEBUG" };
    assert!(line.contains(level), "{line}");
}

fn nowhere() -> Config {
    Config::new().service("svc", "http://127.0.0.1:1", "")
}

#[test]
fn a_malformed_request_is_a_400() {
    let gateway = nowhere().trusting_loopback().start();
    let host = "\r\nHost: h\r\n\r\n";
    for line in [
        "GET /a#b",
        "GET /../a",
        "GET /a/../../b",
        "GET /%00",
        "GET /a%00b",
        "OPTIONS *",
    ] {
        assert_answer(
            &gateway,
            &format!("{line} HTTP/1.1{host}"),
            &MALFORMED,
            true,
        );
    }
    for host in [
        "",
        "Host:\r\n",
        "Host: a b\r\n",
        "Host: a, b\r\n",
        "Host: a/b\r\n",
    ] {
        let request = format!("GET / HTTP/1.1\r\n{host}\r\n");
        assert_answer(&gateway, &request, &MALFORMED, true);
    }
}

fn assert_refused(request: &str, status: u16) {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send(request);
    let response = client.response();
    assert_eq!(response.status(), status, "{request:?}");
    assert_eq!(response.head.get("server"), None, "{request:?}");
    response.problem();
    client.assert_closed();
    assert!(service.heads().is_empty());
}

#[test]
fn an_absolute_target_of_another_host_is_a_400() {
    let request = "GET http://other.example/a HTTP/1.1\r\nHost: client.example\r\n\r\n";
    assert_refused(request, 400);
}

#[test]
fn a_connect_is_a_405() {
    let request = "CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n";
    assert_refused(request, 405);
}

#[test]
fn what_is_not_http_is_a_400() {
    for garbage in [
        "\u{16}\u{3}\u{1}\0\u{5}hello\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
    ] {
        assert_refused(garbage, 400);
    }
}

#[test]
fn no_route_is_a_404() {
    let service = Service::hello();
    let config = Config::to(&service).route("a", "svc", "match: { path: { prefix: /a } }");
    assert_told(&config, &get("/b"), &NO_ROUTE);
}

#[test]
fn a_loop_is_a_508() {
    let service = Service::hello();
    let gateway = Config::to(&service).trusting_loopback().start();
    let told = told(508, "proxy_loop_detected", "LR");
    for via in [
        "1.1 api-gateway",
        "1.0 cdn, 1.1 API-Gateway (x)",
        "2.0 a\r\nVia: 1.0 api-gateway",
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: h\r\nVia: {via}\r\n\r\n");
        assert_answer(&gateway, &request, &told, true);
    }
    let request = "GET / HTTP/1.1\r\nHost: h\r\nVia: 1.1 other, 1.1 api-gateway2\r\n\r\n";
    assert_eq!(gateway.ask(request).status(), 200);
}

#[test]
fn a_gateway_in_front_of_itself_is_a_508_and_no_storm() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let text = Config::new()
        .service("svc", &format!("http://{port}"), "")
        .text();
    let gateway = Gateway::start(&text.replace("127.0.0.1:0", &port.to_string()));
    let response = gateway.get("/");
    assert_eq!(response.status(), 508);
    response.problem();
    gateway.logged(&["508 LR"]);
}

#[test]
fn a_refused_connection_is_a_502() {
    let service = Service::hello();
    service.stop();
    assert_told(&Config::to(&service), &get("/"), &REFUSED);
    let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
    assert_told(&Config::to(&service), post, &REFUSED);
    assert_told(&Config::to(&service), HANDSHAKE, &REFUSED);
}

#[test]
fn a_connection_that_ends_before_the_header_is_a_502() {
    let scripts: [fn(Conn); 4] = [
        |mut conn| drop(conn.request()),
        |mut conn| {
            conn.request();
            conn.into_wire().reset();
        },
        |mut conn| {
            conn.request();
            conn.send("HTTP/1.1 200 OK\r\nContent-Le");
        },
        |mut conn| {
            conn.request();
            conn.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        },
    ];
    for script in scripts {
        assert_told(&Config::to(&Service::start(script)), &get("/"), &TERMINATED);
    }
}

/// Whether the connection was there for a moment is a matter of luck.
#[test]
fn a_service_that_resets_every_connection_is_a_502() {
    let service = Service::start(|conn| conn.into_wire().reset());
    let gateway = Config::to(&service).start();
    for _ in 0..10 {
        let response = gateway.get("/");
        assert_eq!(response.status(), 502);
        response.problem();
    }
}

#[test]
fn a_connection_that_takes_too_long_is_a_504() {
    let (address, _listener, _waiting) = full();
    let config = Config::new().service(
        "svc",
        &format!("http://{address}"),
        "timeouts: { connect: 300ms }",
    );
    for request in [&get("/"), HANDSHAKE] {
        let watch = Stopwatch::start();
        assert_told(&config, request, &told(504, "connection_timeout", "UF"));
        // Twice, and two gateways are started.
        watch.assert_between(Duration::from_millis(600), Duration::from_secs(2));
    }
}

#[test]
fn an_answer_that_is_not_http_is_a_502() {
    for answer in [
        "this is not http at all\r\n\r\n",
        "\0\u{1}\u{2}\u{3}\r\n\r\n\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 99999 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX A: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3x\r\n\r\nabc",
    ] {
        let service = Service::start(move |mut conn| {
            conn.request();
            conn.send(answer);
            let _ = conn.rest();
        });
        let gateway = Config::to(&service).trusting_loopback().start();
        assert_answer(&gateway, &get("/"), &NOT_HTTP, true);
        assert_eq!(
            service.heads().len(),
            1,
            "{answer:?} isn't a reason to ask again"
        );
    }
}

#[test]
fn broken_chunks_of_a_service_are_a_truncation() {
    // Not an empty size: Pingora takes it for the last chunk.
    for chunks in ["xyz\r\nabc\r\n", "3\r\nabcde\r\n", "-1\r\n"] {
        let service = Service::start(move |mut conn| {
            conn.request();
            conn.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            conn.send(chunks);
            let _ = conn.rest();
        });
        let gateway = Config::unlimited(&service).start();
        let mut client = gateway.connect();
        client.send(get("/"));
        let answer = client.try_response("GET");
        let bad = answer.as_ref().map_or(true, |r| r.status() == 502);
        assert!(bad, "{chunks:?}: {answer:?}");
    }
}

#[test]
fn proxy_status_is_for_everybody_or_for_nobody_if_so_configured() {
    for (who, shown) in [("always", true), ("off", false), ("trusted", false)] {
        let service = Service::hello();
        let config = Config::to(&service)
            .top(&format!("errors: {{ proxy_status: {who} }}"))
            .route("a", "svc", "match: { path: { prefix: /a } }");
        assert_answer(&config.start(), &get("/b"), &NO_ROUTE, shown);
    }
    let config = nowhere()
        .top("errors: { proxy_status: off }")
        .trusting_loopback();
    assert_answer(&config.start(), &get("/"), &REFUSED, false);
}

#[test]
fn a_failure_to_head_has_the_header_and_no_body() {
    let gateway = nowhere().start();
    let response = gateway.ask("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(response.status(), 502);
    assert!(response.head.length().unwrap() > 0);
    assert_eq!(
        response.head.get("content-type"),
        Some("application/problem+json")
    );
}

#[test]
fn the_id_of_a_trusted_client_is_the_id_of_the_failure() {
    let gateway = nowhere().trusting_loopback().start();
    let response = gateway.ask("GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine-1\r\n\r\n");
    assert_eq!(response.problem()["request_id"], "mine-1");
    gateway.logged(&["502 UF", "request_id=mine-1"]);
}
