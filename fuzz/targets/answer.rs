//! A service's answer on its way to a client: whatever the service sends, the client gets one
//! head with one end.
//!
//! Input: a byte for the method, and the bytes that a service sends.

use api_gateway::proxy::fuzzing::{Passed, answer};
use http::Method;

use super::pieces::Pieces;

pub fn run(input: &[u8]) {
    let mut input = Pieces::new(input);
    let method = match input.byte() % 2 {
        0 => Method::GET,
        _ => Method::HEAD,
    };
    let bytes = input.rest();
    let Some(passed) = answer(bytes, &method) else {
        return;
    };
    let status = says_one_thing(&passed, &method);
    let begins = bytes.iter().position(|b| !matches!(b, b'\r' | b'\n'));
    let begins = &bytes[begins.expect("it isn't empty")..];
    assert!(begins.starts_with(b"HTTP/1."), "nothing else is an answer");
    let bodiless = method == Method::HEAD || matches!(status, 204 | 304);
    assert!(!bodiless || passed.is_whole && passed.body.is_empty());
    assert!(passed.head.len() + passed.body.len() + passed.left <= bytes.len() + ADDED);
}

/// The most that the gateway adds to a head: Date, Connection, Transfer-Encoding; and for
/// each field the blank after its colon and the carriage return of its line.
const ADDED: usize = 150 + 2 * 256;

/// Reads the head as a client does that tolerates nothing. Tells the status.
fn says_one_thing(passed: &Passed, method: &Method) -> u16 {
    let mut fields = [httparse::EMPTY_HEADER; 300];
    let mut head = httparse::Response::new(&mut fields);
    let length = head.parse(&passed.head).expect("it is a head").unwrap();
    assert_eq!(length, passed.head.len(), "nothing follows the head");
    let status = head.code.expect("it has a status");
    let (mut lengths, mut codings, mut connections) = (0, 0, 0);
    for field in head.headers.iter() {
        let lines = field
            .value
            .iter()
            .filter(|b| matches!(b, b'\r' | b'\n' | 0));
        assert_eq!(lines.count(), 0, "{} is one line", field.name);
        match field.name.to_ascii_lowercase().as_str() {
            "content-length" => {
                lengths += 1;
                let length = std::str::from_utf8(field.value).unwrap().parse::<u64>();
                let length = length.expect("a length is a number");
                let bodiless = *method == Method::HEAD || status == 304;
                assert!(bodiless || !passed.is_whole || length == passed.body.len() as u64);
            }
            "transfer-encoding" => {
                codings += 1;
                assert!(field.value.eq_ignore_ascii_case(b"chunked"));
            }
            "connection" => {
                connections += 1;
                assert_eq!(field.value, b"close");
            }
            "keep-alive" | "proxy-connection" | "te" | "trailer" | "upgrade" => {
                panic!("{} was said to the gateway alone", field.name)
            }
            _ => {}
        }
    }
    assert_eq!(connections, 1);
    assert!(lengths + codings <= 1, "one end");
    let bodiless = *method == Method::HEAD || matches!(status, 204 | 304);
    assert!(bodiless || lengths + codings == 1, "an end");
    assert!(bodiless || passed.is_chunked == (codings == 1));
    status
}
