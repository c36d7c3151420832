//! Targets and paths: what is matched is what is sent, and the next hop finds nothing more
//! to do with it.
//!
//! Input: a request target.

use std::borrow::Cow;
use std::sync::LazyLock;

use api_gateway::config::{self, Config, Normalization};
use api_gateway::fields::Fields;
use api_gateway::route::{Outcome, Raw, Table, Target, normalize, outcome};
use http::Method;

const MODES: [(Normalization, &str); 4] = [
    (Normalization::None, "none"),
    (Normalization::Base, "base"),
    (Normalization::MergeSlashes, "merge_slashes"),
    (
        Normalization::DecodeAndMergeSlashes,
        "decode_and_merge_slashes",
    ),
];

pub fn run(input: &[u8]) {
    let Ok(target) = Target::parse(input) else {
        return;
    };
    assert!(input.ends_with(target.query.unwrap_or_default()));
    assert_eq!(target.path.first(), Some(&b'/'));
    assert!(!target.path.contains(&b'?') && !input.contains(&b'#'));
    for (mode, _) in MODES {
        if let Ok(normal) = normalize(target.path, mode) {
            check(target.path, &normal, mode);
        }
    }
    for gateway in GATEWAYS.iter() {
        gateway.check(input, target);
    }
}

fn check(path: &[u8], normal: &[u8], mode: Normalization) {
    let again = normalize(normal, mode);
    assert_eq!(again, Ok(Cow::Borrowed(normal)), "twice is once");
    assert_eq!(normal.first(), Some(&b'/'));
    if mode == Normalization::None {
        assert_eq!(normal, path);
        return;
    }
    assert!(normal.iter().all(u8::is_ascii_graphic), "bytes of no URL");
    assert!(!normal.contains(&b'\\'));
    let is_dots = |segment: &[u8]| matches!(segment, b"." | b"..");
    assert!(!normal.split(|&b| b == b'/').any(is_dots), "dot segments");
    let merges = mode != Normalization::Base;
    let doubled = normal.windows(2).any(|two| two == b"//");
    assert!(!(merges && doubled) || normal == b"//", "double slashes");
    let decodes = mode == Normalization::DecodeAndMergeSlashes;
    for three in normal.windows(3) {
        let Some(byte) = escaped(three) else { continue };
        assert!(!byte.is_ascii_control(), "an escaped control byte");
        let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        assert!(!unreserved, "an escape that hides nothing");
        assert!(
            !(decodes && matches!(byte, b'/' | b'\\')),
            "an escaped slash"
        );
    }
}

fn escaped(three: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(three.strip_prefix(b"%")?).ok()?;
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// Routes of every kind of path, under each mode.
static GATEWAYS: LazyLock<[Gateway; 4]> =
    LazyLock::new(|| MODES.map(|(_, mode)| Gateway::new(mode)));

struct Gateway {
    config: Config,
    table: Table,
}

impl Gateway {
    fn new(mode: &str) -> Self {
        let text = format!(
            "server: {{ path_normalization: {mode}, builtin_endpoints: {{ health: off, stats: off }} }}
services:
  a: {{ url: http://a.example }}
routes:
  - {{ name: exact, match: {{ path: {{ exact: /a/b }} }}, service: a }}
  - {{ name: regex, match: {{ path: {{ regex: '/r/[0-9]+/.*' }} }}, service: a }}
  - {{ name: strip, match: {{ path: {{ prefix: /strip }} }}, rewrite: {{ strip_prefix: /strip }}, service: a }}
  - {{ name: tree, match: {{ path: {{ prefix: /tree/ }} }}, rewrite: {{ replace_prefix: /t }}, service: a }}
  - {{ name: keep, service: a }}
"
        );
        let (config, report) = config::parse("gateway.yaml", &text, &|_| None);
        let config = config.unwrap_or_else(|| panic!("{report}"));
        let table = Table::new(&config);
        Self { config, table }
    }

    /// The name of the route, and the path and query that the service gets.
    fn sends(&self, target: &[u8]) -> Option<(&str, Vec<u8>)> {
        let raw = Raw {
            method: &Method::GET,
            target,
            host: b"client.example",
            headers: Fields::NONE,
        };
        match outcome(&self.config, &self.table, raw) {
            Outcome::Proxy { route, target, .. } => Some((&route.name, target)),
            _ => None,
        }
    }

    fn check(&self, input: &[u8], target: Target<'_>) {
        let Some((route, sent)) = self.sends(input) else {
            return;
        };
        let mode = self.config.server.path_normalization;
        let matched = normalize(target.path, mode).expect("it was sent");
        let query = target.query.map(|query| [b"?", query].concat());
        let query = query.unwrap_or_default();
        let path = sent
            .strip_suffix(&query[..])
            .expect("the query is untouched");
        match route {
            "strip" => {
                let rest = &matched[b"/strip".len()..];
                let slashes = rest.iter().take_while(|&&b| b == b'/').count();
                assert_eq!(path, [b"/", &rest[slashes..]].concat());
            }
            "tree" => assert_eq!(path, [b"/t", &matched[b"/tree".len()..]].concat()),
            _ => {
                assert_eq!(path, &*matched, "the path matched is the path sent");
                // And a gateway behind this one would decide the same.
                assert_eq!(self.sends(&sent), Some((route, sent.clone())));
            }
        }
    }
}
