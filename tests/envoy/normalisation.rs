//! Paths in all four modes, byte for byte.

use api_gateway::config::Normalization;
use api_gateway::route::{BadPath, Target, normalize};
use serde_json::{Value, json};

use crate::server::{Client, Envoy};
use crate::support::Comparison;

const MODES: [Normalization; 4] = [
    Normalization::None,
    Normalization::Base,
    Normalization::MergeSlashes,
    Normalization::DecodeAndMergeSlashes,
];

/// What Istio sets for `pathNormalization`, and an answer that says what came of the path.
fn manager(mode: Normalization) -> Value {
    let mut fields = json!({
        "normalize_path": mode != Normalization::None,
        "merge_slashes": !matches!(mode, Normalization::None | Normalization::Base),
        "route_config": { "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": [{
            "match": { "prefix": "" },
            "direct_response": { "status": 200, "body_format": {
                "text_format_source": { "inline_string": "%REQ(:path)%" },
            } },
        }] }] },
    });
    if mode == Normalization::DecodeAndMergeSlashes {
        fields["path_with_escaped_slashes_action"] = json!("UNESCAPE_AND_FORWARD");
    }
    fields
}

const HAND_PICKED: &[&str] = &[
    "/",
    "//",
    "///",
    "/.",
    "/./",
    "/a/.",
    "/a/./",
    "/a/..",
    "/a/../",
    "/a/b/..",
    "/a/b/../",
    "/a/./b",
    "/a/../b",
    "/a//b",
    "/a//../b",
    "/a//..//b",
    "/a/.//b",
    "/a///b//c",
    "//a/../b",
    "//evil.example/x",
    "/a/...",
    "/a/.../b",
    "/a/..b",
    "/a/b..",
    "/a/.b",
    "/a/b.",
    "/.hidden",
    "/..x",
    "/a/. ./b",
    "/a..",
    "/a.",
    "/a/%2e",
    "/a/%2E/",
    "/a/%2e%2e",
    "/a/%2e%2E/b",
    "/a/.%2e/b",
    "/a/%2e./b",
    "/a/%2e%2e%2fb",
    "/a/..%2Fb",
    "/a/..%2fb",
    "/a/%2e%2e%5cb",
    "/a/..%5Cb",
    "/a%2Fb",
    "/a%2fb",
    "/a%5Cb",
    "/a%5cb",
    "/a%2F%2Fb",
    "/a%2f/b",
    "/a/%2Fb",
    "/a%2F..%2Fb",
    "/a%5c..%5cb",
    "/a%5C%2e%2e%5Cb",
    "/a\\b",
    "/a\\..\\b",
    "/a\\\\b",
    "/a/\\b",
    "/a\\/b",
    "\\a",
    "/\\a",
    "/a\\",
    "/a%252Fb",
    "/a%255cb",
    "/a/%252e%252e/b",
    "/a/%25%32%65/b",
    "/a%25%32%46b",
    "/%%32%65",
    "/a/%%32e%%32e/b",
    "/a%%2fb",
    "/a%2%46b",
    "/a%%32fb",
    "/a%",
    "/a%2",
    "/a%zz",
    "/a%zz%2",
    "/a%2gb",
    "/a%g2b",
    "/a%u0041",
    "/a%%%",
    "/a%25",
    "/a%2525",
    "/%61%62%63",
    "/%41%5A%7a",
    "/%30%39",
    "/%7E%7e%2D%2d%5F%5f",
    "/a%2eb",
    "/%C3%A9",
    "/%c3%a9",
    "/%c3%A9%20%3F",
    "/%ff%FE",
    "/a%3fb",
    "/a%3Fb?c",
    "/a%23b",
    "/a%3Bb",
    "/a%3bb",
    "/a%20b",
    "/a%2Bb",
    "/a+b",
    "/a%26b",
    "/a;b",
    "/a;b/..;/c",
    "/a/..;/b",
    "/a/.;/b",
    "/a/%2e%2e;/b",
    "/a;/../b",
    "/a,b=c",
    "/a:b@c",
    "/a!$&'()*b",
    "/a\"b",
    "/a<b>c",
    "/a|b",
    "/a^b",
    "/a{b}c",
    "/a`b",
    "/a[b]c",
    "/a~b",
    "/a\"/../b",
    "/<..>/../b",
    "/é",
    "/日本/../é",
    "/a/é/./b",
    "/a?",
    "/a?b",
    "/a?b?c",
    "/?",
    "/??",
    "/a/../b?c/../d",
    "/a//b?c//d",
    "/a?%2e%2e/%2F\\//",
    "/a?\"<>",
    "/a/.?b",
    "/a/..?b",
    "/a%2Fb?c%2Fd",
    "/a\\b?c\\d",
    "/a?é",
    "/..",
    "/../",
    "/../a",
    "/a/../..",
    "/a/../../b",
    "/%2e%2e/a",
    "/..\\a",
    "/..%2fa",
    "/./../a",
    "//../../a",
    "/a/b/../../../c",
    "/%00",
    "/a%00b",
    "/a%0d%0Ab",
    "/a%09b",
    "/a%7fb",
    "/a%1F/../b",
    "/a/%00/../b",
    "/a b",
    "/a\tb",
    "/a\u{7f}b",
    "/a\u{1}b",
    "/a#b",
    "/a?b#c",
    "*",
    "a",
    "http://h",
    "http://h/",
    "http://h?q",
    "http://h/a/../b",
    "http://h//a",
    "HTTP://h/a%2Fb",
    "http://h/a\\b",
    "/a/b/c/d/../../../../e",
    "/a/b/c/./.././d",
    "/a/b/%2e/%2E%2e/c",
    "/a/%2f../b",
    "/a/%5c../b",
    "/a/..//../b",
    "/a%2f%2e",
    "/a%2f%2e%2e",
    "/a/b%2f..",
    "/.well-known/x",
    "/a/.git/..",
    "/%2ea",
    "/%2e%2ea",
    "/a%2e%2e",
    "/a/..;x/b",
    "/a/..;",
    "/a/.;",
    "/a/..;x",
    "/a/.;x=1;y/b",
    "/a/..;;/b",
    "/a/%2e.;/b",
    "/a/.%2e;/b",
    "/a/..%3b/b",
    "/a/...;/b",
    "/a/b..;/c",
    "/..;/a",
    "/a/..;?q",
    "/a/.;\\b",
    "/a/..;x%2fb",
    "/a/..;..;/b",
    "/a/..;.//b",
    "/a//..;/b",
    "/a/%2e;/b",
    "/a/%2e;x",
    "/a/..;/..;/b",
    "/a\\..;/b",
    "/a%2f..;/b",
    "/a%5c..;%5cb",
    "/a/..;%2fb",
    "/a//",
    "/a//.",
    "/a//..",
    "/a/..//",
    "/a/%2e/%2e",
    "/api/v1/../v2//x;y=1,2?z=%2F",
];

const TOKENS: &[&str] = &[
    "/", "/", "/", "//", "a", "b", ".", "..", "...", "/./", "/../", "%2e", "%2E", ".%2e", "%2F",
    "%2f", "%5C", "%5c", "\\", "%25", "%252e", "%252F", "%", "%2", "%zz", "%61", "%7E", "%C3%A9",
    "%20", "%3F", "%3B", ";", "\"", "<", ">", "|", "^", "{", "}", "`", "'", "[", "]", "~", "+",
    "é", "?", "%00",
];

/// At least as many as the text promises, the same ones each time.
fn generated(count: usize) -> Vec<Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 11).unwrap() % bound
    };
    let mut path = || {
        let mut path = String::from("/a/b/c");
        path.truncate([1, 3, 4, 6][below(4)]);
        for _ in 0..=below(7) {
            path.push_str(TOKENS[below(TOKENS.len())]);
        }
        path.into_bytes()
    };
    (0..count).map(|_| path()).collect()
}

fn paths() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = HAND_PICKED.iter().map(|p| p.as_bytes().to_vec()).collect();
    for byte in (0..=255).filter(|b| !b"\n\r".contains(b)) {
        all.push([b"/x/", &[byte][..], b"y"].concat());
        all.push(format!("/x/%{byte:02X}y").into_bytes());
        all.push(format!("/x/%{byte:02x}").into_bytes());
    }
    all.extend([
        b"/\xc3/..".to_vec(),
        b"/\xc3\xa9\xff".to_vec(),
        b"/\xed\xa0\x80".to_vec(),
    ]);
    all.extend(generated(700));
    all
}

/// What becomes of a path; `Err` is a 400.
fn ours(raw: &[u8], mode: Normalization) -> Result<Vec<u8>, &'static str> {
    let target = Target::parse(raw).map_err(|_| "target")?;
    let path = normalize(target.path, mode).map_err(|bad| match bad {
        BadPath::AboveRoot => "above the root",
        BadPath::HiddenDots => "hidden dots",
        _ => "control byte",
    })?;
    let query = target.query.map(|q| [b"?", q].concat());
    Ok([&*path, &query.unwrap_or_default()].concat())
}

/// The differences that are meant, each with its reason.
fn named(
    raw: &[u8],
    ours: &Result<Vec<u8>, &'static str>,
    envoy: &Result<Vec<u8>, u16>,
) -> Option<&'static str> {
    match (ours, envoy) {
        (Err("above the root"), Ok(_)) => {
            Some("climbs above the root: Envoy stays at the root, we answer 400")
        }
        (Err("hidden dots"), Ok(_)) => {
            Some("escaped dots with parameters: Envoy leaves them to the next hop, we answer 400")
        }
        (Err("control byte"), Ok(_)) => {
            Some("an escaped control byte: Envoy sends it on, we answer 400")
        }
        (Ok(_), Err(400)) if raw.iter().any(|b| b.is_ascii_control() || *b == b' ') => {
            Some("a raw control byte or space: Envoy's parser refuses the request line")
        }
        (Ok(_), Err(400)) if !raw.is_ascii() => {
            Some("a raw byte outside ASCII: Envoy's parser refuses the request line")
        }
        (Ok(_), Err(404)) if raw == b"http://h?q" => {
            Some("an absolute form without a path: Envoy's path is `?q`, ours `/?q` (RFC 9112)")
        }
        _ => None,
    }
}

#[test]
fn every_path_is_what_envoy_makes_of_it() {
    let envoy = Envoy::start(MODES.map(manager).into());
    let paths = paths();
    assert!(paths.len() >= 500);
    let mut comparison = Comparison::default();
    for (mode, at) in MODES.into_iter().zip(&envoy.listeners) {
        let mut client = Client::new(*at);
        for raw in &paths {
            let head = [b"GET ", &raw[..], b" HTTP/1.1\r\nHost: h\r\n"].concat();
            let answer = client.ask(&head);
            let theirs = match answer.status() {
                200 => Ok(answer.body),
                status => Err(status),
            };
            let ours = ours(raw, mode);
            let differ = match (&ours, &theirs) {
                (Ok(a), Ok(b)) => a != b,
                (a, b) => a.is_ok() || b.is_ok(),
            };
            let name = differ.then(|| named(raw, &ours, &theirs)).flatten();
            let rest = (differ && name.is_none()).then(|| {
                format!(
                    "ours {:?}, Envoy's {:?}",
                    ours.map(|p| p.escape_ascii().to_string()),
                    theirs.map(|p| p.escape_ascii().to_string()),
                )
            });
            let request = format!("{mode:?} {}", raw.escape_ascii());
            comparison.add(request, name.as_slice(), rest);
        }
    }
    assert_eq!(
        comparison.finish().len(),
        6,
        "a named difference no longer occurs"
    );
}
