//! The request line's words and the version (RFC 9112, sections 2.2, 2.3 and 3).

use crate::row::{Row, endless, refused, seen, served, served_last};

const SECTION: &str = "RFC 9112, 3";

fn line(name: &'static str, line: &str) -> Row {
    refused(name, SECTION, format!("{line}\r\nHost: h\r\n\r\n"))
}

fn version(name: &'static str, version: &str) -> Row {
    let bytes = format!("GET /CANARY {version}\r\nHost: h\r\n\r\n");
    refused(name, "RFC 9112, 2.3", bytes)
}

pub fn rows() -> Vec<Row> {
    let good = "GET /CANARY HTTP/1.1\r\nHost: h\r\n\r\n";
    vec![
        served("line", SECTION, good, seen("GET")),
        served(
            "line.after-empty-line",
            "RFC 9112, 2.2",
            format!("\r\n{good}"),
            seen("GET"),
        ),
        served(
            "line.after-empty-lines",
            "RFC 9112, 2.2",
            format!("\r\n\r\n\r\n{good}"),
            seen("GET"),
        ),
        served_last(
            "version.old",
            "RFC 9112, 2.3",
            "GET /CANARY HTTP/1.0\r\nHost: h\r\n\r\n",
            seen("GET").old(),
        ),
        served_last(
            "version.old-without-host",
            "RFC 9112, 3.2",
            "GET /CANARY HTTP/1.0\r\n\r\n",
            seen("GET").old().host(None),
        ),
        served(
            "version.old-that-keeps",
            "RFC 9112, C.2.2",
            "GET /CANARY HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
            seen("GET").old(),
        ),
        refused(
            "line.too-many-empty-lines",
            "RFC 9112, 2.2",
            format!("{}{good}", "\r\n".repeat(9)),
        ),
        refused("line.after-line-feed", "RFC 9112, 2.2", format!("\n{good}")),
        refused(
            "line.after-carriage-return",
            "RFC 9112, 2.2",
            format!("\r{good}"),
        ),
        refused("line.after-space", "RFC 9112, 2.2", format!(" {good}")),
        refused("line.after-nul", "RFC 9112, 2.2", format!("\0{good}")),
        refused(
            "line.after-byte-order-mark",
            "RFC 9112, 2.2",
            format!("\u{feff}{good}"),
        ),
        refused(
            "line.ends-in-line-feed",
            "RFC 9112, 2.2",
            "GET /CANARY HTTP/1.1\nHost: h\r\n\r\n",
        ),
        refused(
            "line.ends-in-line-feeds",
            "RFC 9112, 2.2",
            "GET /CANARY HTTP/1.1\nHost: h\n\n",
        ),
        refused(
            "line.ends-in-two-carriage-returns",
            "RFC 9112, 2.2",
            "GET /CANARY HTTP/1.1\r\r\nHost: h\r\n\r\n",
        ),
        refused(
            "line.head-ends-in-line-feed",
            "RFC 9112, 2.2",
            "GET /CANARY HTTP/1.1\r\nHost: h\r\n\n",
        ),
        refused(
            "line.field-ends-in-line-feed",
            "RFC 9112, 2.2",
            "GET /CANARY HTTP/1.1\r\nHost: h\n\r\n",
        ),
        endless(
            "line.ends-in-carriage-return",
            "RFC 9112, 2.2",
            "GET /CANARY HTTP/1.1\rHost: h\r\r",
        ),
        endless("line.cut", SECTION, "GET /CANARY HT"),
        endless(
            "line.cut-in-fields",
            SECTION,
            "GET /CANARY HTTP/1.1\r\nHost: h\r\nX: a",
        ),
        endless(
            "line.cut-before-the-end",
            SECTION,
            "GET /CANARY HTTP/1.1\r\nHost: h\r\n\r",
        ),
        endless("line.nothing-but-empty", "RFC 9112, 2.2", "\r\n\r\n"),
        line("line.two-spaces", "GET  /CANARY HTTP/1.1"),
        line("line.two-spaces-later", "GET /CANARY  HTTP/1.1"),
        line("line.space-at-the-end", "GET /CANARY HTTP/1.1 "),
        line("line.tab-at-the-end", "GET /CANARY HTTP/1.1\t"),
        line("line.tabs", "GET\t/CANARY\tHTTP/1.1"),
        line("line.tab-after-method", "GET\t/CANARY HTTP/1.1"),
        line("line.vertical-tab", "GET\x0b/CANARY HTTP/1.1"),
        line("line.form-feed", "GET /CANARY\x0cHTTP/1.1"),
        line("line.no-break-space", "GET /CANARY\u{a0}HTTP/1.1"),
        line("line.four-words", "GET /CANARY x HTTP/1.1"),
        line(
            "line.two-requests",
            "GET /CANARY HTTP/1.1 GET /smuggled HTTP/1.1",
        ),
        line("line.two-words", "GET /CANARY"),
        line("line.two-words-and-space", "GET /CANARY "),
        line("line.one-word", "CANARY"),
        line("line.is-a-field", "X-A: CANARY"),
        line("line.is-a-response", "HTTP/1.1 200 CANARY"),
        refused("version.0.9-short", "RFC 9112, 2.3", "GET /CANARY\r\n"),
        version("version.0.9", "HTTP/0.9"),
        version("version.1.2", "HTTP/1.2"),
        version("version.1.9", "HTTP/1.9"),
        version("version.2.0", "HTTP/2.0"),
        version("version.2", "HTTP/2"),
        version("version.3", "HTTP/3.0"),
        version("version.1", "HTTP/1"),
        version("version.1.", "HTTP/1."),
        version("version.1.01", "HTTP/1.01"),
        version("version.01.1", "HTTP/01.1"),
        version("version.1.10", "HTTP/1.10"),
        version("version.1.1.1", "HTTP/1.1.1"),
        version("version.lower-case", "http/1.1"),
        version("version.mixed-case", "Http/1.1"),
        version("version.other-name", "HTTPS/1.1"),
        version("version.no-slash", "HTTP1.1"),
        version("version.backslash", "HTTP\\1.1"),
        version("version.comma", "HTTP/1,1"),
        version("version.minus", "HTTP/-1.1"),
        version("version.letter-after", "HTTP/1.1x"),
        version("version.nul-after", "HTTP/1.1\0"),
        refused(
            "version.http2-preface",
            "RFC 9113, 3.4",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ),
    ]
}
