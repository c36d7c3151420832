//! `Host` (RFC 9110, section 7.2; RFC 9112, section 3.2).

use crate::row::{Row, refused, seen, served};

const SECTION: &str = "RFC 9112, 3.2";

fn host(name: &'static str, value: &str) -> Row {
    refused(
        name,
        SECTION,
        format!("GET /CANARY HTTP/1.1\r\nHost: {value}\r\n\r\n"),
    )
}

fn fields(name: &'static str, fields: &str) -> Row {
    refused(
        name,
        SECTION,
        format!("GET /CANARY HTTP/1.1\r\n{fields}\r\n"),
    )
}

fn good(name: &'static str, value: &'static str) -> Row {
    let bytes = format!("GET /CANARY HTTP/1.1\r\nHost: {value}\r\n\r\n");
    served(name, SECTION, bytes, seen("GET").host(Some(value)))
}

pub fn rows() -> Vec<Row> {
    let long = format!("{}.example", "a".repeat(250));
    vec![
        good("host.port", "h:8000"),
        good("host.port-empty", "h:"),
        good("host.ip4", "10.0.0.1:80"),
        good("host.ip6", "[::1]:80"),
        good("host.dot-at-the-end", "h."),
        good("host.underscore", "a_b.example"),
        good("host.upper-case", "H.EXAMPLE"),
        good("host.punycode", "xn--bcher-kva.example"),
        served(
            "host.last-field",
            SECTION,
            "GET /CANARY HTTP/1.1\r\nX: a\r\nHost: h\r\n\r\n",
            seen("GET").field("x: a"),
        ),
        served(
            "host.spaces-around",
            "RFC 9112, 5",
            "GET /CANARY HTTP/1.1\r\nHost: \t h \t\r\n\r\n",
            seen("GET"),
        ),
        refused(
            "host.none-in-absolute-form-of-old-client",
            SECTION,
            "GET http://h/CANARY HTTP/1.0\r\n\r\n",
        ),
        fields("host.none", "X: a\r\n"),
        fields("host.twice-equal", "Host: h\r\nHost: h\r\n"),
        fields("host.twice", "Host: h\r\nHost: other\r\n"),
        fields("host.twice-apart", "Host: h\r\nX: a\r\nhost: other\r\n"),
        fields("host.twice-one-empty", "Host: h\r\nHost:\r\n"),
        refused(
            "host.twice-of-old-client",
            SECTION,
            "GET /CANARY HTTP/1.0\r\nHost: h\r\nHost: g\r\n\r\n",
        ),
        refused(
            "host.none-in-absolute-form",
            SECTION,
            "GET http://h/CANARY HTTP/1.1\r\n\r\n",
        ),
        refused(
            "host.empty-in-absolute-form",
            SECTION,
            "GET http://h/CANARY HTTP/1.1\r\nHost:\r\n\r\n",
        ),
        fields("host.space-before-colon", "Host : h\r\n"),
        fields("host.space-before-name", " Host: h\r\n"),
        fields("host.folded", "Host: h\r\n other\r\n"),
        fields("host.on-a-folded-line", "Host:\r\n h\r\n"),
        host("host.empty", ""),
        host("host.comma", "h,other"),
        host("host.comma-and-space", "h, other"),
        host("host.space", "h other"),
        host("host.tab", "h\tother"),
        host("host.slash", "h/path"),
        host("host.backslash", "h\\other"),
        host("host.query", "h?other"),
        host("host.fragment", "h#other"),
        host("host.user", "me@h"),
        host("host.user-and-password", "me:pw@h"),
        host("host.url", "http://h"),
        host("host.port-of-letters", "h:http"),
        host("host.port-of-six-digits", "h:123456"),
        host("host.port-negative", "h:-1"),
        host("host.two-ports", "h:80:80"),
        host("host.port-alone", ":80"),
        host("host.dots", ".."),
        host("host.dot-first", ".h"),
        host("host.empty-label", "a..b"),
        host("host.ip6-open", "[::1"),
        host("host.ip6-bare", "::1"),
        host("host.ip6-of-letters", "[xyz]"),
        host("host.ip6-and-more", "[::1]x"),
        host("host.ip6-zone", "[fe80::1%25eth0]"),
        host("host.quoted", "\"h\""),
        host("host.angle-brackets", "<h>"),
        host("host.braces", "{h}"),
        host("host.caret", "h^"),
        host("host.bar", "h|other"),
        host("host.nul", "h\0other"),
        host("host.control", "h\x01"),
        host("host.8-bit", "b\u{fc}cher.example"),
        host("host.too-long", &long),
    ]
}
