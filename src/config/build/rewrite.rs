//! `routes[].rewrite:`, and what a redirect shares with it.

use super::super::literal::begins_with_segments;
use super::super::model::{Match, PathMatch, Rewrite};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::{Section, Shape as _};
use super::super::text::quote;
use super::super::tree::child;
use super::{chosen, value, without_value};

/// The rewrite of a route's path, and its Host. `matches` is empty when it is
/// wrong.
pub(super) fn rewrite(
    path: &str,
    raw: Option<&Section<raw::Rewrite>>,
    matches: &[Match],
    report: &mut Report,
) -> Option<(Rewrite, Option<String>)> {
    const KEYS: [&str; 3] = ["strip_prefix", "replace_prefix", "replace_path"];
    const FIX: &str = "write one of strip_prefix, replace_prefix and replace_path";
    let Some(Section(raw)) = raw else {
        without_value(path, raw::Rewrite::FIX, report);
        return Some((Rewrite::Keep, None));
    };
    let key = chosen(path, &KEYS, FIX, report);
    let host = child(path, "host");
    if key.is_none() && !report.is_written(&host) && !report.is_covered(path) {
        report.error(path, "is empty", raw::Rewrite::FIX);
    }
    let host = value(&host, raw.host.as_ref(), report);
    let at = |key| child(path, key);
    let strip = value(&at(KEYS[0]), raw.strip_prefix.as_ref(), report);
    let prefix = value(&at(KEYS[1]), raw.replace_prefix.as_ref(), report);
    let whole = value(&at(KEYS[2]), raw.replace_path.as_ref(), report);
    let rewrite = match key {
        None => Rewrite::Keep,
        Some("strip_prefix") => strip_prefix(&at(KEYS[0]), &strip?, matches, report)?,
        Some("replace_prefix") => {
            needs_prefix(&at(KEYS[1]), matches, "replace_path", report);
            Rewrite::ReplacePrefix(prefix?)
        }
        Some(_) => Rewrite::ReplacePath(whole?),
    };
    Some((rewrite, host))
}

/// Reports that a key can only replace prefixes, unless all `matches` have one.
pub(super) fn needs_prefix(path: &str, matches: &[Match], instead: &str, report: &mut Report) {
    let other = matches.iter().find_map(|one| match one.path {
        PathMatch::Prefix(_) => None,
        PathMatch::Exact(_) => Some("an exact path"),
        PathMatch::Regex(_) => Some("an expression"),
    });
    if let Some(other) = other {
        report.error(
            path,
            format!("needs a prefix in `match`, which has {other}"),
            format!("write {instead} instead"),
        );
    }
}

fn strip_prefix(
    path: &str,
    written: &str,
    matches: &[Match],
    report: &mut Report,
) -> Option<Rewrite> {
    // Segments are stripped, so a slash after the last one says nothing.
    let segments = written.strip_suffix('/').unwrap_or(written);
    if segments.is_empty() {
        report.error(
            path,
            "strips nothing",
            "write the segments to take off, such as /api, or leave the rewrite out",
        );
        return None;
    }
    for Match { path: matched, .. } in matches {
        if begins(matched, segments) {
            continue;
        }
        let segments = quote(segments);
        let (message, fix) = match matched {
            PathMatch::Prefix(text) | PathMatch::Exact(text) => (
                format!(
                    "{segments} is not how every path that {} takes begins",
                    quote(text)
                ),
                "write the segments that the path in `match` begins with",
            ),
            PathMatch::Regex(pattern) => (
                format!(
                    "{segments} is not seen to begin every path that {} takes",
                    quote(pattern.as_str())
                ),
                "begin the expression with these segments and a slash, or write a prefix",
            ),
        };
        report.error(path, message, fix);
    }
    Some(Rewrite::StripPrefix(segments.to_owned()))
}

/// Whether every path that `matched` takes begins with `segments`.
fn begins(matched: &PathMatch, segments: &str) -> bool {
    match matched {
        PathMatch::Prefix(text) | PathMatch::Exact(text) => text
            .strip_prefix(segments)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        PathMatch::Regex(pattern) => begins_with_segments(pattern.as_str(), segments.as_bytes()),
    }
}
