//! What Pingora once got wrong, by the names under which it was published.

use crate::row::{After, Row, own, post, refused, seen, served, served_last};

/// In a body that nobody reads, and behind requests.
const INNER: &str = "GET /smuggled-CANARY HTTP/1.1\r\nHost: h\r\n\r\n";

/// The gateway answers without the service while the body is on its way.
fn unread(status: u16, name: &'static str, line: &str) -> Row {
    let length = INNER.len();
    let bytes = format!(
        "{line} HTTP/1.1\r\nHost: h\r\nX: CANARY\r\nContent-Length: {length}\r\n\r\n{INNER}"
    );
    own(status, After::Closes, name, "CVE-2025-4366", bytes)
}

pub fn rows() -> Vec<Row> {
    let length = INNER.len();
    vec![
        unread(200, "CVE-2025-4366.answer", "POST /health"),
        unread(302, "CVE-2025-4366.redirect", "POST /moved/a"),
        unread(413, "CVE-2025-4366.too-large", "POST /small/a"),
        unread(400, "CVE-2025-4366.refused-target", "POST /../a"),
        own(
            200,
            After::Closes,
            "CVE-2025-4366.chunked",
            "CVE-2025-4366",
            format!(
                "POST /health HTTP/1.1\r\nHost: h\r\nX: CANARY\r\nTransfer-Encoding: chunked\r\n\r\n\
                 {length:x}\r\n{INNER}\r\n0\r\n\r\n"
            ),
        ),
        served(
            "CVE-2026-2833.websocket-refused",
            "CVE-2026-2833",
            "GET /CANARY HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            seen("GET")
                .field("connection: Upgrade")
                .field("upgrade: websocket"),
        ),
        served(
            "CVE-2026-2833.other-protocol",
            "CVE-2026-2833",
            "GET /CANARY HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n",
            seen("GET"),
        ),
        served(
            "CVE-2026-2833.body-is-a-request",
            "CVE-2026-2833",
            post(
                &format!("Upgrade: foo\r\nContent-Length: {length}\r\n"),
                INNER,
            ),
            seen("POST").body(INNER),
        ),
        refused(
            "CVE-2026-2835.old-client-with-chunks",
            "CVE-2026-2835; RFC 9112, 6.1",
            "POST /CANARY HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ),
        refused(
            "CVE-2026-2835.old-client-that-keeps-with-chunks",
            "CVE-2026-2835; RFC 9112, 6.1",
            "POST /CANARY HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\
             Content-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ),
        refused(
            "CVE-2026-2835.old-client-with-identity",
            "CVE-2026-2835; RFC 9112, 6.1",
            "POST /CANARY HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\nhello",
        ),
        served_last(
            "CVE-2026-2835.old-client-without-length",
            "CVE-2026-2835; RFC 9112, 6.3",
            format!("POST /CANARY HTTP/1.0\r\nHost: h\r\n\r\n{INNER}"),
            seen("POST").old(),
        ),
        refused(
            "CVE-2026-2835.codings-in-one-field",
            "CVE-2026-2835; RFC 9112, 6.1",
            post(
                "Transfer-Encoding: identity, chunked\r\nContent-Length: 5\r\n",
                "0\r\n\r\n",
            ),
        ),
        refused(
            "CVE-2026-2835.codings-in-two-fields",
            "CVE-2026-2835; RFC 9112, 6.1",
            post(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "0\r\n\r\n",
            ),
        ),
        served(
            "CVE-2026-2836.same-path-other-host",
            "CVE-2026-2836: nothing is cached",
            "GET /same HTTP/1.1\r\nHost: h\r\nX: CANARY\r\n\r\n",
            seen("GET").line("GET /same HTTP/1.1").field("x: CANARY"),
        ),
    ]
}
