//! The virtual host (`RouteMatcher::findVirtualHost`): by name, by the longest wildcard, or
//! the one that takes everything.

use super::end::End;
use super::request::{Seen, port_start};
use crate::mesh::dump::route::{RouteConfig, VirtualHost};
use crate::mesh::trace::Verdict;

/// How a domain fits a Host; the greater wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// `*`.
    All,
    /// `name.*`, with the length of what is fixed.
    Prefix(usize),
    /// `*.name`, with the length of what is fixed.
    Suffix(usize),
    /// By name.
    Exact,
}

impl Fit {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Exact => "by name",
            Self::Suffix(_) => "by its longest wildcard",
            Self::Prefix(_) => "by its longest wildcard at the end",
            Self::All => "as the one for every other Host",
        }
    }
}

/// A virtual host that fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'d> {
    pub(super) host: &'d VirtualHost,
    pub(super) domain: &'d str,
    pub(super) fit: Fit,
}

/// What the domains are compared with.
pub(super) fn compared(config: &RouteConfig, seen: &Seen<'_>) -> String {
    let mut host = seen.authority.as_slice();
    if config.ignore_port_in_host_matching
        && let Some(at) = port_start(host)
    {
        host = &host[..at];
    }
    String::from_utf8_lossy(host).to_ascii_lowercase()
}

/// All that fit, the one that wins first.
pub(super) fn candidates<'d>(config: &'d RouteConfig, host: &str) -> Vec<Candidate<'d>> {
    let fits = |of: &'d VirtualHost| {
        let best = of.domains.iter().filter_map(|domain| {
            let fit = fit(domain, host)?;
            Some(Candidate {
                host: of,
                domain,
                fit,
            })
        });
        best.max_by_key(|candidate| candidate.fit)
    };
    let mut all: Vec<_> = config.virtual_hosts.iter().filter_map(fits).collect();
    all.sort_by_key(|candidate| std::cmp::Reverse(candidate.fit));
    all
}

fn fit(domain: &str, host: &str) -> Option<Fit> {
    if domain == "*" {
        return Some(Fit::All);
    }
    // A mesh has thousands of domains, so none is copied to compare it.
    let is = |part: Option<&[u8]>, name: &str| {
        part.is_some_and(|part| part.eq_ignore_ascii_case(name.as_bytes()))
    };
    let (host, more) = (host.as_bytes(), host.len().checked_sub(domain.len()));
    // A wildcard stands for one byte and more.
    if let Some(suffix) = domain.strip_prefix('*') {
        let fits = is(more.and_then(|more| host.get(more + 1..)), suffix);
        return fits.then_some(Fit::Suffix(suffix.len()));
    }
    if let Some(prefix) = domain.strip_suffix('*') {
        let fits = is(more.and_then(|_| host.get(..prefix.len())), prefix);
        return fits.then_some(Fit::Prefix(prefix.len()));
    }
    is(Some(host), domain).then_some(Fit::Exact)
}

/// `require_tls`: whether plaintext is let in.
pub(super) fn secure(host: &VirtualHost, seen: &Seen<'_>) -> Result<(), End> {
    match host.require_tls.0.as_str() {
        "" | "NONE" | "0" => Ok(()),
        "ALL" | "2" if seen.forwarded_proto() == Some(b"https") => Ok(()),
        "ALL" | "2" if seen.forwarded_proto().is_none() => Err(End::unknown(format!(
            "whether virtual host {} takes x-forwarded-proto for https",
            host.name
        ))),
        "ALL" | "2" => Err(End::new(
            Verdict::Redirect,
            format!("virtual host {} takes https only", host.name),
            Some(301),
        )),
        _ => Err(End::unknown(format!(
            "virtual host {} takes plaintext from inside only",
            host.name
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_before_wildcards_before_everything() {
        for (domain, host, expected) in [
            ("a.b", "a.b", Some(Fit::Exact)),
            ("A.b", "a.b", Some(Fit::Exact)),
            ("a.b", "a.b:80", None),
            ("*.b", "a.b", Some(Fit::Suffix(2))),
            ("*.b", ".b", None),
            ("*b", "ab", Some(Fit::Suffix(1))),
            ("a.*", "a.b", Some(Fit::Prefix(2))),
            ("a.*", "a.", None),
            ("*", "x", Some(Fit::All)),
        ] {
            assert_eq!(fit(domain, host), expected, "{domain} {host}");
        }
        assert!(Fit::Suffix(1) > Fit::Prefix(9));
        assert!(Fit::Suffix(3) > Fit::Suffix(2));
    }
}
