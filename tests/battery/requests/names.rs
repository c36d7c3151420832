//! Names that say who somebody is, and names that a service could take for others
//! (docs/security.md).

use crate::row::{Row, get, post, refused, seen, served};

const OWN: &str = "docs/security.md, headers";

fn good(name: &'static str, fields: &str, kept: &[&str]) -> Row {
    let seen = kept
        .iter()
        .fold(seen("GET"), |seen, field| seen.field(field));
    served(name, OWN, get(fields), seen)
}

fn twin(name: &'static str, fields: &str) -> Row {
    refused(name, OWN, post(fields, "hello"))
}

pub fn rows() -> Vec<Row> {
    let stripped =
        |fields: &str| format!("GET /stripped/CANARY HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
    let seen_stripped = || seen("GET").line("GET /stripped/CANARY HTTP/1.1");
    vec![
        good(
            "name.forwarded-for",
            "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 8.8.8.8\r\n",
            &[],
        ),
        good("name.forwarded-proto", "X-Forwarded-Proto: https\r\n", &[]),
        good(
            "name.forwarded-host",
            "X-Forwarded-Host: evil.example\r\n",
            &[],
        ),
        good("name.forwarded-port", "X-Forwarded-Port: 443\r\n", &[]),
        good(
            "name.forwarded-prefix",
            "X-Forwarded-Prefix: //evil.example\r\n",
            &[],
        ),
        good(
            "name.forwarded-server",
            "X-Forwarded-Server: evil.example\r\n",
            &[],
        ),
        good(
            "name.forwarded-client-cert",
            "X-Forwarded-Client-Cert: URI=spiffe://a\r\n",
            &[],
        ),
        good(
            "name.forwarded-in-case",
            "x-FORWARDED-fOR: 9.9.9.9\r\n",
            &[],
        ),
        good(
            "name.forwarded",
            "Forwarded: for=9.9.9.9;proto=https\r\n",
            &[],
        ),
        good(
            "name.request-id",
            "X-Request-Id: mine\r\nX-Request-Id: and-mine\r\n",
            &[],
        ),
        good("name.via", "Via: 1.1 cdn\r\n", &["via: 1.1 cdn"]),
        good(
            "name.underscore",
            "session_token: a\r\n",
            &["session_token: a"],
        ),
        good(
            "name.underscores",
            "a_b_c: 1\r\n_: 2\r\n",
            &["a_b_c: 1", "_: 2"],
        ),
        good(
            "name.underscored-forwarded-for",
            "X_Forwarded_For: 9.9.9.9\r\n",
            &[],
        ),
        good(
            "name.underscored-forwarded-proto",
            "x-forwarded_proto: https\r\n",
            &[],
        ),
        good(
            "name.underscored-forwarded-host",
            "X_Forwarded-Host: evil\r\n",
            &[],
        ),
        good("name.underscored-request-id", "X_Request_Id: mine\r\n", &[]),
        good(
            "name.marked-forwarded-for",
            "X.Forwarded.For: 9.9.9.9\r\nX~Forwarded!For: 9.9.9.9\r\nX-Forwarded.For: 9.9.9.9\r\n",
            &[],
        ),
        good(
            "name.marked-request-id",
            "X~Request~Id: mine\r\nX.Request.Id: mine\r\nX-Request|Id: mine\r\n",
            &[],
        ),
        good("name.marks", "a.b: 1\r\nx~y: 2\r\n", &["a.b: 1", "x~y: 2"]),
        good(
            "name.bare-forwarded",
            "X-Forwarded: for=9.9.9.9\r\nX_Forwarded: a\r\n",
            &[],
        ),
        good(
            "name.real-ip",
            "X-Real-IP: 9.9.9.9\r\nX.Real.IP: 9.9.9.9\r\n",
            &[],
        ),
        good("CVE-2016-5385", "Proxy: http://evil.example\r\n", &[]),
        twin(
            "name.dotted-length",
            "Content-Length: 5\r\nContent.Length: 0\r\n",
        ),
        twin("name.dotted-length-alone", "content.length: 5\r\n"),
        twin(
            "name.marked-coding",
            "Content-Length: 5\r\nTransfer~Encoding: chunked\r\n",
        ),
        twin(
            "name.underscored-length",
            "Content-Length: 5\r\nContent_Length: 0\r\n",
        ),
        twin("name.underscored-length-alone", "content_length: 5\r\n"),
        twin(
            "name.underscored-coding",
            "Content-Length: 5\r\nTransfer_Encoding: chunked\r\n",
        ),
        served(
            "name.removed-by-rule",
            OWN,
            stripped("X-Debug: 1\r\n"),
            seen_stripped().field("x-team: blog"),
        ),
        served(
            "name.removed-by-rule-underscored",
            OWN,
            stripped("X_Debug: 1\r\nx_DEBUG: 2\r\nX.Debug: 3\r\n"),
            seen_stripped().field("x-team: blog"),
        ),
        served(
            "name.set-by-rule-underscored",
            OWN,
            stripped("X_Team: evil\r\nX-Team: evil\r\nX+Team: evil\r\n"),
            seen_stripped().field("x-team: blog"),
        ),
    ]
}
