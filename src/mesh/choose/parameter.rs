//! `QueryParameterMatcher`.

use super::request::Seen;
use super::text;
use crate::mesh::dump::matcher::QueryMatcher;
use crate::mesh::truth::Truth;

/// Whether the query has what a matcher asks for. Of several parameters with one name the
/// first counts, and nothing is unescaped.
pub(super) fn matches(matcher: &QueryMatcher, seen: &Seen<'_>) -> Truth {
    let name = &matcher.name;
    if let Some(field) = text::unread(&matcher.rest) {
        return Truth::Unknown(format!("a matcher of query parameter {name} with {field}"));
    }
    let value = first(seen.parameters, name.as_bytes());
    let is_missing = || format!("query parameter {name} is missing");
    match (&matcher.string_match, matcher.present_match, value) {
        (Some(_), _, None) => Truth::No(is_missing()),
        (Some(string), _, Some(value)) => match text::matches(string, value, seen.expressions) {
            Truth::No(why) => Truth::No(format!("query parameter {name} {why}")),
            other => other,
        },
        (None, Some(false), _) => Truth::Unknown(format!(
            "a matcher of query parameter {name} that asks for its absence"
        )),
        (None, _, value) => Truth::of(value.is_some(), is_missing),
    }
}

fn first<'q>(query: Option<&'q [u8]>, name: &[u8]) -> Option<&'q [u8]> {
    let parameters = query?.split(|&b| b == b'&');
    parameters
        .map(|parameter| match memchr::memchr(b'=', parameter) {
            Some(at) => (&parameter[..at], &parameter[at + 1..]),
            None => (parameter, &b""[..]),
        })
        .find(|(own, _)| *own == name)
        .map(|(_, value)| value)
}
