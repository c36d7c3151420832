//! Status lines and fields (RFC 9112, sections 4 and 5).

use super::row::{Row, refused, whole};

fn line(name: &'static str, line: &str) -> Row {
    refused(
        name,
        "RFC 9112, 4",
        format!("{line}\r\nContent-Length: 2\r\n\r\nok"),
    )
}

fn good_line(name: &'static str, line: &str) -> Row {
    let answer = format!("{line}\r\nContent-Length: 2\r\n\r\nok");
    whole(name, "RFC 9112, 4", answer, &["content-length: 2"], "ok")
}

fn field(name: &'static str, field: impl AsRef<[u8]>) -> Row {
    let head = b"HTTP/1.1 200 OK\r\n".as_slice();
    let answer = [head, field.as_ref(), b"Content-Length: 2\r\n\r\nok"].concat();
    refused(name, "RFC 9112, 5", answer)
}

fn good_field(name: &'static str, field: &str, kept: &[&str]) -> Row {
    let answer = format!("HTTP/1.1 200 OK\r\n{field}Content-Length: 2\r\n\r\nok");
    let kept = [&["content-length: 2"], kept].concat();
    whole(name, "RFC 9112, 5", answer, &kept, "ok")
}

pub fn rows() -> Vec<Row> {
    let many = "X: 1\r\n".repeat(300);
    let large = format!("X: {}\r\n", "a".repeat(1 << 20));
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "a".repeat(2 << 20));
    vec![
        good_line("line", "HTTP/1.1 200 OK"),
        good_line("line.without-reason", "HTTP/1.1 200 "),
        good_line("line.without-space", "HTTP/1.1 200"),
        good_line(
            "line.odd-reason",
            "HTTP/1.1 200 It's (really) fine; \u{fc}ber!",
        ),
        good_line("line.old", "HTTP/1.0 200 OK").closing(),
        good_line("line.of-unknown-code", "HTTP/1.1 299 Hm").with(299),
        good_line("line.of-high-code", "HTTP/1.1 999 Hm").with(999),
        good_line("line.after-empty-line", "\r\nHTTP/1.1 200 OK"),
        whole(
            "line.feeds",
            "RFC 9112, 2.2",
            "HTTP/1.1 200 OK\nX-A: b\nContent-Length: 2\n\nok",
            &["content-length: 2", "x-a: b"],
            "ok",
        ),
        refused("line.none", "RFC 9112, 4", "hello, I am HTTP/0.9\r\n\r\n").closing(),
        refused("line.nothing", "RFC 9112, 8", "").closing(),
        refused("line.reset", "RFC 9112, 8", "").resetting(),
        refused("line.cut", "RFC 9112, 8", "HTTP/1.1 20").closing(),
        refused(
            "line.cut-in-fields",
            "RFC 9112, 8",
            "HTTP/1.1 200 OK\r\nContent-Le",
        )
        .closing(),
        line("line.version-1.2", "HTTP/1.2 200 OK"),
        line("line.version-2", "HTTP/2 200 OK"),
        line("line.version-2.0", "HTTP/2.0 200 OK"),
        line("line.lower-case", "http/1.1 200 OK"),
        line("line.other-protocol", "ICY 200 OK"),
        line("line.tls", "\x15\x03\x01\x00\x02\x02\x46"),
        line("line.ssh", "SSH-2.0-OpenSSH_9.9"),
        line("line.is-a-request", "GET / HTTP/1.1"),
        line("line.code-of-two", "HTTP/1.1 20 OK"),
        line("line.code-of-four", "HTTP/1.1 2000 OK"),
        line("line.code-of-letters", "HTTP/1.1 2OO OK"),
        line("line.code-negative", "HTTP/1.1 -20 OK"),
        line("line.code-0", "HTTP/1.1 000 OK"),
        line("line.code-99", "HTTP/1.1 099 OK"),
        line("line.two-spaces", "HTTP/1.1  200 OK"),
        line("line.tab", "HTTP/1.1\t200 OK"),
        line("line.space-first", " HTTP/1.1 200 OK"),
        line("line.nul-in-reason", "HTTP/1.1 200 O\0K"),
        line("line.carriage-return-in-reason", "HTTP/1.1 200 O\rK"),
        line("line.control-in-reason", "HTTP/1.1 200 O\x01K"),
        good_field("field", "X-A: b\r\n", &["x-a: b"]),
        good_field(
            "field.twice",
            "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n",
            &["set-cookie: a=1", "set-cookie: b=2"],
        ),
        good_field("field.space-before-colon", "X-A : b\r\n", &["x-a: b"]),
        good_field("field.utf-8", "X-A: \u{fc}\r\n", &["x-a: \u{fc}"]),
        good_field("field.underscore", "x_a: b\r\n", &["x_a: b"]),
        good_field(
            "field.of-one-hop",
            "Keep-Alive: timeout=5\r\nUpgrade: h2c\r\nTE: a\r\n",
            &[],
        ),
        good_field(
            "field.named-by-connection",
            "Connection: X-A\r\nX-A: b\r\nX-B: c\r\n",
            &["x-b: c"],
        ),
        good_field(
            "field.length-named-by-connection",
            "Connection: Content-Length\r\n",
            &[],
        ),
        good_field(
            "field.looks-like-a-response",
            "X-A: HTTP/1.1 200 OK\r\n",
            &["x-a: HTTP/1.1 200 OK"],
        ),
        good_field(
            "field.64-named-by-connection",
            &format!("Connection: {}x-a\r\nX-A: b\r\n", "x-a,".repeat(63)),
            &[],
        ),
        field(
            "field.65-named-by-connection",
            format!("Connection: {}x-a\r\n", "x-a,".repeat(64)),
        ),
        field(
            "field.half-a-million-named-by-connection",
            format!("Connection: {}a\r\n", "a,".repeat(500_000)),
        ),
        // A fold is a space (RFC 9112, section 5.2).
        good_field("field.folded", "X-A: a\r\n b\r\n", &["x-a: a b"]),
        good_field("field.folded-by-tab", "X-A: a\r\n\tb\r\n", &["x-a: a b"]),
        good_field("field.folded-empty", "X-A: a\r\n \r\n", &["x-a: a"]),
        good_field("field.folded-by-line-feed", "X-A: a\n b\r\n", &["x-a: a b"]),
        good_field(
            "field.folded-line",
            "X-A: a\r\n Set-Cookie: b\r\n",
            &["x-a: a Set-Cookie: b"],
        ),
        field("field.nul", "X-A: a\0b\r\n"),
        field("field.carriage-return", "X-A: a\rb\r\n"),
        field("field.control", "X-A: a\x01b\r\n"),
        field("field.delete", "X-A: a\x7fb\r\n"),
        field("field.without-colon", "X-A\r\n"),
        field("field.without-name", ": a\r\n"),
        field("field.name-of-two-words", "X A: a\r\n"),
        field("field.name-of-marks", "X(A): a\r\n"),
        field("field.nul-in-name", "X\0A: a\r\n"),
        field("field.utf-8-in-name", "X-\u{fc}: a\r\n"),
        field("field.first-is-folded", " X-A: a\r\n"),
        field("fields.too-many", &many),
        field("fields.too-large", &large),
        refused("fields.without-end", "RFC 9112, 5.4", endless).closing(),
    ]
}
