//! `StringMatcher`.

use crate::mesh::dump::matcher::{Rest, StringMatcher};
use crate::mesh::expression::Expressions;
use crate::mesh::truth::Truth;

/// Whether a value is what a matcher asks for.
pub(super) fn matches(matcher: &StringMatcher, value: &[u8], expressions: &Expressions) -> Truth {
    if let Some(field) = unread(&matcher.rest) {
        return Truth::Unknown(format!("a string matcher with {field}"));
    }
    if let Some(regex) = &matcher.safe_regex {
        return expressions.match_whole(&regex.regex, value);
    }
    let fold = |bytes: &[u8]| match matcher.ignore_case {
        true => bytes.to_ascii_lowercase(),
        false => bytes.to_vec(),
    };
    let value = fold(value);
    let of = |wanted: &String| fold(wanted.as_bytes());
    let StringMatcher {
        exact,
        prefix,
        suffix,
        contains,
        ..
    } = matcher;
    if let Some(wanted) = exact {
        Truth::of(value == of(wanted), || format!("isn't {wanted}"))
    } else if let Some(wanted) = prefix {
        Truth::of(value.starts_with(&of(wanted)), || {
            format!("doesn't begin with {wanted}")
        })
    } else if let Some(wanted) = suffix {
        Truth::of(value.ends_with(&of(wanted)), || {
            format!("doesn't end with {wanted}")
        })
    } else if let Some(wanted) = contains {
        let found = memchr::memmem::find(&value, &of(wanted)).is_some();
        Truth::of(found, || format!("doesn't contain {wanted}"))
    } else {
        Truth::Unknown("a string matcher without a pattern".to_owned())
    }
}

/// The first field that the model doesn't know.
pub(super) fn unread(rest: &Rest) -> Option<&str> {
    rest.keys().next().map(String::as_str)
}
