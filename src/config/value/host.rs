//! Hosts of requests: those that routes are for, and those that are sent.

use serde_json::json;

use super::super::model::{HostMatch, ServiceHost};
use super::super::text::quote;
use super::url::{has_user, parse_authority, parse_host};
use super::{Mistake, Value};

/// `routes[].match.hosts[]`.
#[derive(Debug)]
pub(in super::super) enum HostPattern {}

impl Value for HostPattern {
    type Out = HostMatch;

    const FIX: &'static str = "write a host such as blog.example or *.blog.example";

    fn read(text: &str) -> Result<HostMatch, Mistake> {
        if text == "*" {
            return Err(Mistake::new(
                r#""*" is every host"#,
                "leave hosts out, which means the same",
            ));
        }
        let Some(suffix) = text.strip_prefix("*.") else {
            if text.contains('*') {
                return Err(Mistake::new(
                    format!("{} has a * that is not its first label", quote(text)),
                    "write *. and a name, such as *.blog.example",
                ));
            }
            return without_port(
                text,
                "leave the port out; it is ignored in matching",
                Self::FIX,
            )
            .map(|host| HostMatch::Exact(comparable(&host)));
        };
        match parse_host(suffix) {
            Ok(ServiceHost::Name(name)) => Ok(HostMatch::Wildcard(comparable(&name))),
            Err(_) if suffix.contains(':') => Err(Mistake::new(
                format!("{} has a port", quote(text)),
                "leave the port out; it is ignored in matching",
            )),
            Ok(ServiceHost::Ip(_)) | Err(_) => Err(Mistake::new(
                format!("{} has no name after its *.", quote(text)),
                Self::FIX,
            )),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({
            "type": "string",
            "pattern": r"^(\*\.)?[A-Za-z0-9._-]+$|^\[[0-9A-Fa-f:.]+\]$",
        })]
    }
}

/// As hosts are compared.
fn comparable(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// `routes[].redirect.host`.
#[derive(Debug)]
pub(in super::super) enum BareHost {}

impl Value for BareHost {
    type Out = String;

    const FIX: &'static str = "write a host such as blog.example";

    fn read(text: &str) -> Result<String, Mistake> {
        without_port(text, "write the port under `port`", Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({
            "type": "string",
            "pattern": r"^[A-Za-z0-9._-]+$|^\[[0-9A-Fa-f:.]+\]$",
        })]
    }
}

/// A host, an IPv6 address in brackets and the shortest form (RFC 5952).
fn without_port(text: &str, port_fix: &'static str, fix: &'static str) -> Result<String, Mistake> {
    let authority = authority(text, fix)?;
    let host = match authority.host {
        ServiceHost::Name(name) => name,
        ServiceHost::Ip(address) if address.is_ipv6() => format!("[{address}]"),
        ServiceHost::Ip(address) => address.to_string(),
    };
    let after_address = text.rsplit(']').next().unwrap_or(text);
    if after_address.contains(':') {
        return Err(Mistake::new(
            format!("{} has a port", quote(text)),
            port_fix,
        ));
    }
    Ok(host)
}

/// `routes[].rewrite.host`.
#[derive(Debug)]
pub(in super::super) enum RewriteHost {}

impl Value for RewriteHost {
    type Out = String;

    const FIX: &'static str = "write a host, and a port where it needs one, such as blog.example";

    fn read(text: &str) -> Result<String, Mistake> {
        if matches!(text, "service" | "preserve") {
            return Err(Mistake::new(
                format!(
                    "{} is no host but a word for the host of a service",
                    quote(text)
                ),
                format!("write host: {text} in the service, or a host here"),
            ));
        }
        authority(text, Self::FIX).map(|authority| authority.text)
    }

    fn schema() -> Vec<serde_json::Value> {
        let mut form = authority_schema();
        form["not"] = json!({ "enum": ["service", "preserve"] });
        vec![form]
    }
}

/// A Host header in `tests:`.
#[derive(Debug)]
pub(in super::super) enum AnyAuthority {}

impl Value for AnyAuthority {
    type Out = String;

    const FIX: &'static str = "write a host, and a port where it needs one, such as blog.example";

    fn read(text: &str) -> Result<String, Mistake> {
        authority(text, Self::FIX).map(|authority| authority.text)
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![authority_schema()]
    }
}

fn authority_schema() -> serde_json::Value {
    json!({ "type": "string", "pattern": r"^[A-Za-z0-9._:\[\]-]+$" })
}

fn authority(text: &str, fix: &'static str) -> Result<super::super::model::Authority, Mistake> {
    if text.contains('@') {
        return Err(has_user());
    }
    if text.contains("://") {
        return Err(Mistake::new(format!("{} is a URL", quote(text)), fix));
    }
    if text.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) {
        return Err(Mistake::new(
            format!("{} is not how this host is sent", quote(text)),
            "write its ASCII form, which begins with xn--",
        ));
    }
    parse_authority(text).map_err(|why| Mistake::new(format!("{} {why}", quote(text)), fix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_to_match_take_the_form_in_which_they_are_compared() {
        let exact = |host: &str| HostMatch::Exact(host.into());
        for (text, host) in [
            ("blog.example", exact("blog.example")),
            ("Blog.Example.", exact("blog.example")),
            ("10.0.0.1", exact("10.0.0.1")),
            ("[::1]", exact("[::1]")),
            ("[FD00:0::A]", exact("[fd00::a]")),
            (
                "*.Blog.Example.",
                HostMatch::Wildcard("blog.example".into()),
            ),
            ("*.example", HostMatch::Wildcard("example".into())),
        ] {
            assert_eq!(HostPattern::read(text), Ok(host), "{text}");
        }
    }

    #[test]
    fn hosts_that_nothing_matches_are_refused() {
        for (text, part) in [
            ("*", "every host"),
            ("*.", "no name after"),
            ("*.10.0.0.1", "no name after"),
            ("*.a:80", "has a port"),
            ("*x.a", "not its first label"),
            ("a.*.b", "not its first label"),
            ("a:80", "has a port"),
            ("[::1]:80", "has a port"),
            ("::1", "needs brackets"),
            ("http://a", "is a URL"),
            ("a/b", "not a DNS name"),
            ("a b", "not a DNS name"),
            ("bücher.example", "not how this host is sent"),
        ] {
            let message = HostPattern::read(text).unwrap_err().message;
            assert!(message.contains(part), "{text}: {message}");
        }
        assert!(HostPattern::read("me:pw@a").is_err());
    }

    #[test]
    fn hosts_to_send() {
        assert_eq!(
            BareHost::read("Blog.Example").as_deref(),
            Ok("Blog.Example")
        );
        assert_eq!(
            BareHost::read("a:80").unwrap_err().fix,
            "write the port under `port`"
        );
        assert_eq!(RewriteHost::read("a:80").as_deref(), Ok("a:80"));
        assert!(RewriteHost::read("preserve").is_err());
        assert_eq!(AnyAuthority::read("preserve").as_deref(), Ok("preserve"));
        for text in ["a b", "a/", "a\r\nX: y", "me@a", "a:x"] {
            assert!(RewriteHost::read(text).is_err(), "{text}");
        }
    }
}
