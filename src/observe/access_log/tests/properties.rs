//! Whatever a request says, it can't write a line of its own, nor show a secret.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Config, exchange, object, text};
use crate::failure::Failure;
use crate::observe::Exchange;

/// Bytes of all kinds, those that mean something among them.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(b"\"\\\n\r\0\t{}[]:,%@?&=;#/\x7f\x1b\xc2\x85\xe2\x80\xa8".to_vec()),
        b'a'..=b'z',
    ];
    prop_oneof![
        8 => vec(byte.clone(), 0..60),
        1 => vec(byte, 1000..1100),
        1 => vec(any::<u8>(), 8100..8300),
        2 => any::<String>().prop_map(String::into_bytes),
    ]
}

/// Text of UTF-8.
fn named() -> impl Strategy<Value = String> {
    bytes().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

const HEADERS: [&str; 7] = [
    "user-agent",
    "x-forwarded-for",
    "traceparent",
    "b3",
    "x-b3-traceid",
    "x-envoy-upstream-service-time",
    "x-any",
];

fn header_map() -> impl Strategy<Value = HeaderMap> {
    let header = (prop::sample::select(HEADERS.to_vec()), bytes());
    vec(header, 0..10).prop_map(|all| {
        let mut map = HeaderMap::new();
        for (name, mut value) in all {
            value.retain(|byte| *byte == b'\t' || *byte >= b' ' && *byte != 0x7f);
            map.append(name, HeaderValue::from_bytes(&value).unwrap());
        }
        map
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_line_is_one_object_whatever_the_bytes(
        (method, target, authority, id) in (bytes(), bytes(), bytes(), bytes()),
        (route, service) in (named(), named()),
        (request, response) in (header_map(), header_map()),
        (status, duration) in (any::<u16>(), any::<Duration>()),
        failure in prop::option::of(prop::sample::select(Failure::ALL.to_vec())),
    ) {
        let exchange = Exchange {
            duration,
            method: &method,
            target: &target,
            authority: &authority,
            request_headers: Some((&request).into()),
            response_headers: Some((&response).into()),
            request_id: Some(&id),
            route: Some((0, &route)),
            service: Some((0, &service)),
            status,
            failure,
            ..exchange()
        };
        let config = Config {
            headers: vec!["x-any".parse().unwrap(), "user-agent".parse().unwrap()],
            ..Config::default()
        };
        let line = text(&exchange, &config);
        let body = line.strip_suffix('\n').unwrap();
        prop_assert!(!body.contains(|c: char| c.is_control() || c == '\u{2028}'), "{body:?}");
        let object = object(body);
        prop_assert_eq!(object.len(), 25);
        for key in object.keys() {
            // A key in a text has its quotes escaped.
            prop_assert_eq!(body.matches(&format!("\"{key}\":")).count(), 1);
        }
        prop_assert_eq!(&object["response_code"], status);
    }

    #[test]
    fn ascii_without_controls_is_logged_as_it_came(target in "/[ -~]{0,100}", agent in "[!-~]{1,99}") {
        let mut request = HeaderMap::new();
        request.insert("user-agent", HeaderValue::from_str(&agent).unwrap());
        let exchange = Exchange {
            method: target.as_bytes(),
            request_headers: Some((&request).into()),
            ..exchange()
        };
        let line = object(&text(&exchange, &Config::default()));
        prop_assert_eq!(&line["method"], &target);
        prop_assert_eq!(&line["user_agent"], &agent);
    }

    #[test]
    fn a_named_parameter_is_never_shown(
        name in prop::sample::select(vec!["access_token", "Token", "apiKey", "code", "pin", "PASSWORD", "sig"]),
        // How often each byte of it is escaped.
        escapes in vec(0_usize..4, 12),
        sign in prop::sample::select(vec!["=", "%3D", "%3d", "%253D"]),
        before in "(\\?|/a\\?|/\\?a=1&|/\\?b;|/\\?;|/\\?&&|/\\?x=%26|/\\?next=/c%3F|/;|/\\?token=&)",
        (first, second) in ("[;=?%#/+@,.\"\\\\ ]{0,3}SECRET[;=?%#/+@,.\"\\\\ ]{0,3}", "[;=?]{0,2}SECRET[^ -~]?"),
        after in "(|&|&b=1|&b=1;c=2|&%|&=&)",
        twice in any::<bool>(),
    ) {
        // There it begins the query.
        prop_assume!(before != "/;" || !(first.contains('?') || second.contains('?')));
        let name: String = name.bytes().zip(escapes.iter().cycle()).map(|(byte, times)| match times {
            0 => char::from(byte).to_string(),
            times => format!("%{}{byte:02X}", "25".repeat(times - 1)),
        }).collect();
        let again = if twice { format!("&{name}{sign}{second}") } else { String::new() };
        let target = format!("{before}{name}{sign}{first}{again}{after}");
        let config = Config {
            redact_query: vec!["p_i_n".into()],
            headers: vec!["referer".parse().unwrap()],
            ..Config::default()
        };
        let mut request = HeaderMap::new();
        let referer = format!("https://h{}", target.replace(|c: char| !c.is_ascii_graphic(), ""));
        request.insert("referer", HeaderValue::from_str(&referer).unwrap());
        let exchange = Exchange {
            target: target.as_bytes(),
            request_headers: Some((&request).into()),
            ..exchange()
        };
        let line = text(&exchange, &config);
        prop_assert!(!line.contains("SECRET"), "{target}: {line}");
        let line = object(&line);
        let path = line["path"].as_str().unwrap();
        let end = after.trim_start_matches('&');
        prop_assert!(path.ends_with(end), "{target}: {path}");
    }

    #[test]
    fn the_user_of_a_target_is_never_shown(
        user in "[!$-.0-9:;=@A-Z\\\\]{0,20}SECRET[!$-.0-9:;=@A-Z]{0,20}",
        rest in "(|/|/a\\?b=1|:80/)",
    ) {
        let target = format!("http://{user}@host{rest}");
        let exchange = Exchange { target: target.as_bytes(), ..exchange() };
        let line = text(&exchange, &Config::default());
        prop_assert!(!line.contains("SECRET"), "{target}: {line}");
        prop_assert!(line.contains("[redacted]@host"), "{target}: {line}");
    }
}
