//! Where an answer ends (RFC 9112, section 6.3).

use super::row::{Row, cut, refused, whole};

const SECTION: &str = "RFC 9112, 6.3";

fn framed(name: &'static str, fields: &str) -> Row {
    refused(
        name,
        SECTION,
        format!("HTTP/1.1 200 OK\r\n{fields}\r\nhello"),
    )
}

fn coded(name: &'static str, fields: &str) -> Row {
    let answer = format!("HTTP/1.1 200 OK\r\n{fields}\r\n5\r\nhello\r\n0\r\n\r\n");
    refused(name, "RFC 9112, 6.1", answer)
}

pub fn rows() -> Vec<Row> {
    vec![
        whole(
            "length.no-space",
            SECTION,
            "HTTP/1.1 200 OK\r\nContent-Length:5\r\n\r\nhello",
            &["content-length: 5"],
            "hello",
        ),
        whole(
            "length.space-before-colon",
            "RFC 9112, 5.1",
            "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
            &["content-length: 5"],
            "hello",
        ),
        whole(
            "length.zero-and-more",
            SECTION,
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nhello",
            &["content-length: 0"],
            "",
        ),
        whole(
            "length.too-small",
            SECTION,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello",
            &["content-length: 2"],
            "he",
        ),
        whole(
            "length.and-another-answer",
            SECTION,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\
             HTTP/1.1 200 OK\r\nX-Canary: evil\r\nContent-Length: 4\r\n\r\nevil",
            &["content-length: 2"],
            "ok",
        ),
        whole(
            "length.none",
            SECTION,
            "HTTP/1.1 200 OK\r\n\r\nto the end",
            &["transfer-encoding: chunked"],
            "to the end",
        )
        .closing(),
        cut(
            "length.none-and-reset",
            "RFC 9112, 8",
            "HTTP/1.1 200 OK\r\n\r\nto the",
        )
        .resetting(),
        cut(
            "length.too-large",
            "RFC 9112, 8",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        ),
        cut(
            "length.too-large-and-reset",
            "RFC 9112, 8",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        )
        .resetting(),
        cut(
            "length.and-nothing",
            "RFC 9112, 8",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        ),
        cut(
            "length.largest",
            "RFC 9112, 8",
            "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nhello",
        ),
        framed(
            "length.twice-equal",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
        ),
        framed("length.twice", "Content-Length: 5\r\nContent-Length: 4\r\n"),
        framed("length.list-of-equals", "Content-Length: 5, 5\r\n"),
        framed("length.list", "Content-Length: 5, 4\r\n"),
        framed("length.plus", "Content-Length: +5\r\n"),
        framed("length.minus", "Content-Length: -5\r\n"),
        framed("length.hex", "Content-Length: 0x5\r\n"),
        framed("length.empty", "Content-Length:\r\n"),
        framed("length.word", "Content-Length: five\r\n"),
        framed("length.two-words", "Content-Length: 5 5\r\n"),
        framed(
            "length.2-to-the-64-and-5",
            "Content-Length: 18446744073709551621\r\n",
        ),
        framed("length.folded", "Content-Length: 5\r\n 5\r\n"),
        whole(
            "both",
            SECTION,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            &["transfer-encoding: chunked"],
            "hello",
        ),
        coded(
            "coding.gzip-chunked",
            "Transfer-Encoding: gzip, chunked\r\n",
        ),
        coded(
            "coding.identity-chunked",
            "Transfer-Encoding: identity, chunked\r\n",
        ),
        coded(
            "coding.chunked-identity",
            "Transfer-Encoding: chunked, identity\r\n",
        ),
        coded(
            "coding.twice",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        ),
        coded(
            "coding.twice-gzip-first",
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
        ),
        coded("coding.identity", "Transfer-Encoding: identity\r\n"),
        coded("coding.xchunked", "Transfer-Encoding: xchunked\r\n"),
        coded("coding.quoted", "Transfer-Encoding: \"chunked\"\r\n"),
        coded("coding.empty", "Transfer-Encoding:\r\n"),
        coded("coding.comma", "Transfer-Encoding: chunked,\r\n"),
        coded("coding.vertical-tab", "Transfer-Encoding: \x0bchunked\r\n"),
        coded(
            "coding.and-length-hidden",
            "Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n",
        ),
        refused(
            "coding.of-old-service",
            "RFC 9112, 6.1",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ),
    ]
}
