//! Which matches can take no request, because another takes them all.
//!
//! Found by comparing what the matches say, so it holds for every request. What
//! several matches take only together, or an expression that isn't a literal
//! beginning and `.*`, is not found.

use std::collections::{HashMap, HashSet};

use super::candidate::Choice;
use crate::config::{Config, Match, PathMatch, literal_prefix};

/// A match that takes nothing, and the one that takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shadow {
    pub(super) of: Choice,
    pub(super) by: Choice,
}

/// Looks at every match, in the order of the file.
pub(super) fn shadows(config: &Config) -> Vec<Shadow> {
    let all: Vec<(Choice, &Match)> = config
        .routes
        .iter()
        .enumerate()
        .flat_map(|(route, of)| {
            let matches = of.matches.iter().enumerate();
            matches.map(move |(matched, wanted)| (Choice { route, matched }, wanted))
        })
        .collect();
    let open: Vec<(Choice, &Match, Vec<u8>)> = all
        .iter()
        .filter_map(|(choice, wanted)| Some((*choice, *wanted, open_beginning(&wanted.path)?)))
        .collect();
    let mut same_path: HashMap<String, Vec<(Choice, &Match)>> = HashMap::new();
    let mut found = Vec::new();
    for (of, wanted) in all {
        let equals = same_path.entry(format!("{:?}", wanted.path)).or_default();
        let twin = equals
            .iter()
            .find(|(_, earlier)| beats_equal(earlier, wanted));
        let by = twin.map(|(by, _)| *by).or_else(|| {
            let wider = open
                .iter()
                .find(|(by, other, beginning)| *by != of && beats_prefix(other, beginning, wanted));
            wider.map(|(by, ..)| *by)
        });
        found.extend(by.map(|by| Shadow { of, by }));
        equals.push((of, wanted));
    }
    found
}

/// An expression that takes every path with this beginning.
fn open_beginning(path: &PathMatch) -> Option<Vec<u8>> {
    let PathMatch::Regex(pattern) = path else {
        return None;
    };
    let (literal, whole) = literal_prefix(pattern.as_str().strip_suffix(".*")?);
    whole.then_some(literal)
}

/// Of two with the same path the earlier wins all when the later asks for nothing more.
fn beats_equal(earlier: &Match, later: &Match) -> bool {
    let methods = match (earlier.methods.is_empty(), later.methods.is_empty()) {
        (true, true) => true,
        (false, false) => later.methods.iter().all(|m| earlier.methods.contains(m)),
        _ => false,
    };
    methods
        && has_all_hosts(earlier, later)
        && has_all(&earlier.headers, &later.headers)
        && has_all(&later.headers, &earlier.headers)
        && has_all(&earlier.query, &later.query)
        && has_all(&later.query, &earlier.query)
}

/// An expression wins over a prefix, whatever else that asks for.
fn beats_prefix(expression: &Match, beginning: &[u8], wanted: &Match) -> bool {
    let PathMatch::Prefix(prefix) = &wanted.path else {
        return false;
    };
    let methods = expression.methods.is_empty()
        || (!wanted.methods.is_empty()
            && wanted
                .methods
                .iter()
                .all(|m| expression.methods.contains(m)));
    prefix.as_bytes().starts_with(beginning)
        && methods
        && has_all_hosts(expression, wanted)
        && has_all(&wanted.headers, &expression.headers)
        && has_all(&wanted.query, &expression.query)
}

/// A host that isn't named by both is not of the same precedence.
fn has_all_hosts(of: &Match, wanted: &Match) -> bool {
    if wanted.hosts.is_empty() {
        return of.hosts.is_empty();
    }
    let of: HashSet<_> = of.hosts.iter().collect();
    wanted.hosts.iter().all(|host| of.contains(host))
}

fn has_all<T: PartialEq>(of: &[T], wanted: &[T]) -> bool {
    wanted.iter().all(|item| of.contains(item))
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::config::{HostMatch, Rewrite};
    use crate::route::table::tests::{exact, matching, prefix, regex, with_matches};

    /// Pairs of places in the list: what takes nothing, and what takes it.
    fn found(matches: Vec<Match>) -> Vec<(usize, usize)> {
        let names = ["a", "b", "c", "d"];
        let routes = names.into_iter().zip(matches);
        let config = with_matches(routes.map(|(n, m)| (n, vec![m], Rewrite::Keep)).collect());
        let shadows = shadows(&config).into_iter();
        shadows.map(|s| (s.of.route, s.by.route)).collect()
    }

    fn on(methods: &[Method], hosts: &[&str], path: PathMatch) -> Match {
        Match {
            methods: methods.to_vec(),
            hosts: hosts
                .iter()
                .map(|h| HostMatch::Exact((*h).into()))
                .collect(),
            ..matching(path)
        }
    }

    #[test]
    fn the_later_of_two_equal_ones_takes_nothing() {
        let get = || on(&[Method::GET], &[], prefix("/a"));
        let both = || on(&[Method::GET, Method::PUT], &[], prefix("/a"));
        assert_eq!(found(vec![both(), get()]), [(1, 0)]);
        assert_eq!(found(vec![get(), both()]), []);
        assert_eq!(found(vec![matching(prefix("/a")), get()]), []);
        assert_eq!(
            found(vec![matching(exact("/a")), matching(prefix("/a"))]),
            []
        );
        let (x, xy) = (
            on(&[], &["x"], exact("/")),
            on(&[], &["x", "y"], exact("/")),
        );
        assert_eq!(found(vec![xy.clone(), x.clone()]), [(1, 0)]);
        assert_eq!(found(vec![x, xy]), []);
    }

    #[test]
    fn an_open_expression_takes_all_prefixes_below_it_wherever_it_stands() {
        let all = || matching(regex("/api/.*"));
        assert_eq!(found(vec![matching(prefix("/api/x")), all()]), [(0, 1)]);
        assert_eq!(
            found(vec![on(&[Method::GET], &[], prefix("/api/")), all()]),
            [(0, 1)]
        );
        assert_eq!(found(vec![matching(prefix("/api")), all()]), []);
        assert_eq!(found(vec![matching(exact("/api/x")), all()]), []);
        assert_eq!(found(vec![on(&[], &["x"], prefix("/api/x")), all()]), []);
        let get = on(&[Method::GET], &[], regex(".*"));
        assert_eq!(found(vec![matching(prefix("/a")), get]), []);
    }
}
