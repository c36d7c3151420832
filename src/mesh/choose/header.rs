//! `HeaderMatcher` (Envoy's `source/common/http/header_utility.cc`).

use std::borrow::Cow;

use super::request::{Seen, Values};
use super::text;
use crate::mesh::dump::matcher::HeaderMatcher;
use crate::mesh::expression::Expressions;
use crate::mesh::truth::Truth;

/// From this version on a header that stands several times is compared value by value; before,
/// as one value with commas.
const EACH_VALUE: (u32, u32) = (1, 39);

/// Headers that every Envoy keeps as one value, whatever its version.
const JOINED: [&str; 6] = [
    "via",
    "user-agent",
    "content-type",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-client-trace-id",
];

/// Whether a request has what a matcher asks for.
pub(super) fn matches(matcher: &HeaderMatcher, seen: &Seen<'_>) -> Truth {
    let name = &matcher.name;
    if let Some(field) = text::unread(&matcher.rest) {
        return Truth::Unknown(format!("a matcher of header {name} with {field}"));
    }
    let Values::Known(values) = seen.values(name) else {
        return Truth::Unknown(format!("header {name}, which Envoy writes itself"));
    };
    let named = |truth: Truth| match truth {
        Truth::No(why) => Truth::No(format!("header {name} {why}")),
        other => other,
    };
    match values.as_slice() {
        [] => named(missing(matcher, seen.expressions)),
        [one] => named(present(matcher, one, seen.expressions)),
        several => named(repeated(matcher, several, seen)),
    }
}

fn missing(matcher: &HeaderMatcher, expressions: &Expressions) -> Truth {
    if matcher.treat_missing_header_as_empty {
        return present(matcher, b"", expressions);
    }
    // The opposite of "is x" isn't "is absent": without the header neither matches.
    let wanted = asks_presence(matcher).is_some_and(|present| present == matcher.invert_match);
    Truth::of(wanted, || "is missing".to_owned())
}

/// The presence that a matcher asks for when it asks for nothing else.
fn asks_presence(matcher: &HeaderMatcher) -> Option<bool> {
    let value = matcher.exact_match.is_some()
        || matcher.safe_regex_match.is_some()
        || matcher.range_match.is_some()
        || matcher.prefix_match.is_some()
        || matcher.suffix_match.is_some()
        || matcher.contains_match.is_some()
        || matcher.string_match.is_some();
    (!value).then(|| matcher.present_match.unwrap_or(true))
}

fn present(matcher: &HeaderMatcher, value: &[u8], expressions: &Expressions) -> Truth {
    match (compare(matcher, value, expressions), matcher.invert_match) {
        (Truth::Yes, true) => Truth::No("is what it must not be".to_owned()),
        (Truth::No(_), true) => Truth::Yes,
        (truth, _) => truth,
    }
}

/// Without the inversion.
fn compare(matcher: &HeaderMatcher, value: &[u8], expressions: &Expressions) -> Truth {
    let begins = |wanted: &str| value.starts_with(wanted.as_bytes());
    if let Some(present) = asks_presence(matcher) {
        Truth::of(present, || "is there".to_owned())
    } else if let Some(wanted) = &matcher.exact_match {
        // The old form takes an empty value for none at all.
        let is = wanted.is_empty() || value == wanted.as_bytes();
        Truth::of(is, || format!("isn't {wanted}"))
    } else if let Some(regex) = &matcher.safe_regex_match {
        expressions.match_whole(&regex.regex, value)
    } else if let Some(range) = &matcher.range_match {
        let number = std::str::from_utf8(value).unwrap_or_default().trim();
        let number = number.parse::<i64>();
        let within = number.is_ok_and(|n| (range.start.0..range.end.0).contains(&n));
        Truth::of(within, || {
            format!(
                "is no number from {} to below {}",
                range.start.0, range.end.0
            )
        })
    } else if let Some(wanted) = &matcher.prefix_match {
        Truth::of(begins(wanted), || format!("doesn't begin with {wanted}"))
    } else if let Some(wanted) = &matcher.suffix_match {
        let ends = value.ends_with(wanted.as_bytes());
        Truth::of(ends, || format!("doesn't end with {wanted}"))
    } else if let Some(wanted) = &matcher.contains_match {
        let found = memchr::memmem::find(value, wanted.as_bytes()).is_some();
        Truth::of(found, || format!("doesn't contain {wanted}"))
    } else if let Some(string) = &matcher.string_match {
        text::matches(string, value, expressions)
    } else {
        Truth::Unknown("a header matcher without a pattern".to_owned())
    }
}

/// A header that stands several times. Envoy changed what that means; where the two meanings
/// agree the version doesn't matter.
fn repeated(matcher: &HeaderMatcher, values: &[Cow<'_, [u8]>], seen: &Seen<'_>) -> Truth {
    let joined = present(matcher, &values.join(&b','), seen.expressions);
    let each = any(values, |value| compare(matcher, value, seen.expressions));
    let each = match (each, matcher.invert_match) {
        (Truth::Yes, true) => Truth::No("is what it must not be".to_owned()),
        (Truth::No(_), true) => Truth::Yes,
        (truth, _) => truth,
    };
    let name = matcher.name.to_ascii_lowercase();
    let unsure =
        |why: &str| Truth::Unknown(format!("header {name}, which stands several times, {why}"));
    let cookies = name == "cookie" && !same(&joined, &spaced(matcher, values, seen));
    match seen.envoy {
        _ if cookies => unsure("which Envoy may join"),
        _ if JOINED.contains(&name.as_str()) || same(&each, &joined) => joined,
        None => unsure("in an Envoy of unknown version"),
        Some(version) if version < EACH_VALUE => joined,
        Some(_) if name.starts_with("x-") || name.contains('_') => each,
        // Which of them it knows depends on what was built into it.
        Some(_) => unsure("which Envoy may join"),
    }
}

fn same(one: &Truth, other: &Truth) -> bool {
    (*one == Truth::Yes) == (*other == Truth::Yes)
}

/// Cookies are joined in a way of their own.
fn spaced(matcher: &HeaderMatcher, values: &[Cow<'_, [u8]>], seen: &Seen<'_>) -> Truth {
    present(matcher, &values.join(b"; ".as_slice()), seen.expressions)
}

fn any(values: &[Cow<'_, [u8]>], test: impl Fn(&[u8]) -> Truth) -> Truth {
    let mut last = Truth::No("has no value".to_owned());
    for value in values {
        match test(value) {
            Truth::Yes => return Truth::Yes,
            other => last = other,
        }
    }
    last
}
