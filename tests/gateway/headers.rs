//! Which headers the service gets, and which the client.

use crate::support::{Config, Service, ok};

/// Names and values in order, without the request id, which is random.
fn received(service: &Service) -> Vec<String> {
    let head = service.head();
    let id = head.get("x-request-id").unwrap();
    assert!(!id.is_empty());
    let fields = head.fields.iter();
    let kept = fields.filter(|(name, _)| !name.eq_ignore_ascii_case("x-request-id"));
    let mut lines: Vec<String> = kept
        .map(|(name, value)| format!("{}: {value}", name.to_ascii_lowercase()))
        .collect();
    lines.sort();
    lines
}

const FORGED: &str = "GET /a HTTP/1.1\r\nHost: client.example\r\nX-Forwarded-For: 203.0.113.7\r\n\
    X-Forwarded-For: 203.0.113.8\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example\r\n\
    Forwarded: for=203.0.113.9\r\nX-Request-Id: from-client\r\nX-Custom: Kept As-Is\r\n\
    traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntracestate: v=1\r\n\
    Via: 1.1 cdn\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n";

#[test]
fn a_stranger_does_not_say_who_it_is() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    assert_eq!(gateway.ask(FORGED).status(), 200);
    let host = format!("host: {}", service.address);
    assert_eq!(
        received(&service),
        [
            "cookie: a=1",
            "cookie: b=2",
            &host,
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "tracestate: v=1",
            "via: 1.1 api-gateway",
            "via: 1.1 cdn",
            "x-custom: Kept As-Is",
            "x-forwarded-for: 127.0.0.1",
            "x-forwarded-host: client.example",
            "x-forwarded-proto: http",
        ]
    );
    assert_ne!(service.head().get("x-request-id"), Some("from-client"));
}

#[test]
fn a_trusted_proxy_is_believed() {
    let service = Service::hello();
    let gateway = Config::to(&service).trusting_loopback().start();
    assert_eq!(gateway.ask(FORGED).status(), 200);
    let host = format!("host: {}", service.address);
    assert_eq!(
        received(&service),
        [
            "cookie: a=1",
            "cookie: b=2",
            "forwarded: for=203.0.113.9",
            &host,
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "tracestate: v=1",
            "via: 1.1 api-gateway",
            "via: 1.1 cdn",
            "x-custom: Kept As-Is",
            "x-forwarded-for: 203.0.113.7",
            "x-forwarded-for: 203.0.113.8",
            "x-forwarded-host: shop.example",
            "x-forwarded-proto: https",
        ]
    );
    assert_eq!(service.head().get("x-request-id"), Some("from-client"));
}

#[test]
fn a_trusted_proxy_is_not_believed_in_nonsense() {
    let service = Service::hello();
    let gateway = Config::to(&service).trusting_loopback().start();
    let request = "GET / HTTP/1.1\r\nHost: client.example\r\nX-Forwarded-Proto: gopher\r\n\
        X-Forwarded-Host: a, b\r\nX-Request-Id: a b\r\n\r\n";
    assert_eq!(gateway.ask(request).status(), 200);
    let head = service.head();
    assert_eq!(head.get("x-forwarded-proto"), Some("http"));
    assert_eq!(head.get("x-forwarded-host"), Some("client.example"));
    assert_eq!(head.get("x-request-id").unwrap().len(), 36);
    assert_eq!(
        head.get("x-forwarded-for"),
        None,
        "a loopback peer tells nothing"
    );
}

#[test]
fn a_request_for_one_hop_stays_on_it() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    let request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, X-Mine\r\n\
        X-Mine: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n\
        Proxy-Authorization: Basic eA==\r\nTE: trailers\r\nTrailer: X-T\r\nX-Kept: 1\r\n\r\n";
    assert_eq!(gateway.ask(request).status(), 200);
    let head = service.head();
    for name in [
        "connection",
        "x-mine",
        "keep-alive",
        "proxy-connection",
        "te",
    ] {
        assert!(!head.has(name), "{name}: {head:?}");
    }
    assert!(head.has("x-kept"));
}

#[test]
fn a_client_can_not_take_away_what_the_gateway_says() {
    let service = Service::hello();
    let gateway = Config::to(&service).trusting_loopback().start();
    for name in [
        "Host",
        "X-Forwarded-For",
        "x-forwarded-proto",
        "X-Forwarded-Host",
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: h\r\nConnection: {name}\r\n\r\n");
        assert_eq!(gateway.ask(request).status(), 400, "{name}");
    }
    assert!(service.heads().is_empty());
    let request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: X-Request-Id, Via\r\n\r\n";
    assert_eq!(gateway.ask(request).status(), 200);
    let head = service.head();
    assert!(head.has("x-request-id") && head.has("via"), "{head:?}");
}

#[test]
fn a_response_for_one_hop_stays_on_it() {
    let service = Service::answering(|_, _| {
        b"HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Mine\r\nconnection: x-too\r\nX-Mine: 1\r\n\
          X-Too: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n\
          Proxy-Authenticate: Basic\r\nUpgrade: h2c\r\nTrailer: X-T\r\nX-Kept: 1\r\n\
          Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok"
            .to_vec()
    });
    let gateway = Config::to(&service).start();
    let response = gateway.get("/");
    let mut names: Vec<String> = response
        .head
        .fields
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .filter(|name| name != "date")
        .collect();
    names.sort();
    let kept = [
        "connection",
        "content-length",
        "set-cookie",
        "set-cookie",
        "x-kept",
    ];
    assert_eq!(names, kept);
    assert_eq!(response.head.get("connection"), Some("keep-alive"));
    assert_eq!(response.text(), "ok");
}

#[test]
fn many_and_odd_headers_pass_both_ways_whole() {
    let service = Service::answering(|head, _| {
        let echoed: String = head
            .fields
            .iter()
            .filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-n"))
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        format!("HTTP/1.1 200 OK\r\n{echoed}Content-Length: 0\r\n\r\n").into_bytes()
    });
    let gateway = Config::to(&service).start();
    let mut request = String::from("GET / HTTP/1.1\r\nHost: h\r\n");
    let mut sent = vec![
        ("X-N-Empty".to_owned(), String::new()),
        ("x-n-quoted".to_owned(), "\"a, b\";q=0.5".to_owned()),
        ("X-N-UTF8".to_owned(), "gr\u{fc}n".to_owned()),
    ];
    sent.extend((0..80).map(|n| (format!("X-N{n}"), "v".repeat(n * 4))));
    for (name, value) in &sent {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let response = gateway.ask(request);
    assert_eq!(response.status(), 200);
    let mut got = response.head.fields.clone();
    got.retain(|(name, _)| name.to_ascii_lowercase().starts_with("x-n"));
    // In lower case from the gateway on, as Envoy writes them.
    for (name, _) in &mut sent {
        name.make_ascii_lowercase();
    }
    got.sort();
    sent.sort();
    assert_eq!(got, sent);
}

#[test]
fn the_spelling_of_a_services_header_reaches_the_client() {
    let answer = "HTTP/1.1 200 OK\r\nX-OddLy: 1\r\nContent-Length: 0\r\n\r\n";
    let service = Service::answering(|_, _| answer.into());
    let gateway = Config::to(&service).start();
    let fields = gateway.get("/").head.fields;
    assert!(
        fields.iter().any(|(name, _)| name == "X-OddLy"),
        "{fields:?}"
    );
}

#[test]
fn the_host_is_the_services_or_as_configured() {
    let cases = [
        ("", None),
        ("host: service", None),
        ("host: preserve", Some("client.example:8000")),
        ("host: blog.internal", Some("blog.internal")),
    ];
    for (keys, expected) in cases {
        let service = Service::answering(|_, _| ok("x"));
        let gateway = Config::new().service("svc", &service.url(), keys).start();
        let request = "GET / HTTP/1.1\r\nHost: client.example:8000\r\n\r\n";
        assert_eq!(gateway.ask(request).status(), 200);
        let own = service.address.to_string();
        assert_eq!(
            service.head().get("host"),
            Some(expected.unwrap_or(&own)),
            "{keys}"
        );
    }
}

#[test]
fn what_a_route_says_of_forwarded_reaches_the_service() {
    let service = Service::hello();
    let rule = "request_headers: { set: { Forwarded: for=gateway } }";
    let gateway = Config::to(&service).route("r", "svc", rule).start();
    assert_eq!(gateway.ask(FORGED).status(), 200);
    assert_eq!(service.head().all("forwarded"), ["for=gateway"]);
}

#[test]
fn a_request_without_a_host_forwards_none() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    assert_eq!(gateway.ask("GET / HTTP/1.0\r\n\r\n").status(), 200);
    assert!(!service.head().has("x-forwarded-host"));
}
