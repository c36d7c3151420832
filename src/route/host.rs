//! The host of a request, in the form in which hosts are compared.

use std::borrow::Cow;

/// A name in DNS has at most 253 characters (RFC 1035); a longer host is nobody's.
const MAX_HOST: usize = 253;

/// In lower case, without a port and a trailing dot. `None` for what no route can
/// name.
pub(super) fn comparable(host: &[u8]) -> Option<Cow<'_, [u8]>> {
    let name = without_port(host);
    let name = name.strip_suffix(b".").unwrap_or(name);
    if name.is_empty() || name.len() > MAX_HOST {
        return None;
    }
    Some(if name.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    })
}

/// An IPv6 literal keeps its brackets, whose colons are no port's.
pub(super) fn without_port(host: &[u8]) -> &[u8] {
    let after_literal = host.iter().rposition(|&b| b == b']').map_or(0, |at| at + 1);
    match host[after_literal..].iter().position(|&b| b == b':') {
        Some(colon) => &host[..after_literal + colon],
        None => host,
    }
}

/// What wildcards may say of a host, the longest first: for `a.b.c` `b.c`, `c`.
pub(super) fn parents(host: &[u8]) -> impl Iterator<Item = &[u8]> {
    let dots = host.iter().enumerate().filter(|(_, b)| **b == b'.');
    // A label must stand before the dot.
    dots.filter(|(at, _)| *at > 0)
        .map(|(at, _)| &host[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_port_and_trailing_dot_make_no_difference() {
        for (host, expected) in [
            ("Blog.Example:8000", "blog.example"),
            ("blog.example.", "blog.example"),
            ("blog.example.:80", "blog.example"),
            ("[::1]:8000", "[::1]"),
            ("[::1]", "[::1]"),
            ("10.0.0.1:80", "10.0.0.1"),
        ] {
            assert_eq!(
                comparable(host.as_bytes()).as_deref(),
                Some(expected.as_bytes())
            );
        }
        for host in ["", ".", ":80"] {
            assert_eq!(comparable(host.as_bytes()), None);
        }
        assert_eq!(comparable(&[b'a'; 254]), None);
    }

    #[test]
    fn wildcards_are_tried_from_the_longest() {
        let all: Vec<&[u8]> = parents(b"a.b.c").collect();
        assert_eq!(all, [&b"b.c"[..], b"c"]);
        assert_eq!(parents(b".b").count(), 0);
    }
}
