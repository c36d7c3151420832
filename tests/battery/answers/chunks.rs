//! Chunks of a service (RFC 9112, section 7.1).

use super::row::{Row, cut, whole};

const SECTION: &str = "RFC 9112, 7.1";

fn chunked(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}")
}

fn good(name: &'static str, body: &str) -> Row {
    whole(
        name,
        SECTION,
        chunked(body),
        &["transfer-encoding: chunked"],
        "hello",
    )
}

fn bad(name: &'static str, body: &str) -> Row {
    cut(name, SECTION, chunked(body))
}

pub fn rows() -> Vec<Row> {
    vec![
        good("chunks", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        good("chunks.zeros", "0005\r\nhello\r\n000\r\n\r\n"),
        good("chunks.extension", "5;a=\"b;c\"\r\nhello\r\n0;d\r\n\r\n"),
        good("chunks.spaces", "5 \r\nhello\r\n0\r\n\r\n"),
        good("chunks.trailer", "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"),
        good(
            "chunks.trailer-length",
            "5\r\nhello\r\n0\r\nContent-Length: 1\r\n\r\n",
        ),
        good(
            "chunks.and-another-answer",
            "5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nX-Canary: evil\r\nContent-Length: 4\r\n\r\nevil",
        ),
        bad("chunks.cut-before-size", ""),
        bad("chunks.cut-in-size", "5\r\nhello\r\n1"),
        bad("chunks.cut-after-size", "5\r\nhello\r\n1\r\n"),
        bad("chunks.cut-in-data", "5\r\nhel"),
        bad("chunks.cut-after-data", "5\r\nhello"),
        bad("chunks.cut-before-last", "5\r\nhello\r\n"),
        bad("chunks.cut-in-last", "5\r\nhello\r\n0\r\n"),
        bad("chunks.cut-in-trailer", "5\r\nhello\r\n0\r\nX: y\r\n"),
        bad("chunks.letter", "g\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.minus", "-5\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.hex", "0x5\r\nhello\r\n0\r\n\r\n"),
        bad(
            "chunks.17-digits",
            "10000000000000005\r\nhello\r\n0\r\n\r\n",
        ),
        bad("chunks.largest", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.line-feed-after-size", "5\nhello\r\n0\r\n\r\n"),
        bad("chunks.line-feed-after-data", "5\r\nhello\n0\r\n\r\n"),
        bad("chunks.data-too-long", "4\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.data-too-short", "6\r\nhello\r\n0\r\n\r\n"),
        bad("chunks.carriage-return", "5\rhello\r\n0\r\n\r\n"),
        bad("chunks.line-feed-at-the-end", "5\r\nhello\r\n0\r\n\n"),
    ]
}
