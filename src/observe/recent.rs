//! The latest requests that failed, for an operator who looks now.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use serde::{Serialize, Serializer};

use super::Exchange;
use super::shell::{plain, word};
use crate::failure::Failure;

/// How many are kept.
const KEPT: usize = 32;

/// More of a text tells nothing.
const LONGEST: usize = 256;

/// An answer of this status or above is a failure.
const ERROR: u16 = 500;

#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<VecDeque<Failed>>);

/// One of them. Without the query: secrets travel in it.
#[derive(Debug, Clone, Serialize)]
pub struct Failed {
    #[serde(rename = "seconds_ago", serialize_with = "ago")]
    at: SystemTime,
    status: u16,
    flag: Option<&'static str>,
    origin: Option<&'static str>,
    method: String,
    path: String,
    route: Option<String>,
    service: Option<String>,
    upstream: Option<String>,
    request_id: Option<String>,
    /// What `explain` has to be asked, where enough is known for it.
    #[serde(skip)]
    question: Option<String>,
}

fn ago<S: Serializer>(at: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(at.elapsed().unwrap_or(Duration::ZERO).as_secs())
}

impl Recent {
    /// Keeps it when it failed. While somebody looks it doesn't wait and keeps nothing.
    pub(super) fn note(&self, exchange: &Exchange<'_>) {
        // What anybody can cause would push out what matters.
        let ours = exchange.failure.is_some_and(Failure::is_ours_or_upstream);
        if !ours && exchange.status < ERROR {
            return;
        }
        let failed = Failed::of(exchange);
        let Some(mut kept) = self.0.try_lock() else {
            return;
        };
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(failed);
    }

    /// The latest first.
    pub(super) fn all(&self) -> Vec<Failed> {
        self.0.lock().iter().rev().cloned().collect()
    }
}

impl Failed {
    fn of(exchange: &Exchange<'_>) -> Self {
        let name = |named: Option<(usize, &str)>| named.map(|(_, name)| name.to_owned());
        Self {
            at: SystemTime::now(),
            status: exchange.status,
            flag: exchange.failure.map(Failure::flag),
            origin: exchange.origin.map(super::Origin::name),
            method: shown(exchange.method),
            path: shown(path(exchange.target)),
            route: name(exchange.route),
            service: name(exchange.service),
            upstream: exchange.upstream.map(|address| address.to_string()),
            request_id: exchange.request_id.map(shown),
            question: question(exchange),
        }
    }
}

impl Failed {
    /// The command that says what becomes of such a request, for a shell. `None` when not
    /// all of its path and host is known. Like the rest it knows nothing of the query.
    #[must_use]
    pub fn explain(&self, config: &str) -> Option<String> {
        let question = self.question.as_deref()?;
        let config = word(config);
        Some(format!("api-gateway explain --config {config} {question}"))
    }
}

fn question(exchange: &Exchange<'_>) -> Option<String> {
    let (host, path) = (exchange.authority, path(exchange.target));
    let is_whole = path.starts_with(b"/") && path.len().max(host.len()) <= LONGEST;
    let is_known = is_whole && !host.is_empty() && exchange.method.len() <= LONGEST;
    is_known.then(|| {
        let method = plain(exchange.method);
        format!("-X {method} http://{}{}", plain(host), plain(path))
    })
}

/// The part of a target that may be shown without a look at what is in it: no user, no
/// parameters.
#[must_use]
pub fn path(target: &[u8]) -> &[u8] {
    let from = match (target.first(), memchr::memmem::find(target, b"://")) {
        (Some(b'/'), _) | (_, None) => 0,
        (_, Some(scheme)) => {
            let after = target[scheme + 3..].iter().position(|&b| b == b'/');
            after.map_or(target.len(), |slash| scheme + 3 + slash)
        }
    };
    let path = target[from..].split(|b| b"?#;".contains(b)).next();
    path.unwrap_or_default()
}

fn shown(bytes: &[u8]) -> String {
    let part = bytes.get(..LONGEST).unwrap_or(bytes);
    part.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(status: u16, failure: Option<Failure>) -> Exchange<'static> {
        Exchange {
            status,
            failure,
            ..Exchange::at(SystemTime::UNIX_EPOCH)
        }
    }

    #[test]
    fn a_path_has_no_user_and_no_parameters() {
        for (target, expected) in [
            ("/a/b?token=1", "/a/b"),
            ("/a;session=1/b", "/a"),
            ("/x?u=http://a/b", "/x"),
            ("http://user:password@host/a?b", "/a"),
            ("http://user:password@host", ""),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(path(target.as_bytes()), expected.as_bytes(), "{target}");
        }
    }

    #[test]
    fn the_latest_failures_are_kept_without_their_queries() {
        let recent = Recent::default();
        recent.note(&exchange(200, None));
        for number in 0..KEPT + 3 {
            let target = format!("/{number}?token=secret");
            let failed = Exchange {
                target: target.as_bytes(),
                ..exchange(503, Some(Failure::Unresolved))
            };
            recent.note(&failed);
        }
        let all = serde_json::to_value(recent.all()).unwrap();
        assert_eq!(all.as_array().unwrap().len(), KEPT);
        assert_eq!(all[0]["path"], format!("/{}", KEPT + 2));
        assert_eq!(all[0]["flag"], "UH");
        assert!(!all.to_string().contains("secret"));
    }

    #[test]
    fn a_failure_comes_with_the_command_that_explains_it() {
        let explained = |method: &str, host: &str, target: &str| {
            let failed = Exchange {
                method: method.as_bytes(),
                authority: host.as_bytes(),
                target: target.as_bytes(),
                ..exchange(502, Some(Failure::ConnectFailed))
            };
            Failed::of(&failed).explain("/etc/g.yaml")
        };
        assert_eq!(
            explained("POST", "blog.example:8000", "/a/b?token=secret").as_deref(),
            Some("api-gateway explain --config /etc/g.yaml -X POST http://blog.example:8000/a/b")
        );
        let hostile = explained("X", "h;id", "/$(id)'`").unwrap();
        assert!(
            hostile.ends_with("http://h%3Bid/%24%28id%29%27%60"),
            "{hostile}"
        );
        // Half of it would be explained as something else.
        assert_eq!(explained("GET", "h", &"/a".repeat(LONGEST)), None);
        assert_eq!(explained("GET", "", "/a"), None);
        assert_eq!(explained("-", "h", "-"), None);
    }
}
