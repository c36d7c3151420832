//! Each row of the failure table, caused for real: client, log and metrics agree on it.

use std::process::Command;
use std::time::Duration;

use super::watched::{Operator, Watched, ask};
use crate::support::dns::{Dns, Says};
use crate::support::service::full;
use crate::support::{Config, Conn, Response, Service, ok, until};

/// One row: what is caused, and what is told of it.
struct Row {
    cause: &'static str,
    status: u16,
    error: &'static str,
    flag: &'static str,
    details: &'static str,
    /// Refused before it was a request: without route, method or path.
    refused: Option<&'static str>,
    /// What else counts it.
    also: &'static [&'static str],
}

impl Row {
    const fn new(
        cause: &'static str,
        status: u16,
        error: &'static str,
        flag: &'static str,
    ) -> Self {
        Self {
            cause,
            status,
            error,
            flag,
            details: "",
            refused: None,
            also: &[],
        }
    }

    const fn details(mut self, details: &'static str) -> Self {
        self.details = details;
        self
    }

    const fn refused(mut self, reason: &'static str) -> Self {
        self.refused = Some(reason);
        self
    }

    const fn also(mut self, samples: &'static [&'static str]) -> Self {
        self.also = samples;
        self
    }

    fn assert(&self, watched: &Watched, response: &Response, route: &str) {
        let cause = self.cause;
        assert_eq!(response.status(), self.status, "{cause}: {response:?}");
        let error = format!("api-gateway; error={}", self.error);
        assert_eq!(response.head.get("proxy-status"), Some(&*error), "{cause}");
        let problem = response.problem();
        let id = problem["request_id"].as_str().unwrap().to_owned();
        let line = watched.line(cause, |line| line["request_id"] == *id);
        self.assert_line(&line, route);
        if self.refused.is_none() {
            assert_eq!(line["bytes_sent"], response.body.len(), "{cause}: {line}");
        }
        self.assert_counted(watched, route);
    }

    fn assert_line(&self, line: &serde_json::Value, route: &str) {
        let cause = self.cause;
        assert_eq!(line["response_code"], self.status, "{cause}: {line}");
        assert_eq!(line["response_flags"], self.flag, "{cause}: {line}");
        assert_eq!(line["error_origin"], "gateway", "{cause}: {line}");
        let details = line["response_code_details"].as_str().unwrap();
        assert!(details.starts_with(self.details), "{cause}: {line}");
        let expected = Some(route).filter(|route| !route.is_empty());
        assert_eq!(line["route_name"].as_str(), expected, "{cause}: {line}");
    }

    /// What clients alone are to blame for isn't kept there.
    fn assert_in_status(&self, watched: &Watched, response: &Response) {
        if self.status < 500 {
            return;
        }
        let id = &response.problem()["request_id"];
        let status = Operator::of(watched).get("/status").json();
        let mut failures = status["failures"].as_array().unwrap().iter();
        let failed = failures.find(|failed| failed["request_id"] == *id);
        let failed = failed.unwrap_or_else(|| panic!("{}: {status}", self.cause));
        assert_eq!(failed["origin"], "gateway", "{}: {failed}", self.cause);
        assert_eq!(failed["flag"], self.flag, "{}: {failed}", self.cause);
    }

    fn assert_counted(&self, watched: &Watched, route: &str) {
        let Self { status, flag, .. } = self;
        let counted = match self.refused {
            Some(reason) => format!("gateway_requests_refused_total{{reason=\"{reason}\"}}"),
            None => {
                let service = if route.is_empty() { "" } else { "svc" };
                format!(
                    "gateway_requests_total{{route=\"{route}\",service=\"{service}\",\
                     code=\"{status}\",flag=\"{flag}\",origin=\"gateway\"}}"
                )
            }
        };
        for sample in self.also.iter().copied().chain([&*counted]) {
            assert_eq!(watched.metric(sample), 1.0, "{}: {sample}", self.cause);
        }
    }
}

const ROUTE: &str = "all";

fn get_answer(row: &Row, config: &Config, request: &str, route: &str) {
    let watched = Watched::operated(config);
    let response = watched.gateway.ask(request);
    row.assert(&watched, &response, route);
    row.assert_in_status(&watched, &response);
}

#[test]
fn requests_that_can_not_be_forwarded() {
    let service = Service::hello();
    let config = Config::to(&service).server("limits: { header_bytes: 2KiB, target_bytes: 1KiB }");
    let long = "x".repeat(1100);
    let rows = [
        (
            Row::new("a malformed head", 400, "http_request_error", "DPE")
                .details("malformed_request")
                .refused("malformed"),
            "GET / HTTP/1.1\r\nno colon\r\n\r\n".to_owned(),
        ),
        (
            Row::new("a header too large", 431, "http_request_error", "DPE")
                .details("header_too_large")
                .refused("header_too_large")
                .also(&["gateway_limits_total{limit=\"headers\"}"]),
            format!("GET / HTTP/1.1\r\nHost: h\r\nX: {long}{long}\r\n\r\n"),
        ),
        (
            Row::new("a target too long", 414, "http_request_error", "DPE")
                .details("target_too_long")
                .refused("target_too_long")
                .also(&["gateway_limits_total{limit=\"target_bytes\"}"]),
            format!("GET /{long} HTTP/1.1\r\nHost: h\r\n\r\n"),
        ),
        (
            Row::new("a path above the root", 400, "http_request_error", "DPE")
                .details("malformed_request"),
            ask("/../a"),
        ),
    ];
    for (row, request) in rows {
        get_answer(&row, &config, &request, "");
    }
}

#[test]
fn a_header_that_takes_too_long() {
    let service = Service::hello();
    let config = Config::to(&service).server("timeouts: { request_header: 200ms }");
    let row = Row::new("a slow header", 408, "http_request_error", "DT")
        .refused("header_timeout")
        .also(&["gateway_deadlines_total{deadline=\"request_header\"}"]);
    get_answer(&row, &config, "GET / HTT", "");
}

#[test]
fn requests_that_are_not_allowed() {
    let service = Service::hello();
    let no_route = Config::new().service("svc", &service.url(), "").route(
        "a",
        "svc",
        "match: { path: { prefix: /a }, methods: [POST] }",
    );
    let rows = [
        (
            Row::new("no route", 404, "destination_not_found", "NR"),
            ask("/b"),
        ),
        (
            Row::new("no method", 405, "http_request_denied", "NR"),
            ask("/a"),
        ),
    ];
    for (row, request) in rows {
        get_answer(&row, &no_route, &request, "");
    }
    let row = Row::new("a body too large", 413, "http_request_error", "DPE")
        .also(&["gateway_limits_total{limit=\"request_body\"}"]);
    let config = Config::to(&service).server("limits: { request_body: 10B }");
    let request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world";
    get_answer(&row, &config, request, ROUTE);
    let row = Row::new("a loop", 508, "proxy_loop_detected", "LR");
    let request = "GET / HTTP/1.1\r\nHost: h\r\nVia: 1.1 api-gateway\r\n\r\n";
    // It is seen before a route is looked for.
    get_answer(&row, &Config::to(&service), request, "");
}

/// Without a free descriptor there is no connection to a service, which is nobody's fault
/// but ours.
#[test]
fn a_gateway_that_has_no_socket_left() {
    let service = Service::hello();
    let watched = Watched::operated(&Config::to(&service));
    let mut client = watched.gateway.connect();
    client.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.response().status(), 200);
    let limit = |files: &str| {
        let pid = watched.gateway.pid().to_string();
        let mut prlimit = Command::new("prlimit");
        prlimit.args(["--pid", &pid, &format!("--nofile={files}:")]);
        assert!(prlimit.status().unwrap().success());
    };
    limit("3");
    client.send(ask("/x"));
    let response = client.response();
    limit("1024");
    let row = Row::new("no descriptor", 500, "proxy_internal_error", "FI");
    row.assert(&watched, &response, ROUTE);
    row.assert_in_status(&watched, &response);
}

#[test]
fn services_that_can_not_be_reached() {
    let dns = Dns::start(Says::NoSuchName);
    let server = dns.address;
    let unresolved = Config::new()
        .top(&format!("dns: {{ servers: [\"{server}\"] }}"))
        .service("svc", "http://svc.test:80", "");
    let row = Row::new("an unknown name", 503, "dns_error", "UH");
    get_answer(&row, &unresolved, &ask("/x"), ROUTE);

    let gone = Service::hello();
    gone.stop();
    let row = Row::new("a refused connection", 502, "connection_refused", "UF");
    get_answer(&row, &Config::to(&gone), &ask("/x"), ROUTE);

    let (address, _listener, _waiting) = full();
    let slow = Config::new().service(
        "svc",
        &format!("http://{address}"),
        "timeouts: { connect: 200ms }",
    );
    let row = Row::new("a slow connection", 504, "connection_timeout", "UF")
        .also(&["gateway_deadlines_total{deadline=\"connect\"}"]);
    get_answer(&row, &slow, &ask("/x"), ROUTE);
}

#[test]
fn services_that_do_not_answer() {
    let rows: [(Row, fn(Conn)); 3] = [
        (
            Row::new("a connection that ends", 502, "connection_terminated", "UC"),
            |mut conn| drop(conn.request()),
        ),
        (
            Row::new("no HTTP", 502, "http_protocol_error", "UPE"),
            |mut conn| {
                conn.request();
                conn.send("this is not http at all\r\n\r\n");
                let _ = conn.rest();
            },
        ),
        (
            Row::new("silence", 504, "http_response_timeout", "UT")
                .details("response_timeout{timeouts.response_header}")
                .also(&["gateway_deadlines_total{deadline=\"response_header\"}"]),
            |mut conn| {
                conn.request();
                conn.stall(crate::support::PATIENCE);
            },
        ),
    ];
    for (row, script) in rows {
        let service = Service::start(script);
        let config = Config::limited(&service, Duration::from_millis(300));
        get_answer(&row, &config, &ask("/x"), ROUTE);
    }
}

/// The answer has begun with another status: it is cut, and the line has both.
#[test]
fn a_body_that_stops() {
    let service = Service::start(|mut conn| {
        conn.request();
        conn.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
        let _ = conn.rest();
    });
    let keys = "timeouts: { body_idle: 300ms }";
    let config = Config::new().service("svc", &service.url(), keys);
    let watched = Watched::operated(&config);
    let mut client = watched.gateway.connect();
    client.send(ask("/stops"));
    assert!(client.try_response("GET").is_err());
    let line = watched.line_of("/stops");
    assert_eq!(line["response_code"], 200, "{line}");
    assert_eq!(line["response_flags"], "UT", "{line}");
    assert_eq!(line["error_origin"], "application", "{line}");
    let details = &line["response_code_details"];
    assert_eq!(details, "response_timeout{timeouts.body_idle}", "{line}");
    for sample in [
        "gateway_deadlines_total{deadline=\"body_idle\"}",
        "gateway_requests_total{route=\"all\",service=\"svc\",code=\"200\",flag=\"UT\",origin=\"application\"}",
    ] {
        assert_eq!(watched.metric(sample), 1.0, "{sample}");
    }
    let status = Operator::of(&watched).get("/status").json();
    let failed = &status["failures"][0];
    assert_eq!(
        (&failed["path"], &failed["flag"], &failed["origin"]),
        (&"/stops".into(), &"UT".into(), &"application".into())
    );
}

#[test]
fn one_request_too_many() {
    let (service, go) = Service::on_command();
    let watched = Watched::start(&Config::to(&service).server("limits: { in_flight: 1 }"));
    let mut first = watched.gateway.connect();
    first.send(ask("/first"));
    service.received(1);
    let response = watched.gateway.get("/second");
    Row::new("one too many", 503, "connection_limit_reached", "UO")
        .also(&["gateway_limits_total{limit=\"in_flight\"}"])
        .assert(&watched, &response, ROUTE);
    assert_eq!(watched.metric("gateway_in_flight{service=\"svc\"}"), 1.0);
    go.send(()).unwrap();
    assert_eq!(first.response().status(), 200);
    until("nothing is in flight", || {
        watched.metric("gateway_in_flight{service=\"svc\"}") == 0.0
    });
}

#[test]
fn a_client_that_goes_away() {
    let (service, go) = Service::on_command();
    let watched = Watched::start(&Config::to(&service));
    let mut client = watched.gateway.connect();
    client.send(ask("/gone"));
    service.received(1);
    client.reset();
    let line = watched.line_of("/gone");
    assert_eq!(line["response_code"], 499);
    assert_eq!(line["response_flags"], "DC");
    assert!(line["error_origin"].is_null(), "{line}");
    assert_eq!(
        watched.metric("http_requests_total{method=\"GET\",status=\"4xx\"}"),
        1.0
    );
    drop(go);
}

#[test]
fn a_request_whose_answer_is_cut_is_told_with_both() {
    let service = Service::start(|mut conn| {
        conn.request();
        conn.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
    });
    let watched = Watched::start(&Config::to(&service));
    let mut client = watched.gateway.connect();
    client.send(ask("/cut"));
    assert!(client.try_response("GET").is_err());
    let line = watched.line_of("/cut");
    assert_eq!(line["response_code"], 200);
    assert_eq!(line["response_flags"], "UC");
    assert_eq!(line["error_origin"], "application");
}

/// What a route does to the headers of an answer hides nothing of who made it.
/// What is left of such a request is dropped, and with it whoever could have said it.
#[test]
fn an_answer_that_the_rest_of_an_upload_outlives_keeps_its_origin() {
    let service = Service::start(|mut conn| {
        conn.request_head();
        conn.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nnone");
        conn.drain();
    });
    let watched = Watched::start(&Config::to(&service));
    for field in ["", "Keep-Alive: by Pingora\r\n"] {
        let mut client = watched.gateway.connect();
        client.send(format!(
            "POST /early{} HTTP/1.1\r\nHost: h\r\n{field}Content-Length: 9\r\n\r\npart",
            field.len()
        ));
        assert_eq!(client.response().status(), 401);
        client.assert_closed();
        let line = watched.line_of(&format!("/early{}", field.len()));
        assert_eq!(line["error_origin"], "application", "{line}");
        assert_eq!(line["response_code"], 401, "{line}");
    }
}

#[test]
fn a_route_that_hides_headers_hides_no_origin() {
    let service = Service::answering(|_, _| {
        b"HTTP/1.1 502 Bad Gateway\r\nserver: envoy\r\ncontent-length: 0\r\n\r\n".to_vec()
    });
    let config = Config::new().service("svc", &service.url(), "").route(
        "all",
        "svc",
        "response_headers: { remove: [server] }",
    );
    let watched = Watched::start(&config);
    let answer = watched.gateway.get("/hidden?q=1");
    assert_eq!((answer.status(), answer.head.get("server")), (502, None));
    let line = watched.line("its line", |line| line["response_code"] == 502);
    assert_eq!(line["error_origin"], "sidecar", "{line}");
    // And the operator is told what it looks like, without what the client asked.
    let hint = watched
        .gateway
        .logged(&["no virtual host", "api-gateway explain"]);
    assert!(hint.contains("/hidden`"), "{hint}");
}

#[test]
fn a_body_that_is_sent_again_counts_once() {
    let service = Service::start(|mut conn| {
        // A kept connection that ends as it is used again.
        if conn.number == 0 {
            conn.request();
            let _ = conn.try_send(ok("first"));
            conn.request_head();
            return;
        }
        conn.request();
        let _ = conn.try_send(ok("again"));
    });
    let config = Config::to(&service).server("limits: { request_body: 15B }");
    let watched = Watched::start(&config);
    assert_eq!(watched.gateway.get_and_settle("/first").status(), 200);
    let put = "PUT /again HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789";
    assert_eq!(watched.gateway.ask(put).status(), 200);
    let line = watched.line_of("/again");
    assert_eq!(
        (&line["bytes_received"], &line["retries"]),
        (&10.into(), &1.into())
    );
}

/// Pingora doesn't look at the client while it connects: the guard drops the request then.
#[test]
fn a_request_that_is_dropped_while_it_connects_is_known_all_the_same() {
    let (address, _listener, _waiting) = full();
    let keys = "timeouts: { connect: 10s, request: 300ms }";
    let config = Config::new().service("svc", &format!("http://{address}"), keys);
    let watched = Watched::start(&config);
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let request = format!(
        "GET /dropped?token=x HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: test\r\n\
         traceparent: 00-{trace}-b7ad6b7169203331-01\r\n\r\n"
    );
    let response = watched.gateway.ask(request);
    Row::new(
        "a deadline while connecting",
        504,
        "http_response_timeout",
        "UT",
    )
    .details("response_timeout{timeouts.request}")
    .also(&["gateway_deadlines_total{deadline=\"request\"}"])
    .assert(&watched, &response, ROUTE);
    let line = watched.line_of("/dropped?token=[redacted]");
    assert_eq!(line["authority"], "shop.example", "{line}");
    assert_eq!(line["user_agent"], "test", "{line}");
    assert_eq!(line["trace_id"], trace, "{line}");
    assert_eq!(line["protocol"], "HTTP/1.1", "{line}");
}
