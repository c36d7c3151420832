//! Why a route won and the others lost, worked out match by match.
//!
//! It decides a second time, by comparing everything with everything; a test holds
//! it and the table to the same answer.

use super::candidate::{Candidate, Choice};
use super::host;
use super::request::Request;
use crate::config::{Config, HostMatch, Match, PathMatch};

/// One match of one route, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Considered {
    /// Which match of which route.
    pub choice: Choice,
    /// Whether it took the request.
    pub won: bool,
    /// Why, in words.
    pub why: String,
}

/// How specific a match is for a request that it matches; the greater wins. The
/// fields are in the order in which they decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Specificity {
    host: (u8, usize),
    path: Path,
    method: bool,
    headers: usize,
    query: usize,
    order: std::cmp::Reverse<(usize, usize)>,
}

/// The order of the variants is the precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Path {
    /// The subtree whose slash the path lacks counts as a prefix without it, after
    /// one that is written so.
    Prefix {
        length: usize,
        written: bool,
    },
    Regex,
    Exact,
}

/// Looks at every match in the order of the file. At most one won.
#[must_use]
pub fn trace(config: &Config, request: &Request<'_>) -> Vec<Considered> {
    let mut all: Vec<(Choice, Result<Specificity, String>)> = Vec::new();
    for (route, of) in config.routes.iter().enumerate() {
        for (matched, wanted) in of.matches.iter().enumerate() {
            let choice = Choice { route, matched };
            all.push((choice, specificity(wanted, choice, request)));
        }
    }
    let best = all
        .iter()
        .filter_map(|(_, found)| found.as_ref().ok())
        .max()
        .cloned();
    all.into_iter()
        .map(|(choice, found)| {
            let (won, why) = match (found, &best) {
                (Err(why), _) => (false, why),
                (Ok(own), Some(best)) if own == *best => (true, own.describe()),
                (Ok(own), best) => (
                    false,
                    best.as_ref().map_or_else(String::new, |b| own.lost_to(b)),
                ),
            };
            Considered { choice, won, why }
        })
        .collect()
}

fn specificity(
    wanted: &Match,
    choice: Choice,
    request: &Request<'_>,
) -> Result<Specificity, String> {
    let host = host_specificity(&wanted.hosts, request.host)
        .ok_or_else(|| "is for another host".to_owned())?;
    let path = path_specificity(&wanted.path, request.path)
        .ok_or_else(|| format!("is for another path: {}", describe_path(&wanted.path)))?;
    let candidate = Candidate::new(wanted, choice);
    if !candidate.accepts_any_method(request) {
        return Err("asks for other headers or query parameters".into());
    }
    if !candidate.accepts(request) {
        let methods: Vec<_> = wanted.methods.iter().map(ToString::to_string).collect();
        return Err(format!("is for another method: {}", methods.join(", ")));
    }
    Ok(Specificity {
        host,
        path,
        method: !wanted.methods.is_empty(),
        headers: wanted.headers.len(),
        query: wanted.query.len(),
        order: std::cmp::Reverse((choice.route, choice.matched)),
    })
}

fn host_specificity(hosts: &[HostMatch], host: &[u8]) -> Option<(u8, usize)> {
    if hosts.is_empty() {
        return Some((0, 0));
    }
    let host = host::comparable(host)?;
    let of = |wanted: &HostMatch| match wanted {
        HostMatch::Exact(exact) => (exact.as_bytes() == &*host).then_some((2, exact.len())),
        HostMatch::Wildcard(of) => host::parents(&host)
            .any(|parent| parent == of.as_bytes())
            .then_some((1, of.len())),
    };
    hosts.iter().filter_map(of).max()
}

fn path_specificity(wanted: &PathMatch, path: &[u8]) -> Option<Path> {
    match wanted {
        PathMatch::Exact(exact) => (path == exact.as_bytes()).then_some(Path::Exact),
        PathMatch::Regex(pattern) => pattern.matches(path).then_some(Path::Regex),
        PathMatch::Prefix(prefix) => {
            let prefix = prefix.as_bytes();
            let (length, written) = match prefix.strip_suffix(b"/") {
                Some(bare) if path == bare => (bare.len(), false),
                _ => (prefix.len(), true),
            };
            let rest = path.strip_prefix(&prefix[..length])?;
            let segment_ends = prefix.ends_with(b"/") || matches!(rest, [] | [b'/', ..]);
            segment_ends.then_some(Path::Prefix { length, written })
        }
    }
}

fn describe_path(path: &PathMatch) -> String {
    match path {
        PathMatch::Exact(path) => format!("exactly {path}"),
        PathMatch::Prefix(path) => format!("prefix {path}"),
        PathMatch::Regex(pattern) => format!("regex {}", pattern.as_str()),
    }
}

impl Specificity {
    fn describe(&self) -> String {
        let path = match self.path {
            Path::Exact => "its exact path".to_owned(),
            Path::Regex => "its regular expression".to_owned(),
            Path::Prefix { length: 0 | 1, .. } => "its prefix /".to_owned(),
            Path::Prefix { length, .. } => format!("its prefix of {length} bytes"),
        };
        match self.host.0 {
            2 => format!("its exact host and {path}"),
            1 => format!("its wildcard host and {path}"),
            _ => path,
        }
    }

    /// The first thing in which the winner is greater.
    fn lost_to(&self, winner: &Self) -> String {
        let reason = if self.host != winner.host {
            "its host is less specific"
        } else if self.path != winner.path {
            match (self.path, winner.path) {
                (Path::Prefix { .. }, Path::Prefix { .. }) => "its prefix is shorter",
                (_, Path::Exact) => "an exact path wins over it",
                _ => "a regular expression wins over a prefix",
            }
        } else if self.method != winner.method {
            "it names no method"
        } else if self.headers != winner.headers {
            "it asks for fewer headers"
        } else if self.query != winner.query {
            "it asks for fewer query parameters"
        } else {
            "it comes later in the file"
        };
        format!("matches too, but {reason}")
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};
    use proptest::prelude::*;

    use super::*;
    use crate::config::{BuiltinEndpoints, Rewrite};
    use crate::route::table::tests::{exact, matching, prefix, regex, with_matches};
    use crate::route::{Decision, Table};

    fn any_path() -> impl Strategy<Value = PathMatch> {
        let segments = prop::sample::select(vec![
            "/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/b", "/b/", "/ab",
        ]);
        let expressions = prop::sample::select(vec!["/a/.*", ".*", "/a/b", "/(a|b)", "/a/b.*"]);
        prop_oneof![
            segments.clone().prop_map(prefix),
            segments.prop_map(exact),
            expressions.prop_map(regex),
        ]
    }

    fn any_match() -> impl Strategy<Value = Match> {
        let host = prop::sample::select(vec!["", "h.x", "*.x", "*.h.x", "x"]);
        let methods = prop::sample::select(vec![vec![], vec![Method::GET], vec![Method::POST]]);
        (any_path(), host, methods).prop_map(|(path, host, methods)| Match {
            hosts: match (host, host.strip_prefix("*.")) {
                ("", _) => vec![],
                (_, Some(of)) => vec![HostMatch::Wildcard(of.into())],
                (host, None) => vec![HostMatch::Exact(host.into())],
            },
            methods,
            ..matching(path)
        })
    }

    fn decide(config: &Config, host: &str, method: &Method, path: &str) -> Option<Choice> {
        let headers = HeaderMap::new();
        let request = Request {
            host: host.as_bytes(),
            method,
            path: path.as_bytes(),
            query: None,
            headers: &headers,
        };
        let traced: Vec<_> = trace(config, &request)
            .into_iter()
            .filter(|c| c.won)
            .collect();
        assert!(traced.len() <= 1, "{traced:?}");
        let decided = match Table::new(config).decide(&request) {
            Decision::Route(choice) | Decision::AddSlash(choice) => Some(choice),
            _ => None,
        };
        assert_eq!(
            decided,
            traced.first().map(|c| c.choice),
            "{host} {method} {path}"
        );
        decided
    }

    fn configured(matches: &[Match]) -> Config {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let routes = names.iter().zip(matches);
        let mut config = with_matches(
            routes
                .map(|(n, m)| (*n, vec![m.clone()], Rewrite::Keep))
                .collect(),
        );
        config.server.builtin_endpoints = BuiltinEndpoints {
            health: None,
            stats: None,
        };
        config
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_table_and_the_trace_agree_and_order_only_decides_between_equals(
            matches in prop::collection::vec(any_match(), 1..8),
            host in prop::sample::select(vec!["h.x", "H.X.:80", "i.h.x", "x", "y", ""]),
            method in prop::sample::select(vec![Method::GET, Method::POST]),
            path in prop::sample::select(vec![
                "/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c", "/a/b/c/d", "/ab", "/b", "/b/x", "/c",
            ]),
        ) {
            let chosen = decide(&configured(&matches), host, &method, path);
            let mut reversed = matches.clone();
            reversed.reverse();
            let other = decide(&configured(&reversed), host, &method, path);
            let of = |choice: Option<Choice>, from: &[Match]| choice.map(|c| from[c.route].clone());
            let (first, second) = (of(chosen, &matches), of(other, &reversed));
            prop_assert_eq!(first.is_some(), second.is_some());
            if let (Some(first), Some(second)) = (first, second) {
                // Two equal expressions' places decide; nothing else may differ.
                let kind = |m: &Match| match m.path {
                    PathMatch::Regex(_) => PathMatch::Exact(String::new()),
                    ref path => path.clone(),
                };
                prop_assert_eq!(kind(&first), kind(&second));
            }
        }
    }
}
