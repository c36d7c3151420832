//! Methods (RFC 9110, section 9; RFC 9112, section 3.1).

use crate::row::{Row, refused, refused_with, seen, served};

fn ask(method: &str) -> String {
    format!("{method} /CANARY HTTP/1.1\r\nHost: h\r\nX: CANARY\r\n\r\n")
}

fn good(name: &'static str, method: &str) -> Row {
    let seen = seen(method).field("x: CANARY");
    served(name, "RFC 9110, 9.1", ask(method), seen)
}

fn bad(name: &'static str, method: &str) -> Row {
    refused(name, "RFC 9112, 3.1", ask(method))
}

pub fn rows() -> Vec<Row> {
    let long = "M".repeat(1000);
    vec![
        good("method.lower-case", "get"),
        good("method.own", "BREW"),
        good("method.marks", "M-SEARCH!#$%&'*+.^_`|~"),
        good("method.long", &long),
        good("method.trace", "TRACE"),
        good("method.options", "OPTIONS"),
        served(
            "method.head",
            "RFC 9110, 9.3.2",
            ask("HEAD"),
            seen("HEAD").field("x: CANARY"),
        ),
        bad("method.empty", ""),
        bad("method.parenthesis", "GE(T"),
        bad("method.slash", "G/T"),
        bad("method.colon", "GET:"),
        bad("method.comma", "GET,POST"),
        bad("method.quoted", "\"GET\""),
        bad("method.at", "G@T"),
        bad("method.nul", "GET\0"),
        bad("method.control", "\x01GET"),
        bad("method.delete", "GET\x7f"),
        bad("method.backspace", "POST\x08"),
        bad("method.8-bit", "G\u{c9}T"),
        bad("method.braces", "{GET}"),
        refused_with(
            &[405],
            "method.connect",
            "RFC 9110, 9.3.6",
            "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nX: CANARY\r\n\r\n",
        ),
        refused_with(
            &[405],
            "method.connect-to-path",
            "RFC 9110, 9.3.6",
            ask("CONNECT"),
        ),
        refused_with(
            &[405],
            "method.connect-with-body",
            "RFC 9110, 9.3.6",
            "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nContent-Length: 49\r\n\r\n\
             GET /smuggled-CANARY HTTP/1.1\r\nHost: h\r\n\r\n",
        ),
    ]
}
