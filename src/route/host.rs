//! The host of a request, in the form in which hosts are compared.

use std::borrow::Cow;
use std::net::Ipv6Addr;

/// A name in DNS has at most 253 characters (RFC 1035); a longer host is nobody's.
const MAX_HOST: usize = 253;

/// Whether this can be a Host: a name or an address, and behind a colon the digits
/// of a port. The characters of a name are the loose ones of RFC 3986, section
/// 3.2.2, but none of its labels is empty.
#[must_use]
pub fn is_authority(value: &[u8]) -> bool {
    let host = without_port(value);
    let port = match &value[host.len()..] {
        [] => true,
        [b':', digits @ ..] => digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    port && value.len() <= 255 && (address(host).is_some() || is_name(host))
}

fn is_name(host: &[u8]) -> bool {
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || b"-_~!$&'()*+;=%".contains(b);
    let labels = host.strip_suffix(b".").unwrap_or(host);
    let mut labels = labels.split(|&b| b == b'.');
    labels.all(|label| !label.is_empty() && label.iter().all(allowed))
}

/// An IPv6 address in its brackets.
fn address(host: &[u8]) -> Option<Ipv6Addr> {
    let inner = host.strip_prefix(b"[")?.strip_suffix(b"]")?;
    std::str::from_utf8(inner).ok()?.parse().ok()
}

/// In lower case, without a port and a trailing dot, an IPv6 address in its shortest
/// form (RFC 5952). `None` for what no route can name.
pub(super) fn comparable(host: &[u8]) -> Option<Cow<'_, [u8]>> {
    let name = without_port(host);
    if let Some(address) = address(name) {
        return Some(Cow::Owned(format!("[{address}]").into_bytes()));
    }
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
            ("[0:0::1]:80", "[::1]"),
            ("[FD00:0::A]", "[fd00::a]"),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"),
            ("[::ffff:102:304]", "[::ffff:1.2.3.4]"),
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
    fn a_host_may_have_digits_for_a_port_and_nothing_else() {
        for good in [
            "a",
            "a.b",
            "a.b.",
            "a:80",
            "a:",
            "a.:80",
            "10.0.0.1:1",
            "[::1]",
            "[::1]:80",
            "_a-b",
            "xn--bcher-kva.example",
            "a%20b",
            "[::ffff:1.2.3.4]",
        ] {
            assert!(is_authority(good.as_bytes()), "{good}");
        }
        for bad in [
            "", ":80", ".", "..", "..a", ".a", "a..b", "a:80:x", "a:x", "a:80.", "a:123456", "::1",
            "[::1", "::1]", "[]", "[x]", "[::1]x", "[::1]:x", "[[::1]]", "[::1].", "a]", "a, b",
            "a/b", "a b", "a\"b", "me@a", "a[::1]",
        ] {
            assert!(!is_authority(bad.as_bytes()), "{bad}");
        }
        assert!(!is_authority(&[b'a'; 256]));
    }

    #[test]
    fn wildcards_are_tried_from_the_longest() {
        let all: Vec<&[u8]> = parents(b"a.b.c").collect();
        assert_eq!(all, [&b"b.c"[..], b"c"]);
        assert_eq!(parents(b".b").count(), 0);
    }
}
