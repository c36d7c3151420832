//! The request target (RFC 9112, section 3.2).

use crate::row::{Row, refused, seen, served};

fn ask(target: impl AsRef<[u8]>) -> Vec<u8> {
    [b"GET ", target.as_ref(), b" HTTP/1.1\r\nHost: h\r\n\r\n"].concat()
}

fn bad(name: &'static str, target: impl AsRef<[u8]>) -> Row {
    refused(name, "RFC 9112, 3.2", ask(target))
}

fn good(name: &'static str, target: &str, sent: &str) -> Row {
    let line = format!("GET {sent} HTTP/1.1");
    served(name, "RFC 9112, 3.2", ask(target), seen("GET").line(&line))
}

pub fn rows() -> Vec<Row> {
    vec![
        good(
            "target.query",
            "/CANARY?a=%0d%0aX:%20b",
            "/CANARY?a=%0d%0aX:%20b",
        ),
        good("target.escaped-slash", "/a%2Fb/CANARY", "/a%2Fb/CANARY"),
        good("target.dots", "/a/../CANARY", "/CANARY"),
        good("target.slashes", "//CANARY", "/CANARY"),
        good("target.absolute", "http://h/CANARY", "/CANARY"),
        good("target.absolute-in-case", "HTTP://h/CANARY", "/CANARY"),
        good("target.absolute-https", "https://h/CANARY", "/CANARY"),
        good(
            "target.absolute-without-path",
            "http://h?CANARY",
            "/?CANARY",
        ),
        good(
            "target.url-in-path",
            "/http://other/CANARY",
            "/http:/other/CANARY",
        ),
        bad("target.absolute-of-other", "http://other/CANARY"),
        bad("target.absolute-of-host-in-case", "http://H/CANARY"),
        bad("target.absolute-of-own-port", "http://h:80/CANARY"),
        bad("target.absolute-of-other-port", "http://h:81/CANARY"),
        bad("target.absolute-of-other-https", "https://other/CANARY"),
        bad(
            "target.absolute-of-other-https-port",
            "https://h:8443/CANARY",
        ),
        bad("target.absolute-with-user", "http://me@h/CANARY"),
        bad("target.absolute-of-user", "http://h@other/CANARY"),
        bad("target.absolute-empty", "http:///CANARY"),
        bad("target.absolute-ftp", "ftp://h/CANARY"),
        bad("target.absolute-one-slash", "http:/h/CANARY"),
        bad("target.absolute-backslash", "http:\\\\h\\CANARY"),
        bad(
            "target.absolute-backslash-in-host",
            "http://other\\@h/CANARY",
        ),
        bad("target.authority", "h:80"),
        bad("target.host", "h"),
        bad("target.asterisk", "*"),
        refused(
            "target.asterisk-of-options",
            "RFC 9112, 3.2.4",
            "OPTIONS * HTTP/1.1\r\nHost: h\r\nX: CANARY\r\n\r\n",
        ),
        bad("target.relative", "CANARY"),
        bad("target.query-alone", "?CANARY"),
        bad("target.backslash", "\\CANARY"),
        bad("target.fragment", "/CANARY#a"),
        bad("target.fragment-in-query", "/CANARY?a#b"),
        bad("target.above-root", "/../CANARY"),
        bad("target.above-root-escaped", "/%2e%2e/CANARY"),
        bad("target.nul", "/CANARY\0"),
        bad("target.control", "/CANARY\x01"),
        bad("target.escape", "/CANARY\x1b[2J"),
        bad("target.delete", "/CANARY\x7f"),
        bad("target.tab", "/CAN\tARY"),
        bad("target.carriage-return", "/CANARY\rX"),
        bad("target.escaped-nul", "/CANARY%00"),
        bad("target.escaped-line", "/CANARY%0d%0aX-Evil:%201"),
        bad("target.escaped-delete", "/CANARY%7f"),
        bad("target.not-utf-8", b"/CANARY\xff"),
        bad("target.overlong", b"/CANARY\xc0\xaf"),
        bad("target.less-than", "/CANARY<"),
        bad("target.quote-in-query", "/CANARY?\""),
        bad("target.space", "/CANARY /b"),
        bad("target.empty-of-absolute", "http://"),
        served(
            "target.escaped-line-in-host-field",
            "the gateway's own: nothing decoded enters a header",
            "GET /CANARY HTTP/1.1\r\nHost: h%0d%0ax\r\n\r\n",
            seen("GET").host(Some("h%0d%0ax")),
        ),
    ]
}
