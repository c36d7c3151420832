//! `Connection` and what is about one hop; `Expect`, `Upgrade` (RFC 9110, sections 7.6.1,
//! 7.8 and 10.1.1).

use crate::row::{Row, chunked, get, post, refused, seen, served, served_last};

const SECTION: &str = "RFC 9110, 7.6.1";

fn good(name: &'static str, fields: &str, kept: &[&str]) -> Row {
    let seen = kept
        .iter()
        .fold(seen("GET"), |seen, field| seen.field(field));
    served(name, SECTION, get(fields), seen)
}

fn bad(name: &'static str, fields: &str) -> Row {
    refused(name, SECTION, get(fields))
}

pub fn rows() -> Vec<Row> {
    let many: String = (0..200).map(|n| format!("x{n},")).collect();
    let hello = || seen("POST").body("hello");
    vec![
        served_last(
            "connection.close",
            "RFC 9112, 9.6",
            get("Connection: close\r\n"),
            seen("GET"),
        ),
        served_last(
            "connection.close-in-case",
            "RFC 9112, 9.6",
            get("connection: CLOSE\r\n"),
            seen("GET"),
        ),
        served_last(
            "connection.close-in-list",
            "RFC 9112, 9.6",
            get("Connection: x-a, close\r\n"),
            seen("GET"),
        ),
        good(
            "connection.keep-alive",
            "Connection: keep-alive\r\nKeep-Alive: timeout=999\r\n",
            &[],
        ),
        good(
            "connection.names-one",
            "Connection: X-Mine\r\nX-Mine: 1\r\nX-Kept: 1\r\n",
            &["x-kept: 1"],
        ),
        good(
            "connection.names-several",
            "Connection: a,\tB\r\nConnection: c\r\nA: 1\r\nB: 2\r\nC: 3\r\n",
            &[],
        ),
        good(
            "connection.names-request-id",
            "Connection: X-Request-Id\r\n",
            &[],
        ),
        good(
            "connection.names-via",
            "Connection: Via\r\nVia: 1.1 cdn\r\n",
            &[],
        ),
        good("connection.names-itself", "Connection: Connection\r\n", &[]),
        good("connection.empty", "Connection:\r\n", &[]),
        good("connection.commas", "Connection: ,,, ,\r\n", &[]),
        good(
            "connection.upgrade-of-nothing",
            "Connection: upgrade\r\n",
            &[],
        ),
        good(
            "connection.proxy",
            "Proxy-Connection: close\r\nProxy-Authorization: Basic eA==\r\n",
            &[],
        ),
        good(
            "connection.te",
            "TE: trailers, deflate\r\nConnection: TE\r\n",
            &[],
        ),
        good("connection.trailer", "Trailer: X-Sum\r\n", &[]),
        bad("connection.names-host", "Connection: Host\r\n"),
        bad(
            "connection.names-forwarded-for",
            "Connection: close, X-Forwarded-For\r\n",
        ),
        bad(
            "connection.names-forwarded-proto",
            "Connection: x-forwarded-PROTO\r\n",
        ),
        bad(
            "connection.names-forwarded-host",
            "Connection: X-Forwarded-Host\r\n",
        ),
        bad(
            "connection.names-pseudo-header",
            "Connection: :authority\r\n",
        ),
        bad("connection.names-no-token", "Connection: \"x\"\r\n"),
        bad("connection.names-two-words", "Connection: a b\r\n"),
        refused(
            "connection.names-too-many",
            SECTION,
            get(&format!("Connection: {many}\r\n")),
        ),
        served(
            "connection.names-length",
            SECTION,
            post(
                "Connection: Content-Length\r\nContent-Length: 5\r\n",
                "hello",
            ),
            seen("POST").chunked("hello"),
        ),
        served(
            "connection.names-coding",
            SECTION,
            "POST /CANARY HTTP/1.1\r\nHost: h\r\nConnection: Transfer-Encoding\r\n\
             Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            seen("POST").chunked("hello"),
        ),
        served(
            "expect",
            "RFC 9110, 10.1.1",
            post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"),
            hello().field("expect: 100-continue"),
        ),
        served(
            "expect.without-body",
            "RFC 9110, 10.1.1",
            get("Expect: 100-continue\r\n"),
            seen("GET").field("expect: 100-continue"),
        ),
        served(
            "expect.unknown",
            "RFC 9110, 10.1.1",
            post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello"),
            hello().field("expect: 200-ok"),
        ),
        served(
            "expect.chunked",
            "RFC 9110, 10.1.1",
            chunked("5\r\nhello\r\n0\r\n\r\n")
                .replace("Host: h", "Host: h\r\nExpect: 100-continue"),
            seen("POST").chunked("hello").field("expect: 100-continue"),
        ),
        served(
            "upgrade.h2c",
            "RFC 9113, 3.1",
            get(
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
            ),
            seen("GET"),
        ),
        served(
            "upgrade.h2c-not-named",
            "RFC 9113, 3.1",
            get("Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
            seen("GET"),
        ),
        served(
            "upgrade.h2c-with-body",
            "RFC 9113, 3.1",
            post(
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\nContent-Length: 5\r\n",
                "hello",
            ),
            hello(),
        ),
        served(
            "upgrade.unknown",
            "RFC 9110, 7.8",
            get("Connection: Upgrade\r\nUpgrade: foo/2\r\n"),
            seen("GET"),
        ),
        served(
            "upgrade.tls",
            "RFC 2817",
            get("Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n"),
            seen("GET"),
        ),
    ]
}
