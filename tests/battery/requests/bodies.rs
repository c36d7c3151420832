//! Bodies that look like requests.

use crate::row::{Row, post, seen, served, served_last};

const SECTION: &str = "RFC 9112, 6.3";
const INNER: &str = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

pub fn rows() -> Vec<Row> {
    let length = INNER.len();
    let chunk = format!("{length:x}\r\n{INNER}\r\n0\r\n\r\n");
    vec![
        served(
            "body.is-a-request",
            SECTION,
            post(&format!("Content-Length: {length}\r\n"), INNER),
            seen("POST").body(INNER),
        ),
        served(
            "body.chunk-is-a-request",
            SECTION,
            post("Transfer-Encoding: chunked\r\n", &chunk),
            seen("POST").chunked(INNER),
        ),
        served(
            "body.is-chunks",
            SECTION,
            post("Content-Length: 15\r\n", "5\r\nhello\r\n0\r\n\r\n"),
            seen("POST").body("5\r\nhello\r\n0\r\n\r\n"),
        ),
        served(
            "body.is-ends-of-lines",
            SECTION,
            post("Content-Length: 8\r\n", "\r\n\r\n\n\n\r\r"),
            seen("POST").body("\r\n\r\n\n\n\r\r"),
        ),
        served(
            "body.of-delete",
            "RFC 9110, 9.3.5",
            format!(
                "DELETE /CANARY HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{INNER}"
            ),
            seen("DELETE").body(INNER),
        ),
        served(
            "body.of-head",
            "RFC 9110, 9.3.2",
            format!("HEAD /CANARY HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{INNER}"),
            seen("HEAD").body(INNER),
        ),
        served_last(
            "body.of-old-client",
            SECTION,
            format!("POST /CANARY HTTP/1.0\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{INNER}"),
            seen("POST").old().body(INNER),
        ),
    ]
}
