//! One route of a virtual host: whether it matches a request.

use super::request::Seen;
use super::{header, parameter, pattern, text};
use crate::mesh::dump::Dump;
use crate::mesh::dump::matcher::{Percent, RouteMatch};
use crate::mesh::dump::route::RouteConfig;
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
        .and(|| {
            all(&wanted.query_parameters, |of| {
                parameter::matches(of, seen.parameters)
            })
        })
        .and(|| grpc(wanted, seen))
        .and(|| fraction(wanted, dump))
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
    let mut plain = seen.path.as_slice();
    if ignore_parameters {
        plain = plain.split(|&b| b == b';').next().unwrap_or(plain);
    }
    let path = cased(plain);
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
        match pattern::matches_whole(&regex.regex, plain) {
            Truth::No(_) => Truth::No(format!("is for another path: regex {:.80}", regex.regex)),
            other => other,
        }
    } else {
        let field = text::unread(&wanted.rest).unwrap_or("no path");
        Truth::Unknown(format!("a match by {field}"))
    }
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

fn fraction(wanted: &RouteMatch, dump: &Dump) -> Truth {
    let Some(fraction) = &wanted.runtime_fraction else {
        return Truth::Yes;
    };
    let key = &fraction.runtime_key;
    // The runtime's keys may be written as a tree.
    let root = key.split('.').next().unwrap_or(key);
    if !key.is_empty() && (dump.runtime.contains(key) || dump.runtime.contains(root)) {
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
