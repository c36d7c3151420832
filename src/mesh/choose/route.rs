//! One route of a virtual host: whether it matches a request.

use super::request::Seen;
use super::{header, parameter, text};
use crate::mesh::dump::Dump;
use crate::mesh::dump::matcher::{Percent, RouteMatch, RuntimeFraction};
use crate::mesh::dump::route::{Route, RouteConfig};
use crate::mesh::truth::Truth;

/// Whether a route takes a request.
pub(super) fn matches(
    wanted: &RouteMatch,
    seen: &Seen<'_>,
    config: &RouteConfig,
    dump: &Dump,
) -> Truth {
    let ignores = config.ignore_path_parameters_in_path_matching;
    path(wanted, seen, ignores)
        .and(|| all(&wanted.headers, |of| header::matches(of, seen)))
        .and(|| all(&wanted.query_parameters, |of| parameter::matches(of, seen)))
        .and(|| grpc(wanted, seen))
        .and(|| match &wanted.runtime_fraction {
            Some(of) => fraction(of, dump),
            None => Truth::Yes,
        })
        .and(|| match text::unread(&wanted.rest) {
            Some(field) => Truth::Unknown(format!("a match by {field}")),
            None => Truth::Yes,
        })
}

fn all<T>(matchers: &[T], test: impl Fn(&T) -> Truth) -> Truth {
    matchers
        .iter()
        .fold(Truth::Yes, |so_far, matcher| so_far.and(|| test(matcher)))
}

fn path(wanted: &RouteMatch, seen: &Seen<'_>, ignore_parameters: bool) -> Truth {
    if wanted.connect_matcher.is_some() {
        return Truth::of(seen.is_connect(), || "is for CONNECT".to_owned());
    }
    if seen.is_connect() {
        return Truth::No("CONNECT has no path".to_owned());
    }
    let fold = wanted.case_sensitive == Some(false);
    let cased = |bytes: &[u8]| match fold {
        true => bytes.to_ascii_lowercase(),
        false => bytes.to_vec(),
    };
    let plain = match ignore_parameters {
        false => seen.path.clone(),
        true => match without_parameters(&seen.path, seen.envoy) {
            Some(plain) => plain,
            None => {
                return Truth::Unknown(
                    "a path with parameters before its last segment, in an older Envoy".to_owned(),
                );
            }
        },
    };
    let path = cased(&plain);
    if let Some(prefix) = &wanted.prefix {
        let begins = path.starts_with(&cased(prefix.as_bytes()));
        Truth::of(begins, || format!("is for another path: prefix {prefix}"))
    } else if let Some(exact) = &wanted.path {
        let is = path == cased(exact.as_bytes());
        Truth::of(is, || format!("is for another path: exactly {exact}"))
    } else if let Some(prefix) = &wanted.path_separated_prefix {
        let rest = path.strip_prefix(cased(prefix.as_bytes()).as_slice());
        let is = matches!(rest, Some([] | [b'/', ..]));
        Truth::of(is, || format!("is for another path: segments {prefix}"))
    } else if let Some(regex) = &wanted.safe_regex {
        match seen.expressions.match_whole(&regex.regex, &plain) {
            Truth::No(_) => Truth::No(format!("is for another path: regex {:.80}", regex.regex)),
            other => other,
        }
    } else {
        let field = text::unread(&wanted.rest).unwrap_or("no path");
        Truth::Unknown(format!("a match by {field}"))
    }
}

/// From this version on it is known that each segment loses its parameters. Before, what
/// follows the first `;` was lost.
const EACH_SEGMENT: (u32, u32) = (1, 40);

/// The path without what follows a `;`; `None` when the version decides and isn't known to.
fn without_parameters(path: &[u8], envoy: Option<(u32, u32)>) -> Option<Vec<u8>> {
    let bare = |segment: &[u8]| -> Vec<u8> {
        segment
            .split(|&b| b == b';')
            .next()
            .unwrap_or_default()
            .to_vec()
    };
    let each: Vec<_> = path.split(|&b| b == b'/').map(bare).collect();
    let each = each.join(&b'/');
    let known = envoy.is_some_and(|version| version >= EACH_SEGMENT) || each == bare(path);
    known.then_some(each)
}

/// `Grpc::Common::isGrpcRequestHeaders`.
fn grpc(wanted: &RouteMatch, seen: &Seen<'_>) -> Truth {
    if wanted.grpc.is_none() {
        return Truth::Yes;
    }
    let kind = seen.query.headers.get(http::header::CONTENT_TYPE);
    let rest = kind.and_then(|kind| kind.as_bytes().strip_prefix(b"application/grpc"));
    let is = matches!(rest, Some([] | [b'+', ..]));
    Truth::of(is, || "is for gRPC".to_owned())
}

/// Whether a share is all of the requests, or nothing of them.
pub(super) fn fraction(fraction: &RuntimeFraction, dump: &Dump) -> Truth {
    let key = &fraction.runtime_key;
    if runtime_sets(dump, key) {
        return Truth::Unknown(format!("a share that the runtime sets by {key}"));
    }
    match share(&fraction.default_value) {
        None => Truth::Unknown("a share with a denominator that the model doesn't know".into()),
        Some(share) if share <= 0.0 => Truth::No("takes no share of the requests".to_owned()),
        Some(share) if share >= 1.0 => Truth::Yes,
        Some(share) => Truth::Unknown(format!(
            "a match of {}% of the requests, by chance",
            share * 100.0
        )),
    }
}

/// Whether the runtime may have another value.
pub(super) fn runtime_sets(dump: &Dump, key: &str) -> bool {
    // Its keys may be written as a tree.
    let root = key.split('.').next().unwrap_or(key);
    !key.is_empty() && (dump.runtime.contains(key) || dump.runtime.contains(root))
}

/// From 0 to 1.
pub(super) fn share(percent: &Percent) -> Option<f64> {
    let of = match percent.denominator.0.as_str() {
        "" | "HUNDRED" | "0" => 100.0,
        "TEN_THOUSAND" | "1" => 10_000.0,
        "MILLION" | "2" => 1_000_000.0,
        _ => return None,
    };
    Some(f64::from(percent.numerator) / of)
}

/// Its name, or its place.
pub(super) fn named(route: &Route, index: usize) -> String {
    match route.name.as_str() {
        "" => format!("routes[{index}]"),
        name => name.to_owned(),
    }
}

/// What a route asks for, in words.
pub(super) fn matched(route: &Route) -> String {
    let of = &route.r#match;
    let mut words = if let Some(prefix) = &of.prefix {
        format!("prefix {prefix}")
    } else if let Some(path) = &of.path {
        format!("exactly {path}")
    } else if let Some(prefix) = &of.path_separated_prefix {
        format!("segments {prefix}")
    } else if let Some(regex) = &of.safe_regex {
        format!("regex {:.80}", regex.regex)
    } else {
        "CONNECT".to_owned()
    };
    let counts: [(usize, &str); 2] = [
        (of.headers.len(), "header"),
        (of.query_parameters.len(), "query parameter"),
    ];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let plural = if count == 1 { "" } else { "s" };
        words.push_str(&format!(", {count} {what}{plural}"));
    }
    words
}
