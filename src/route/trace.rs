//! Why a route won and the others lost, worked out match by match.
//!
//! It decides a second time, by comparing everything with everything; a test holds
//! it and the table to the same answer.

use super::builtin::Builtin;
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
    /// `written` is false of the subtree whose slash the path lacks, where a route
    /// names that path as its segments.
    Prefix {
        length: usize,
        written: bool,
    },
    Regex,
    /// The path is that of a subtree but for its slash.
    LacksSlash,
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
    give_way_to_segments(&mut all, config, request.path);
    let endpoints = &config.server.builtin_endpoints;
    let best = all
        .iter()
        .filter_map(|(_, found)| found.as_ref().ok())
        .max()
        .cloned();
    let builtin = Builtin::at(endpoints, request.path)
        .filter(|_| best.as_ref().is_none_or(|best| best.path != Path::Exact))
        .and_then(|builtin| builtin.path(endpoints));
    all.into_iter()
        .map(|(choice, found)| {
            let (won, why) = match (found, &best) {
                (Err(why), _) => (false, why),
                (Ok(_), _) if builtin.is_some() => {
                    let path = builtin.unwrap_or_default();
                    let why = format!("matches too, but the built-in endpoint {path} wins over it");
                    (false, why)
                }
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

/// A route that names a path as its segments wins over the subtree that would only
/// add a slash to it.
fn give_way_to_segments(
    all: &mut [(Choice, Result<Specificity, String>)],
    config: &Config,
    path: &[u8],
) {
    let is_named = |(choice, found): &(Choice, Result<Specificity, String>)| {
        let wanted = &config.routes[choice.route].matches[choice.matched].path;
        let named = matches!(wanted, PathMatch::Prefix(prefix) if prefix.as_bytes() == path);
        found.as_ref().ok().filter(|_| named).map(|s| s.host)
    };
    let hosts: Vec<_> = all.iter().filter_map(is_named).collect();
    for (_, found) in all {
        if let Ok(own) = found
            && own.path == Path::LacksSlash
            && hosts.contains(&own.host)
        {
            own.path = Path::Prefix {
                length: path.len(),
                written: false,
            };
        }
    }
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
            if prefix.strip_suffix(b"/") == Some(path) {
                return Some(Path::LacksSlash);
            }
            let rest = path.strip_prefix(prefix)?;
            let segment_ends = prefix.ends_with(b"/") || matches!(rest, [] | [b'/', ..]);
            segment_ends.then_some(Path::Prefix {
                length: prefix.len(),
                written: true,
            })
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
            Path::LacksSlash => "its prefix, whose slash the path lacks".to_owned(),
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
                (Path::Prefix { written: false, .. }, Path::Prefix { written: true, .. }) => {
                    "a route that names the path without the slash wins over it"
                }
                (Path::Prefix { .. }, Path::Prefix { .. }) => "its prefix is shorter",
                (_, Path::Exact) => "an exact path wins over it",
                (_, Path::LacksSlash) => "a subtree whose slash the path lacks wins over it",
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
    use http::{HeaderName, HeaderValue, Method};
    use proptest::prelude::*;

    use super::*;
    use crate::config::{BuiltinEndpoints, Rewrite, ValueMatch};
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
        let headers = prop::sample::subsequence(vec!["x-a", "x-b"], 0..=2);
        let query = prop::sample::subsequence(vec!["q", "r"], 0..=2);
        let value = || prop_oneof![Just("1"), Just("2")];
        let values = (value(), value());
        (any_path(), host, methods, headers, query, values).prop_map(
            |(path, host, methods, headers, query, (of_headers, of_query))| Match {
                hosts: match (host, host.strip_prefix("*.")) {
                    ("", _) => vec![],
                    (_, Some(of)) => vec![HostMatch::Wildcard(of.into())],
                    (host, None) => vec![HostMatch::Exact(host.into())],
                },
                methods,
                headers: headers
                    .into_iter()
                    .map(|n| (HeaderName::from_static(n), exactly(of_headers)))
                    .collect(),
                query: query
                    .into_iter()
                    .map(|n| (n.to_owned(), exactly(of_query)))
                    .collect(),
                ..matching(path)
            },
        )
    }

    fn exactly(value: &str) -> ValueMatch {
        ValueMatch::Exact(value.into())
    }

    fn decide(config: &Config, request: &Request<'_>) -> Option<Choice> {
        let traced: Vec<_> = trace(config, request)
            .into_iter()
            .filter(|c| c.won)
            .collect();
        assert!(traced.len() <= 1, "{traced:?}");
        let decided = match Table::new(config).decide(request) {
            Decision::Route(choice) | Decision::AddSlash(choice) => Some(choice),
            _ => None,
        };
        assert_eq!(decided, traced.first().map(|c| c.choice), "{request:?}");
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
            health: Some("/c".into()),
            stats: Some("/a/b/c".into()),
            metrics: None,
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
            query in prop::option::of(prop::sample::select(vec!["q=1", "r=1&q=1", "q=2&q=1", "r"])),
            headers in prop::sample::subsequence(vec!["x-a", "x-b"], 0..=2),
        ) {
            let headers = headers
                .into_iter()
                .map(|n| (HeaderName::from_static(n), HeaderValue::from_static("1")))
                .collect::<http::HeaderMap>();
            let request = Request {
                host: host.as_bytes(),
                method: &method,
                path: path.as_bytes(),
                query: query.map(str::as_bytes),
                headers: (&headers).into(),
            };
            let chosen = decide(&configured(&matches), &request);
            let mut reversed = matches.clone();
            reversed.reverse();
            let other = decide(&configured(&reversed), &request);
            let of = |choice: Option<Choice>, from: &[Match]| choice.map(|c| from[c.route].clone());
            let (first, second) = (of(chosen, &matches), of(other, &reversed));
            prop_assert_eq!(first.is_some(), second.is_some());
            if let (Some(first), Some(second)) = (first, second) {
                prop_assert_eq!(precedence(&first), precedence(&second));
            }
        }
    }

    /// What decides before the place in the file does. It decides between two
    /// expressions, and between as many headers or parameters of other names.
    fn precedence(of: &Match) -> (Vec<HostMatch>, Option<PathMatch>, Vec<Method>, usize, usize) {
        let path = match of.path {
            PathMatch::Regex(_) => None,
            ref path => Some(path.clone()),
        };
        let (headers, query) = (of.headers.len(), of.query.len());
        (of.hosts.clone(), path, of.methods.clone(), headers, query)
    }
}
