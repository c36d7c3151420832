//! Fields (RFC 9110, section 5; RFC 9112, section 5).

use crate::row::{Row, get, refused, seen, served, served_then_refused};

fn bad(name: &'static str, fields: impl AsRef<[u8]>) -> Row {
    let head = b"GET /CANARY HTTP/1.1\r\nHost: h\r\n";
    refused(
        name,
        "RFC 9112, 5",
        [head, fields.as_ref(), b"\r\n"].concat(),
    )
}

fn good(name: &'static str, fields: &str, kept: &[&str]) -> Row {
    let seen = kept
        .iter()
        .fold(seen("GET"), |seen, field| seen.field(field));
    served(name, "RFC 9110, 5", get(fields), seen)
}

pub fn rows() -> Vec<Row> {
    vec![
        good("field", "X-A: b\r\n", &["x-a: b"]),
        good("field.empty", "X-A:\r\n", &["x-a: "]),
        good("field.of-spaces", "X-A: \t \r\n", &["x-a: "]),
        good("field.tab-inside", "X-A: a\tb\r\n", &["x-a: a\tb"]),
        good("field.utf-8", "X-A: gr\u{fc}n\r\n", &["x-a: gr\u{fc}n"]),
        good("field.colons", "X-A: :a:b:\r\n", &["x-a: :a:b:"]),
        good(
            "field.marks-in-name",
            "X!#$%&'*+.^`|~: a\r\n",
            &["x!#$%&'*+.^`|~: a"],
        ),
        good(
            "field.quotes",
            "X-A: \"a\\\"b\", c\r\n",
            &["x-a: \"a\\\"b\", c"],
        ),
        good(
            "field.escapes",
            "X-A: a%0d%0aX-B: c\r\n",
            &["x-a: a%0d%0aX-B: c"],
        ),
        good("field.twice", "X-A: a\r\nX-A: b\r\n", &["x-a: a", "x-a: b"]),
        good(
            "field.twice-that-is-single",
            "Content-Type: a/b\r\nContent-Type: c/d\r\nAuthorization: a\r\nAuthorization: b\r\n",
            &[
                "content-type: a/b",
                "content-type: c/d",
                "authorization: a",
                "authorization: b",
            ],
        ),
        bad("field.folded", "X-A: a\r\n b\r\n"),
        bad("field.folded-by-tab", "X-A: a\r\n\tb\r\n"),
        bad("field.folded-empty", "X-A: a\r\n \r\n"),
        served_then_refused(
            "field.then-a-folded-request",
            "RFC 9112, 2.2",
            get("X-A: a\r\n") + " GET /smuggled-CANARY HTTP/1.1\r\nHost: h\r\n\r\n",
            seen("GET").field("x-a: a"),
        ),
        refused(
            "field.first-is-folded",
            "RFC 9112, 2.2",
            "GET /CANARY HTTP/1.1\r\n X: a\r\nHost: h\r\n\r\n",
        ),
        bad("field.space-before-colon", "X-A : a\r\n"),
        bad("field.tab-before-colon", "X-A\t: a\r\n"),
        bad("field.space-in-name", "X A: a\r\n"),
        bad("field.without-colon", "X-A\r\n"),
        bad("field.without-name", ": a\r\n"),
        bad("field.colon-alone", ":\r\n"),
        bad("field.nul-in-name", "X\0A: a\r\n"),
        bad("field.nul-in-value", "X-A: a\0b\r\n"),
        bad("field.carriage-return-in-name", "X\rA: a\r\n"),
        bad("field.carriage-return-in-value", "X-A: a\rb\r\n"),
        bad("field.carriage-return-at-the-end", "X-A: a\r\r\n"),
        bad("field.carriage-return-alone", "\rX-A: a\r\n"),
        bad("field.line-feed-in-name", "X\nA: a\r\n"),
        bad("field.line-feed-in-value", "X-A: a\nX-B: b\r\n"),
        bad("field.line-feed-at-the-end", "X-A: a\n"),
        bad("field.control-in-value", "X-A: a\x01b\r\n"),
        bad("field.escape-in-value", "X-A: a\x1b[2J\r\n"),
        bad("field.delete-in-value", "X-A: a\x7fb\r\n"),
        bad("field.vertical-tab-in-value", "X-A: a\x0bb\r\n"),
        bad("field.control-in-name", "X\x01A: a\r\n"),
        bad("field.delete-in-name", "X\x7fA: a\r\n"),
        bad("field.utf-8-in-name", "X-\u{fc}: a\r\n"),
        bad("field.not-utf-8-in-name", b"X-\xff: a\r\n"),
        bad("field.parenthesis-in-name", "X(A): a\r\n"),
        bad("field.at-in-name", "X@A: a\r\n"),
        bad("field.slash-in-name", "X/A: a\r\n"),
        bad("field.quote-in-name", "\"X\": a\r\n"),
        bad("field.equals-in-name", "X=A: a\r\n"),
        bad("field.brackets-in-name", "X[0]: a\r\n"),
        bad("field.braces-in-name", "X{A}: a\r\n"),
        bad("field.semicolon-in-name", "X;A: a\r\n"),
        bad("field.comma-in-name", "X,A: a\r\n"),
        bad(
            "field.is-a-request-line",
            "GET /smuggled-CANARY HTTP/1.1\r\n",
        ),
    ]
}
