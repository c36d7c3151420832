//! `routes[].redirect:`.

use super::super::model::{Match, PathMatch, Redirect, Rewrite};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::Shape as _;
use super::super::text::quote;
use super::super::tree::child;
use super::rewrite::needs_prefix;
use super::{chosen, value};

/// What RFC 9110, section 15.4.3, calls Found.
const DEFAULT_STATUS: u16 = 302;

/// The redirect of a route; `matches` is empty when it is wrong.
pub(super) fn redirect(
    path: &str,
    raw: &raw::Redirect,
    matches: &[Match],
    report: &mut Report,
) -> Option<Redirect> {
    const FIX: &str = "write one of path and replace_prefix";
    let at = |key| child(path, key);
    let elsewhere = ["scheme", "host", "port"].map(at);
    let elsewhere = elsewhere.iter().any(|key| report.is_written(key));
    let key = chosen(path, &["path", "replace_prefix"], FIX, report);
    if !elsewhere && key.is_none() && !report.is_covered(path) {
        report.error(
            path,
            "changes nothing, so the client would come back without end",
            raw::Redirect::FIX,
        );
    }
    let status = value(&at("status"), raw.status.as_ref(), report);
    let scheme = value(&at("scheme"), raw.scheme.as_ref(), report);
    let host = value(&at("host"), raw.host.as_ref(), report);
    let port = value(&at("port"), raw.port.as_ref(), report);
    let whole = value(&at("path"), raw.path.as_ref(), report);
    let prefix = value(&at("replace_prefix"), raw.replace_prefix.as_ref(), report);
    let (at, rewrite) = match key {
        None => (path.to_owned(), Rewrite::Keep),
        Some("path") => (at("path"), Rewrite::ReplacePath(whole?)),
        Some(_) => {
            needs_prefix(&at("replace_prefix"), matches, "path", report);
            (at("replace_prefix"), Rewrite::ReplacePrefix(prefix?))
        }
    };
    let redirect = Redirect {
        status: status.unwrap_or(DEFAULT_STATUS),
        scheme,
        host,
        port,
        path: rewrite,
    };
    if !elsewhere && let Some(text) = matches.iter().find_map(|one| to_itself(one, &redirect)) {
        report.error(
            &at,
            format!("sends {} to itself, again and again", quote(text)),
            "write another path, or a host",
        );
    }
    Some(redirect)
}

/// The path that the redirect of `one` leads back to. Only what is certain: a
/// client that repeats the request as it was gets the same answer.
fn to_itself<'a>(one: &'a Match, redirect: &Redirect) -> Option<&'a str> {
    // 301 and 302 may, and 303 does, turn a POST into a GET.
    let same_method = one.methods.is_empty() || matches!(redirect.status, 307 | 308);
    let without_slash = |path: &'a str| path.strip_suffix('/').unwrap_or(path);
    match (&one.path, &redirect.path) {
        (PathMatch::Exact(from), Rewrite::ReplacePath(to)) if from == to => Some(from),
        (PathMatch::Prefix(from), Rewrite::ReplacePrefix(to))
            if without_slash(from) == to.strip_suffix('/').unwrap_or(to) =>
        {
            Some(from)
        }
        _ => None,
    }
    .map(String::as_str)
    .filter(|_| same_method)
}
