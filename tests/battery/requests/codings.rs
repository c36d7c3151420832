//! `Transfer-Encoding`, alone and beside a length (RFC 9112, sections 6.1 and 6.3).

use crate::row::{Row, post, refused, seen, served};

const SECTION: &str = "RFC 9112, 6.1";
const BODY: &str = "5\r\nhello\r\n0\r\n\r\n";

fn coding(name: &'static str, value: &str) -> Row {
    refused(
        name,
        SECTION,
        post(&format!("Transfer-Encoding: {value}\r\n"), BODY),
    )
}

fn fields(name: &'static str, fields: &str) -> Row {
    refused(name, SECTION, post(fields, BODY))
}

/// The body would be another one to whom believes the length.
fn both(name: &'static str, fields: &str) -> Row {
    let body = "0\r\n\r\nGET /smuggled-CANARY HTTP/1.1\r\nHost: h\r\n\r\n";
    refused(name, "RFC 9112, 6.3", post(fields, body))
}

pub fn rows() -> Vec<Row> {
    let hello = || seen("POST").chunked("hello");
    let chunked = |field: &str| post(&format!("{field}\r\n"), BODY);
    vec![
        served(
            "coding",
            SECTION,
            chunked("Transfer-Encoding: chunked"),
            hello(),
        ),
        served(
            "coding.case",
            "RFC 9112, 7",
            chunked("TRANSFER-encoding: ChUnKeD"),
            hello(),
        ),
        served(
            "coding.no-space",
            "RFC 9112, 5",
            chunked("Transfer-Encoding:chunked"),
            hello(),
        ),
        served(
            "coding.tabs",
            "RFC 9112, 5",
            chunked("Transfer-Encoding:\t chunked \t"),
            hello(),
        ),
        served(
            "coding.of-get",
            "RFC 9110, 9.3.1",
            format!("GET /CANARY HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{BODY}"),
            seen("GET").chunked("hello"),
        ),
        both(
            "both.length-first",
            "Content-Length: 47\r\nTransfer-Encoding: chunked\r\n",
        ),
        both(
            "both.coding-first",
            "Transfer-Encoding: chunked\r\nContent-Length: 47\r\n",
        ),
        both(
            "both.length-of-zero",
            "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        ),
        both(
            "both.apart",
            "Content-Length: 47\r\nX: a\r\nTransfer-Encoding: chunked\r\n",
        ),
        both(
            "both.coding-in-case",
            "Content-Length: 47\r\ntRANSFER-eNCODING: CHUNKED\r\n",
        ),
        both(
            "both.coding-hidden",
            "Content-Length: 47\r\nTransfer-Encoding: xchunked\r\n",
        ),
        both(
            "both.identity",
            "Content-Length: 47\r\nTransfer-Encoding: identity\r\n",
        ),
        both(
            "both.lengths",
            "Content-Length: 47\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        ),
        coding("coding.comma-after", "chunked,"),
        coding("coding.comma-before", ",chunked"),
        coding("coding.commas", " , chunked , "),
        coding("coding.then-identity", "chunked, identity"),
        coding("coding.after-identity", "identity, chunked"),
        coding("coding.after-gzip", "gzip, chunked"),
        coding("coding.then-gzip", "chunked, gzip"),
        coding("coding.twice", "chunked, chunked"),
        coding("coding.xchunked", "xchunked"),
        coding("coding.chunkedx", "chunkedx"),
        coding("coding.chunk", "chunk"),
        coding("coding.chunked-bytes", "chunked-bytes"),
        coding("coding.quoted", "\"chunked\""),
        coding("coding.single-quoted", "'chunked'"),
        coding("coding.parameter", "chunked;q=1.0"),
        coding("coding.semicolon", "chunked;"),
        coding("coding.two-words", "chunked now"),
        coding("coding.vertical-tab-after", "chunked\x0b"),
        coding("coding.vertical-tab-before", "\x0bchunked"),
        coding("coding.form-feed", "\x0cchunked"),
        coding("coding.nul", "chunked\0"),
        coding("coding.delete", "chunked\x7f"),
        coding("coding.no-break-space", "\u{a0}chunked"),
        coding("coding.carriage-return", "chun\rked"),
        coding("coding.line-feed", "\nchunked"),
        coding("coding.kelvin", "chun\u{212a}ed"),
        coding("coding.empty", ""),
        coding("coding.identity", "identity"),
        coding("coding.gzip", "gzip"),
        coding("coding.unknown", "cow"),
        fields(
            "coding.fields-equal",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        ),
        fields(
            "coding.fields-gzip-first",
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
        ),
        fields(
            "coding.fields-identity-last",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        ),
        fields(
            "coding.fields-one-empty",
            "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n",
        ),
        fields(
            "coding.space-before-colon",
            "Transfer-Encoding : chunked\r\n",
        ),
        fields(
            "coding.tab-before-colon",
            "Transfer-Encoding\t: chunked\r\n",
        ),
        fields(
            "coding.vertical-tab-in-name",
            "Transfer-Encoding\x0b: chunked\r\n",
        ),
        fields(
            "coding.on-a-folded-line",
            "Transfer-Encoding:\r\n chunked\r\n",
        ),
        fields(
            "coding.folded-after",
            "Transfer-Encoding: chunked\r\n , identity\r\n",
        ),
        fields(
            "coding.behind-a-carriage-return",
            "X: a\rTransfer-Encoding: chunked\r\n",
        ),
        fields(
            "coding.behind-a-line-feed",
            "X: a\nTransfer-Encoding: chunked\r\n",
        ),
        fields("coding.behind-a-space", " Transfer-Encoding: chunked\r\n"),
    ]
}
