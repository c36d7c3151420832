//! `Content-Length` (RFC 9110, section 8.6; RFC 9112, sections 6.2 and 6.3).

use crate::row::{
    Row, broken_with, endless, get, post, refused, refused_with, seen, served, served_then_refused,
};

const SECTION: &str = "RFC 9112, 6.3";

fn length(name: &'static str, value: &str) -> Row {
    refused(
        name,
        SECTION,
        post(&format!("Content-Length: {value}\r\n"), "hello"),
    )
}

fn fields(name: &'static str, fields: &str) -> Row {
    refused(name, SECTION, post(fields, "hello"))
}

pub fn rows() -> Vec<Row> {
    let hello = || seen("POST").body("hello");
    let mut rows = vec![
        served(
            "length",
            SECTION,
            post("Content-Length: 5\r\n", "hello"),
            hello(),
        ),
        served(
            "length.case",
            "RFC 9110, 5.1",
            post("cONTENT-lENGTH: 5\r\n", "hello"),
            hello(),
        ),
        served(
            "length.no-space",
            "RFC 9112, 5",
            post("Content-Length:5\r\n", "hello"),
            hello(),
        ),
        served(
            "length.tabs",
            "RFC 9112, 5",
            post("Content-Length:\t 5 \t\r\n", "hello"),
            hello(),
        ),
        served(
            "length.zeros-before",
            "RFC 9110, 8.6",
            post("Content-Length: 005\r\n", "hello"),
            seen("POST").framed("content-length: 005", "hello"),
        ),
        served(
            "length.zero",
            SECTION,
            post("Content-Length: 0\r\n", ""),
            seen("POST").field("content-length: 0"),
        ),
        served(
            "length.of-get",
            "RFC 9110, 9.3.1",
            get("Content-Length: 5\r\n") + "hello",
            seen("GET").body("hello"),
        ),
        served("length.none", SECTION, post("", ""), seen("POST")),
        served_then_refused(
            "length.too-small",
            SECTION,
            post("Content-Length: 2\r\n", "hello\r\n\r\n"),
            seen("POST").body("he"),
        ),
        endless(
            "length.too-large",
            "RFC 9112, 8",
            post("Content-Length: 9\r\n", "hello"),
        ),
        endless(
            "length.of-18-digits",
            "RFC 9112, 8",
            post("Content-Length: 000000000000000009\r\n", "hello"),
        ),
        refused_with(
            &[413],
            "length.over-the-limit",
            "limits.request_body",
            post("Content-Length: 999999999999999999\r\n", "hello"),
        ),
    ];
    rows.extend([
        length("length.list-of-equals", "5, 5"),
        length("length.list", "5, 6"),
        length("length.list-with-empty-end", "5,"),
        length("length.list-with-empty-start", ",5"),
        length("length.empty", ""),
        length("length.plus", "+5"),
        length("length.minus", "-5"),
        length("length.minus-zero", "-0"),
        length("length.hex", "0x5"),
        length("length.exponent", "5e0"),
        length("length.fraction", "5.0"),
        length("length.two-words", "5 5"),
        length("length.semicolon", "5;"),
        length("length.quoted", "\"5\""),
        length("length.word", "five"),
        length("length.wide-digit", "\u{ff15}"),
        length("length.underscore", "0_5"),
        length("length.vertical-tab", "5\x0b"),
        length("length.form-feed", "\x0c5"),
        length("length.nul", "5\0"),
        length("length.2-to-the-64-and-5", "18446744073709551621"),
        length("length.2-to-the-63", "9223372036854775808"),
        length("length.2-to-the-32-and-5-padded", "0000000000004294967301"),
        length("length.of-100-digits", &"9".repeat(100)),
        fields(
            "length.twice-equal",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
        ),
        fields("length.twice", "Content-Length: 5\r\nContent-Length: 6\r\n"),
        fields(
            "length.twice-apart",
            "Content-Length: 5\r\nX: a\r\ncontent-length: 0\r\n",
        ),
        fields(
            "length.twice-second-empty",
            "Content-Length: 5\r\nContent-Length:\r\n",
        ),
        fields("length.space-before-colon", "Content-Length : 5\r\n"),
        fields("length.tab-before-colon", "Content-Length\t: 5\r\n"),
        fields("length.space-before-name", " Content-Length: 5\r\n"),
        fields("length.nul-in-name", "Content-Length\0: 5\r\n"),
        fields("length.on-a-folded-line", "Content-Length:\r\n 5\r\n"),
        fields("length.folded", "Content-Length: 5\r\n 5\r\n"),
    ]);
    rows.push(broken_with(
        &[413],
        "length.chunks-over-the-limit",
        "limits.request_body",
        "POST /small/CANARY HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\
         b\r\nhello hello\r\n0\r\n\r\n",
    ));
    rows
}
