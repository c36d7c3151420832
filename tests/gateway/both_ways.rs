//! Most requests go straight to their service, the others by Pingora. Nobody may be able to
//! tell by what arrives: a request that goes by Pingora because of a field that ends at the
//! gateway arrives as the same request does without it.

use crate::support::message::{Head, Response};
use crate::support::wire::Wire;
use crate::support::{Config, Gateway, Service};

/// Makes a request Pingora's, and goes no further than the gateway.
const BY_PINGORA: &str = "Keep-Alive: timeout=5\r\n";

const RULES: &str = "request_headers: { remove: [x-gone], set: { X-Set: set }, add: { x-more: added } }, \
     response_headers: { remove: [x-gone], set: { X-Set: set, server: edge }, add: { x-more: added } }";

/// What may differ from one request to the next, taken out.
fn settled(head: &Head) -> Vec<(String, String)> {
    let mut fields = head.fields.clone();
    fields.retain(|(name, _)| !["x-request-id", "date"].contains(&&*name.to_lowercase()));
    // Of one name the order counts, and it is kept by a sort that is stable.
    fields.sort_by_key(|(name, _)| name.to_lowercase());
    fields
}

fn gateways(service: &Service) -> [Gateway; 2] {
    let routes = |config: Config| {
        config
            .service("svc", &service.url(), "")
            .service("kept", &service.url(), "host: preserve")
            .route("kept", "kept", "match: { path: { prefix: /kept } }")
            .route("ruled", "svc", &format!("match: {{ path: {{ prefix: /ruled }} }}, rewrite: {{ strip_prefix: /ruled }}, {RULES}"))
            .route("all", "svc", "")
            .start_quiet()
    };
    [Config::new(), Config::new().trusting_loopback()].map(routes)
}

#[test]
fn a_service_gets_the_same_request_either_way() {
    let service = Service::hello();
    let fields = [
        "",
        "Accept: */*\r\nUser-Agent: a b\r\nACCEPT-Encoding: gzip\r\naccept: b\r\n",
        "Cookie: a=1\r\nCookie: b=2\r\nX-Empty:\r\nX-Space: \t a \t\r\nX-Obs: \u{e4}\r\n",
        "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\nX-Forwarded-Proto: https\r\n",
        "X-Forwarded-Host: a.example\r\nx-forwarded-port: 1\r\nX_Forwarded_For: 3\r\n",
        "X-FORWARDED-PROTO: ftp\r\nX-Real-IP: 4\r\nX!Real-Ip: 5\r\nForwarded: for=6\r\nProxy: h\r\n",
        "X-Request-Id: mine\r\nX-Request_Id: x\r\nVia: 1.0 other\r\nDate: now\r\nAge: 1\r\n",
        "X-Gone: 1\r\nX_Gone: 2\r\nx-set: 3\r\nX-SET: 4\r\nX!Set: 5\r\nX-More: 6\r\n",
        "Connection: keep-alive\r\nCache-Control: no-cache\r\nContent-Type: text/plain\r\n",
        "Connection: Close\r\nServer: s\r\nSet-Cookie: c\r\nAccept-Ranges: none\r\n",
        "Content-Length: 5\r\nContent-Type: text/plain\r\nContent-Encoding: identity\r\n",
    ];
    let targets = [
        "/",
        "/a//b/../c?x=%2f&y",
        "/kept/%7Ea?",
        "/ruled/x?q",
        "/ruled",
    ];
    let mut sent = 0;
    for gateway in gateways(&service) {
        for method in ["GET", "POST", "PROPFIND"] {
            for target in targets {
                for fields in fields {
                    let body = if fields.contains("Length") {
                        "hello"
                    } else {
                        ""
                    };
                    let ask = |more: &str| {
                        format!(
                            "{method} {target} HTTP/1.1\r\nHost: h:1\r\n{fields}{more}\r\n{body}"
                        )
                    };
                    for request in [ask(""), ask(BY_PINGORA)] {
                        assert_eq!(gateway.ask(request).status(), 200);
                    }
                    let heads = service.heads();
                    let [straight, pingora] = &heads[sent..] else {
                        panic!("{heads:?}");
                    };
                    let asked = format!("{method} {target} {fields:?}");
                    assert_eq!(straight.start, pingora.start, "{asked}");
                    assert_eq!(settled(straight), settled(pingora), "{asked}");
                    let bodies = service.bodies();
                    assert_eq!(
                        bodies[sent..],
                        [body.as_bytes(), body.as_bytes()],
                        "{asked}"
                    );
                    sent += 2;
                }
            }
        }
    }
}

/// What a client makes of the answer, and whether its connection is still open.
fn heard(wire: &mut Wire, method: &str) -> (Response, bool) {
    let response = wire.response_to(method);
    let closes = response.head.get("connection") == Some("close");
    if closes {
        wire.assert_closed();
    }
    (response, closes)
}

#[test]
fn a_client_gets_the_same_answer_either_way() {
    let answers = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 Fine\r\ncontent-LENGTH: 0\r\nX-Gone: 1\r\nX-SET: 2\r\nServer: a\r\n\r\n",
        "HTTP/1.1 299\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\nx-t: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: then\r\nConnection: close\r\n\r\nto the end",
        "HTTP/1.0 200 OK\r\nX-A: 1\r\nX-a: 2\r\n\r\nto the end",
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: \"a\"\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: x-gone, x-here\r\nX-Here: 1\r\n\r\nnone",
        "HTTP/1.1 500 Oh\r\nKeep-Alive: 1\r\nTrailer: x\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\n.",
        "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nX-Fold: a\r\n b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1",
        // Of these the client gets a 502.
        "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
        "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 99 Low\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Len",
        "",
    ];
    let mut answers = answers.map(str::to_owned).to_vec();
    let (length, line, trailer) = (5, "a".repeat(9000), "x: y\r\n".repeat(2000));
    answers.push(format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\nContent-Length: x\r\n\r\n\
         {length:016x};{line}\r\nhello\r\n0\r\n{trailer}\r\n"
    ));
    let all = answers.clone();
    let service = Service::start(move |mut conn| {
        if let Some(head) = conn.request_head() {
            let at: usize = head.get("x-answer").unwrap().parse().unwrap();
            let _ = conn.try_send(&all[at]);
        }
    });
    for gateway in gateways(&service) {
        for (at, answer) in answers.iter().enumerate() {
            for (method, target) in [("GET", "/"), ("HEAD", "/"), ("DELETE", "/ruled/")] {
                let [straight, pingora] = ["", BY_PINGORA].map(|more| {
                    let mut client = gateway.connect();
                    client.send(format!(
                        "{method} {target} HTTP/1.1\r\nHost: h\r\nX-Answer: {at}\r\n{more}\r\n"
                    ));
                    heard(&mut client, method)
                });
                let asked = format!("{method} {target} {answer:?}");
                assert_eq!(straight.0.head.start, pingora.0.head.start, "{asked}");
                assert_eq!(
                    settled(&straight.0.head),
                    settled(&pingora.0.head),
                    "{asked}"
                );
                assert_eq!(straight.1, pingora.1, "{asked}");
                if straight.0.status() != 502 {
                    assert_eq!(straight.0.body, pingora.0.body, "{asked}");
                }
            }
        }
    }
}

/// They may take turns on one connection, whole or in pieces.
#[test]
fn both_ways_serve_one_connection() {
    let service = Service::hello();
    let [gateway, _] = gateways(&service);
    let mut client = gateway.connect();
    let plain = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n";
    let posted = "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
    let chunked =
        "POST /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
    let absolute = "GET http://h/4 HTTP/1.1\r\nHost: h\r\n\r\n";
    let all = [
        plain, chunked, posted, plain, absolute, posted, chunked, plain,
    ];
    client.send(all.concat());
    for _ in all {
        assert_eq!(client.response().text(), "hello");
    }
    for request in all {
        for part in request.as_bytes().chunks(7) {
            client.send(part);
        }
        assert_eq!(client.response().text(), "hello");
    }
}
