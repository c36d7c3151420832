//! What holds for every path and every table.

use http::Method;
use proptest::prelude::*;

use super::tests::{config, exact, prefix, regex};
use super::*;
use crate::config::{Normalization, Rewrite};
use crate::fields::Fields;
use crate::route::normalize;

/// Prefixes and paths share their segments, so that they meet.
fn segments() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec![
        "a", "b", "ab", "a%2Fb", "%61", "", ".", "..", "é", ";x",
    ]);
    prop::collection::vec(segment, 0..5).prop_map(|all| format!("/{}", all.join("/")))
}

fn normal(path: &str) -> Option<String> {
    let path = normalize(path.as_bytes(), Normalization::MergeSlashes).ok()?;
    String::from_utf8(path.into_owned()).ok()
}

/// The normal form, except that the path of nothing but slashes is `/`: a rewritten
/// path never begins with two.
fn one_slash(path: &str) -> Option<String> {
    normal(path).map(|p| if p == "//" { "/".into() } else { p })
}

/// What a service is sent for a path as it came; `None` when no service is.
fn sent(config: &Config, path: &str) -> Option<(usize, String)> {
    let path = normal(path)?;
    let table = Table::new(config);
    let decision = table.decide(&Request {
        host: b"h",
        method: &Method::GET,
        path: path.as_bytes(),
        query: None,
        headers: Fields::NONE,
    });
    let Decision::Route(choice) = decision else {
        return None;
    };
    let target = table.upstream_target(choice, path.as_bytes(), None);
    Some((choice.route, String::from_utf8(target).ok()?))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_path_matched_is_the_path_sent(
        paths in prop::collection::vec((segments(), 0..3), 1..6),
        path in segments(),
    ) {
        let route = |(at, kind): (String, i32)| {
            let matched = match kind {
                0 => prefix(&at),
                1 => exact(&at),
                _ => regex(&format!("{at}.*")),
            };
            ("any", matched, Rewrite::Keep)
        };
        let config = config(paths.into_iter().map(route).collect());
        if let Some((route, sent_path)) = sent(&config, &path) {
            prop_assert_eq!(Some(sent_path.clone()), normal(&path));
            // And a gateway behind this one would decide the same.
            prop_assert_eq!(sent(&config, &sent_path), Some((route, sent_path)));
        }
    }

    #[test]
    fn strip_then_prefix_gives_it_back(at in segments(), path in segments()) {
        let Some(stripped) = one_slash(&at) else {
            return Ok(());
        };
        let rewrite = Rewrite::StripPrefix(stripped.clone());
        let config = config(vec![("any", prefix(&stripped), rewrite)]);
        if let Some((_, rest)) = sent(&config, &path) {
            prop_assert!(rest.starts_with('/') && !rest.starts_with("//"), "{}", rest);
            let back = format!("{}{rest}", stripped.trim_end_matches('/'));
            // A path that was the prefix itself has become `/`.
            let path = one_slash(&path).unwrap_or_default();
            prop_assert!(back == path || back == format!("{path}/"), "{} {}", back, path);
        }
    }
}
