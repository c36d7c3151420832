//! Attempts to reach a service under a route that was not meant for it.
//!
//! `/public` goes to one service, `/admin` to another. What is sent must lie under the
//! prefix that matched, also when a decoder of this file's own, more generous than any
//! mode, looks at it again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use api_gateway::config::{Config, parse};
use api_gateway::fields::Fields;
use api_gateway::route::{Outcome, Raw, Table, outcome};
use http::Method;

fn config(mode: &str) -> Config {
    let text = format!(
        "server:
  path_normalization: {mode}
services:
  public: {{ url: 'http://public:80' }}
  admin: {{ url: 'http://admin:80' }}
routes:
  - {{ name: public, match: {{ path: {{ prefix: /public }} }}, service: public }}
  - {{ name: admin, match: {{ path: {{ prefix: /admin }} }}, service: admin }}
"
    );
    let (config, report) = parse("escape.yaml", &text, &|_| None);
    config.unwrap_or_else(|| panic!("{report:?}"))
}

/// Ways out of `/public`, put behind it.
const CLIMBS: &[&str] = &[
    "/../admin",
    "/..//admin",
    "//../admin",
    "//../../admin",
    "/./../admin",
    "/.//../admin",
    "/x/../../admin",
    "/x/..//../admin",
    "/x//../../admin",
    "/%2e%2e/admin",
    "/%2E%2E/admin",
    "/.%2e/admin",
    "/%2e./admin",
    "/%2e/../admin",
    "/%2e%2e//admin",
    "/%2e%2e/%61dmin",
    "/../%61%64%6d%69%6e",
    "\\..\\admin",
    "/..\\admin",
    "\\../admin",
    "/\\../admin",
    "\\\\..\\admin",
    "\\%2e%2e\\admin",
    "/%2e%2e\\admin",
    "/..;/admin",
    "/..;x=1/admin",
    "/.;/../admin",
    "/..;a;b/admin",
    "/..;\\admin/../admin",
    "/x/..;/..;/admin",
    "/../../admin",
    "/../../../admin",
    "/%2e%2e/%2e%2e/admin",
    "/../",
    "/..",
    "/.",
    "/../public/../admin",
    "/../admin/.",
    "/../admin/x",
    "/../admin/../public/../admin",
    "/../ADMIN/../admin",
    "/.../../../admin",
    "/..?/admin",
    "/../admin?x",
    "?/../admin",
    "/x\"/../../admin",
    "/<>/../../admin",
    "/%/../../admin",
    "/%zz/../../admin",
    "/%2/../../admin",
    "/%%32%65%%32%65/../../admin",
    "/../admin%00",
    "/%00/../../admin",
    "/../admin%0d%0a",
    "/%c0%ae%c0%ae/../../admin",
    "/%2E%2e/admin",
    "/.%2E/%61DMIN/../admin",
    "/..;A=B/ADMIN/../admin",
    "\\..;\\admin",
    "/x;y/../../admin",
    "/..;/..;x/admin",
    "/%2e%2e;/admin",
    "/.%2e;x/admin",
    "/%2e;/../admin",
    "/..%3b/admin",
    "/..%3B/../admin",
    "/..%00/../admin",
    "/..%2e/../admin",
    "///..///admin",
    "/;/../../admin",
    "/..\\../admin",
    "/%2e/%2e%2e/admin",
    "/%2e\\%2e%2e\\admin",
    "/../%41dmin/../admin",
    "/%2E%2E;%2e/../admin",
];

/// The same with slashes that are only slashes once decoded.
const DECODED_CLIMBS: &[&str] = &[
    "/..%2fadmin",
    "/..%2Fadmin",
    "%2f..%2fadmin",
    "%2F%2e%2e%2Fadmin",
    "/..%5cadmin",
    "%5c..%5cadmin",
    "%5C%2E%2E%5Cadmin",
    "/%2e%2e%2fadmin",
    "/%2f../../admin",
    "%2f%2f..%2f..%2fadmin",
    "/..%2f%2fadmin",
    "/..;%2fadmin",
    "/.%2f..%2fadmin",
    "/x%2f..%2f..%2fadmin",
    "/..%5c%2fadmin",
    "/%2e%2e%5cadmin",
];

/// Segments of a path that was decoded once, dots resolved; `None` above the root.
fn decoded(path: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut rest = path;
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|h| std::str::from_utf8(h).ok());
        let byte = hex.and_then(|h| u8::from_str_radix(h, 16).ok());
        match byte.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    let mut segments = Vec::new();
    for segment in bytes.split(|b| matches!(b, b'/' | b'\\')) {
        match segment {
            b"" | b"." => {}
            b".." => {
                segments.pop()?;
            }
            other => segments.push(other.to_vec()),
        }
    }
    Some(segments)
}

/// The service that would get it, and whether the path sent is its own.
fn attempt(mode: &str, target: &str) -> Option<(String, bool)> {
    let config = config(mode);
    let raw = Raw {
        method: &Method::GET,
        target: target.as_bytes(),
        host: b"h",
        headers: Fields::NONE,
    };
    match outcome(&config, &Table::new(&config), raw) {
        Outcome::Proxy { route, target, .. } => {
            let path = target.split(|&b| b == b'?').next().unwrap();
            let first = decoded(path).and_then(|s| s.first().cloned());
            Some((
                route.name.clone(),
                first.as_deref() == Some(route.name.as_bytes()),
            ))
        }
        _ => None,
    }
}

#[test]
fn no_climb_reaches_a_service_under_anothers_route() {
    // In the default mode too, without those that only decoding makes one of.
    assert!(CLIMBS.len() >= 60, "{}", CLIMBS.len());
    for mode in ["base", "merge_slashes", "decode_and_merge_slashes"] {
        for climb in CLIMBS {
            let target = format!("/public{climb}");
            if let Some((route, own)) = attempt(mode, &target) {
                assert!(own, "{mode} {target} was taken by {route}");
            }
        }
    }
    for climb in DECODED_CLIMBS {
        let target = format!("/public{climb}");
        if let Some((route, own)) = attempt("decode_and_merge_slashes", &target) {
            assert!(own, "{target} was taken by {route}");
        }
    }
}

/// As in Istio: who wants escaped slashes to be slashes has to say so. The test keeps the
/// sentence true that says it in the documentation.
#[test]
fn an_escaped_slash_is_a_slash_only_in_the_mode_that_decodes_it() {
    let sent = attempt("merge_slashes", "/public/..%2fadmin");
    assert_eq!(sent, Some(("public".into(), false)));
    let sent = attempt("decode_and_merge_slashes", "/public/..%2fadmin");
    assert_eq!(sent, Some(("admin".into(), true)));
}
