//! The access log's line: one object whatever a request says, with all that it said and
//! without its secrets.
//!
//! Input: a byte each for the status, the failure, and the parameter that holds a secret;
//! then lines: method, what stands in the target before that parameter, what stands around
//! its value and after it, Host, request id, and values of headers.

use api_gateway::config::AccessLog;
use api_gateway::failure::Failure;
use api_gateway::observe::{Exchange, line_for_fuzzing};
use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value};
use std::time::UNIX_EPOCH;

use super::pieces::Pieces;

/// What must not be shown.
const SECRET: &str = "S3cr3t-S3cr3t";

/// Names that say so, in some of the ways that they can be written.
const NAMES: [&str; 12] = [
    "token",
    "access_token",
    "X-Amz-Signature",
    "%74oken",
    "%2574oken",
    "PASSWORD",
    "user[password]",
    "apiKey",
    "code[]",
    "p.secret",
    "sid",
    "p_i_n",
];

const SIGNS: [&str; 3] = ["=", "%3D", "%253d"];

/// What stands before a user, in some of the ways that it can be written.
const SCHEMES: [&str; 4] = ["://", "%3A%2F%2F", ":%2f/", "%253a%252F%252f"];

const HEADERS: [&str; 4] = ["user-agent", "x-forwarded-for", "traceparent", "referer"];

/// The longest text that isn't cut; a target may be longer.
const WHOLE: usize = 1 << 10;

pub fn run(input: &[u8]) {
    let mut input = Pieces::new(input);
    let status = 200 + u16::from(input.byte());
    let failures = Failure::ALL.map(Some);
    let failure = input.choice(&[&[None], &failures[..]].concat());
    let parameter = [input.choice(&NAMES), input.choice(&SIGNS)].concat();
    let method = input.line();
    let before = input.line();
    let (left, right, after) = (input.line(), input.line(), input.line());
    let (host, id) = (input.line(), input.line());
    let mut headers = HeaderMap::new();
    for name in HEADERS {
        if let Ok(value) = HeaderValue::from_bytes(input.line()) {
            headers.append(name, value);
        }
    }
    // A parameter of the query, whose value ends at the next `&`.
    let value = [without(b"&", left), SECRET.into(), without(b"&", right)].concat();
    let scheme = SCHEMES[usize::from(status) % SCHEMES.len()];
    let user = format!("&u=x{scheme}me:{SECRET}@h&");
    let parameter = parameter.as_bytes();
    let url = [before, b"?", parameter, &value, user.as_bytes(), after].concat();
    if let Ok(url) = HeaderValue::from_bytes(&url) {
        headers.append("x-original-url", url);
    }
    let everything = [method, before, left, right, after, host, id].concat();
    let knows = everything.windows(6).any(|part| part == b"S3cr3t")
        || HEADERS
            .iter()
            .filter_map(|name| headers.get(*name))
            .any(|v| contains(v.as_bytes(), "S3cr3t"));
    if knows {
        return;
    }
    let exchange = Exchange {
        method,
        target: &url,
        authority: host,
        request_id: Some(id),
        request_headers: Some((&headers).into()),
        status,
        failure,
        ..Exchange::at(UNIX_EPOCH)
    };
    let config = AccessLog {
        headers: vec![
            "x-original-url".parse().unwrap(),
            "referer".parse().unwrap(),
        ],
        redact_query: vec!["PIN".into()],
        ..AccessLog::default()
    };
    check(&exchange, &line_for_fuzzing(&exchange, &config));
}

fn check(exchange: &Exchange<'_>, line: &[u8]) {
    let line = std::str::from_utf8(line).expect("UTF-8");
    let body = line.strip_suffix('\n').expect("a line has an end");
    assert!(
        !body.contains(|c: char| c.is_control() || "\u{2028}\u{2029}".contains(c)),
        "{body:?}"
    );
    assert!(!body.contains("S3cr3t"), "{body}");
    let object: Map<String, Value> = serde_json::from_str(body).expect("an object");
    assert_eq!(object.len(), 25, "{body}");
    for key in object.keys() {
        // A later one would win over ours; a key in a text has its quotes escaped.
        assert_eq!(
            body.matches(&format!("\"{key}\":")).count(),
            1,
            "{key}: {body}"
        );
    }
    assert_eq!(object["response_code"], exchange.status);
    let flag = exchange.failure.map_or("-", |failure| failure.flag());
    assert_eq!(object["response_flags"], flag);
    let is_said = |key: &str, bytes: &[u8]| {
        if bytes.len() <= WHOLE && !bytes.contains(&b'@') {
            assert_eq!(object[key], said(bytes), "{key}: {body}");
        }
    };
    is_said("method", exchange.method);
    is_said("authority", exchange.authority);
    is_said("request_id", exchange.request_id.unwrap_or_default());
    let headers = exchange.request_headers.unwrap();
    if let Some(agent) = headers.get(&http::header::USER_AGENT) {
        assert!(agent.len() > WHOLE || object["user_agent"] == text(agent));
    }
}

/// What a reader of the log must get back of some bytes.
fn said(bytes: &[u8]) -> Value {
    match bytes {
        [] => Value::Null,
        bytes => text(bytes),
    }
}

/// Bytes that are no UTF-8 are four characters each.
fn text(bytes: &[u8]) -> Value {
    let mut text = String::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let is_whole = |n: &usize| {
            rest.get(..*n)
                .is_some_and(|part| std::str::from_utf8(part).is_ok())
        };
        let Some(length) = (1..=4).find(is_whole) else {
            text.push_str(&format!("\\x{first:02x}"));
            rest = &rest[1..];
            continue;
        };
        text.push_str(std::str::from_utf8(&rest[..length]).unwrap());
        rest = &rest[length..];
    }
    Value::from(text)
}

fn without(bytes: &[u8], text: &[u8]) -> Vec<u8> {
    text.iter()
        .copied()
        .filter(|b| !bytes.contains(b))
        .collect()
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len())
        .any(|window| window == part.as_bytes())
}
