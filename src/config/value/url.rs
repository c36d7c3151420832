//! Where a service is, and the Host it is sent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::json;

use super::super::model::{Authority, HostPolicy, ServiceHost};
use super::super::text::quote;
use super::{Mistake, Value};

/// `services.*.url`.
#[derive(Debug)]
pub(in super::super) enum Url {}

impl Value for Url {
    type Out = Authority;

    const FIX: &'static str = "write a URL such as http://auth-service:8002";

    fn read(text: &str) -> Result<Authority, Mistake> {
        let wrong = |what: &str, fix: &'static str| {
            Err(Mistake::new(format!("{} {what}", quote(text)), fix))
        };
        let (scheme, authority, after) = split(text);
        if authority.contains('@') {
            return Err(has_user());
        }
        if scheme.eq_ignore_ascii_case("https") {
            return wrong(
                "is not http",
                "write http://; the sidecar makes the mTLS of the mesh",
            );
        }
        if !scheme.eq_ignore_ascii_case("http") {
            return wrong("doesn't begin with http://", Self::FIX);
        }
        match after.chars().next() {
            None => {}
            Some('?') => return wrong("contains a query", "leave the ? and what follows out"),
            Some('#') => return wrong("contains a fragment", "leave the # and what follows out"),
            Some(_) if after == "/" => {}
            Some(_) => {
                return wrong(
                    "contains a path",
                    "leave it out; a route's rewrite: replace_prefix sets the path",
                );
            }
        }
        parse_authority(authority)
            .map_err(|why| Mistake::new(format!("{} {why}", quote(text)), Self::FIX))
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({
            "type": "string",
            "pattern": r"^[Hh][Tt][Tt][Pp]://[^/?#@\s]+/?$",
        })]
    }
}

/// `services.*.host`; `None` is `service`, the authority of the URL.
#[derive(Debug)]
pub(in super::super) enum Host {}

impl Value for Host {
    type Out = Option<HostPolicy>;

    const FIX: &'static str = "write service, preserve or a host such as auth-service:8002";

    fn read(text: &str) -> Result<Option<HostPolicy>, Mistake> {
        match text {
            "service" => Ok(None),
            "preserve" => Ok(Some(HostPolicy::Preserve)),
            _ if text.contains('@') => Err(has_user()),
            _ if text.contains("://") => {
                Err(Mistake::new(format!("{} is a URL", quote(text)), Self::FIX))
            }
            _ => match parse_authority(text) {
                Ok(authority) => Ok(Some(HostPolicy::Literal(authority.text))),
                Err(why) => Err(Mistake::new(format!("{} {why}", quote(text)), Self::FIX)),
            },
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![
            json!({ "enum": ["service", "preserve"] }),
            json!({ "type": "string", "pattern": r"^[A-Za-z0-9._:\[\]-]+$" }),
        ]
    }
}

/// A URL's scheme, which may be missing, its authority, and what follows.
pub(super) fn split(text: &str) -> (&str, &str, &str) {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (authority, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    (scheme, authority, after)
}

/// Nothing is quoted: it may hold a password, and messages end up in logs.
pub(super) fn has_user() -> Mistake {
    Mistake::new(
        "contains a user before the @",
        "leave it out; the gateway sends no credentials of its own",
    )
}

/// A host and perhaps a port (RFC 3986, section 3.2, without the user), or why
/// `text` isn't one.
pub(super) fn parse_authority(text: &str) -> Result<Authority, &'static str> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or("has a [ without ]")?;
            let address: Ipv6Addr = address
                .parse()
                .map_err(|_| "has no IPv6 address in its brackets")?;
            let port = match after {
                "" => None,
                _ => Some(after.strip_prefix(':').ok_or("has text after its ]")?),
            };
            (ServiceHost::Ip(IpAddr::V6(address)), port)
        }
        None => match text.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err("has more than one colon; an IPv6 address needs brackets");
            }
            Some((host, port)) => (parse_host(host)?, Some(port)),
            None => (parse_host(text)?, None),
        },
    };
    let port = match port {
        None => 80,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => match digits.parse() {
            Ok(0) | Err(_) => return Err("has no port from 1 to 65535 after its colon"),
            Ok(port) => port,
        },
        Some(_) => return Err("has no port from 1 to 65535 after its colon"),
    };
    Ok(Authority {
        text: text.to_owned(),
        host,
        port,
    })
}

/// A name that DNS can hold (RFC 1035, section 2.3; underscores are in use) or
/// an IPv4 address.
pub(super) fn parse_host(host: &str) -> Result<ServiceHost, &'static str> {
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Ok(ServiceHost::Ip(IpAddr::V4(address)));
    }
    if host.is_empty() {
        return Err("has no host");
    }
    // A trailing dot keeps the search list out of the look-up.
    let labels = host.strip_suffix('.').unwrap_or(host);
    let label_is_good = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if labels.len() > 253 || !labels.split('.').all(label_is_good) {
        return Err("has a host that is not a DNS name");
    }
    // No top-level domain is a number, so `10.0.0.256` is a mistyped address.
    let last = labels.rsplit('.').next().unwrap_or(labels);
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Err("has a host that is neither a name nor an IPv4 address");
    }
    Ok(ServiceHost::Name(host.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let name = |host: &str| ServiceHost::Name(host.into());
        let ip = |address: &str| ServiceHost::Ip(address.parse().unwrap());
        for (url, text, host, port) in [
            ("http://a", "a", name("a"), 80),
            ("http://a/", "a", name("a"), 80),
            (
                "HTTP://Auth-Service:8002",
                "Auth-Service:8002",
                name("Auth-Service"),
                8002,
            ),
            (
                "http://a.b.svc.cluster.local.:1",
                "a.b.svc.cluster.local.:1",
                name("a.b.svc.cluster.local."),
                1,
            ),
            ("http://a_b:65535", "a_b:65535", name("a_b"), 65535),
            ("http://1a:80", "1a:80", name("1a"), 80),
            ("http://10.0.0.1:80", "10.0.0.1:80", ip("10.0.0.1"), 80),
            ("http://[::1]:80", "[::1]:80", ip("::1"), 80),
            ("http://[::1]", "[::1]", ip("::1"), 80),
        ] {
            let text = text.to_owned();
            assert_eq!(Url::read(url), Ok(Authority { text, host, port }), "{url}");
        }
    }

    #[test]
    fn refusals() {
        for (url, part) in [
            ("auth-service:8002", "doesn't begin with http://"),
            ("https://a", "is not http"),
            ("ftp://a", "doesn't begin with http://"),
            ("http://", "has no host"),
            ("http://:80", "has no host"),
            ("http://a:", "has no port"),
            ("http://a:0", "has no port"),
            ("http://a:65536", "has no port"),
            ("http://a:+80", "has no port"),
            ("http://a:b", "has no port"),
            ("http://a:1:2", "more than one colon"),
            ("http://::1", "more than one colon"),
            ("http://[::1", "without ]"),
            ("http://[::1]80", "text after its ]"),
            ("http://[fe80::1%25eth0]", "no IPv6 address"),
            ("http://a/b", "contains a path"),
            ("http://a//", "contains a path"),
            ("http://a?b", "contains a query"),
            ("http://a#b", "contains a fragment"),
            ("http://a b", "is not a DNS name"),
            ("http://a..b", "is not a DNS name"),
            ("http://-a", "is not a DNS name"),
            ("http://ä", "is not a DNS name"),
            ("http://10.0.0.256", "neither a name nor an IPv4 address"),
            ("http://80", "neither a name nor an IPv4 address"),
        ] {
            let message = Url::read(url).unwrap_err().message;
            assert!(message.contains(part), "{url}: {message}");
        }
    }

    #[test]
    fn a_password_is_not_repeated() {
        for url in ["http://me:secret@a", "htp://me:secret@a", "me:secret@a"] {
            let Mistake { message, fix } = Url::read(url).unwrap_err();
            assert!(!format!("{message}{fix}").contains("secret"), "{url}");
        }
    }

    #[test]
    fn hosts() {
        assert_eq!(Host::read("service"), Ok(None));
        assert_eq!(Host::read("preserve"), Ok(Some(HostPolicy::Preserve)));
        let literal = |text: &str| Ok(Some(HostPolicy::Literal(text.into())));
        assert_eq!(Host::read("blog.example:80"), literal("blog.example:80"));
        for text in ["http://a", "a b", "a/b", "me@a", "a:", "a\r\nX: y"] {
            assert!(Host::read(text).is_err(), "{text}");
        }
    }
}
