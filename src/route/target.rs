//! The request target (RFC 9112, section 3.2) split into path and query.

use std::fmt;

/// A target in origin-form or absolute-form; bytes are as they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// Begins with a slash.
    pub path: &'a [u8],
    /// What follows the first question mark; `Some` of nothing for a bare `?`.
    pub query: Option<&'a [u8]>,
}

/// Why a target names nothing that can be routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadTarget {
    /// Neither origin-form nor absolute-form of an HTTP resource.
    Form,
    /// A fragment never belongs in a request (RFC 9110, section 4.2.5).
    Fragment,
}

impl fmt::Display for BadTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "the request target is neither a path nor an http URL",
            Self::Fragment => "the request target has a fragment",
        })
    }
}

impl<'a> Target<'a> {
    /// Splits the bytes between method and version. That the authority of an
    /// absolute-form target is the Host is checked where the header is read.
    ///
    /// # Errors
    /// [`BadTarget`] when there is no path to route.
    pub fn parse(raw: &'a [u8]) -> Result<Self, BadTarget> {
        if raw.contains(&b'#') {
            return Err(BadTarget::Fragment);
        }
        let rest = match raw {
            [b'/', ..] => raw,
            _ => after_authority(raw).ok_or(BadTarget::Form)?,
        };
        let (path, query) = match rest.iter().position(|&b| b == b'?') {
            Some(at) => (&rest[..at], Some(&rest[at + 1..])),
            None => (rest, None),
        };
        // "http://host" and "http://host?query" mean the root (section 3.2.1).
        let path = if path.is_empty() { b"/" } else { path };
        Ok(Self { path, query })
    }
}

fn after_authority(raw: &[u8]) -> Option<&[u8]> {
    let rest = [&b"http://"[..], b"https://"]
        .into_iter()
        .find_map(|scheme| {
            let head = raw.get(..scheme.len())?;
            head.eq_ignore_ascii_case(scheme)
                .then(|| &raw[scheme.len()..])
        })?;
    let end = rest
        .iter()
        .position(|b| matches!(b, b'/' | b'?'))
        .unwrap_or(rest.len());
    (end > 0).then(|| &rest[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Result<(&str, Option<&str>), BadTarget> {
        let text = |b| std::str::from_utf8(b).unwrap();
        Target::parse(raw.as_bytes()).map(|t| (text(t.path), t.query.map(text)))
    }

    #[test]
    fn origin_form_is_split_at_the_first_question_mark() {
        assert_eq!(parse("/a/b"), Ok(("/a/b", None)));
        assert_eq!(parse("/a?b?c"), Ok(("/a", Some("b?c"))));
        assert_eq!(parse("/a?"), Ok(("/a", Some(""))));
        assert_eq!(parse("//a"), Ok(("//a", None)));
    }

    #[test]
    fn absolute_form_loses_its_authority() {
        assert_eq!(parse("http://h:80/a?q"), Ok(("/a", Some("q"))));
        assert_eq!(parse("HTTP://h"), Ok(("/", None)));
        assert_eq!(parse("http://h?q"), Ok(("/", Some("q"))));
    }

    #[test]
    fn everything_else_is_refused() {
        for raw in [
            "*",
            "",
            "a",
            "host:443",
            "http://",
            "http:///a",
            "ftp://h/a",
        ] {
            assert_eq!(parse(raw), Err(BadTarget::Form), "{raw}");
        }
        assert_eq!(parse("/a#b"), Err(BadTarget::Fragment));
    }
}
