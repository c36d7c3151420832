//! Which matches can take no request, because another takes them all.
//!
//! Found by comparing what the matches say, so it holds for every request. What
//! several matches take only together, or an expression that isn't a literal
//! beginning and `.*`, is not found.

use std::collections::HashMap;

use super::builtin::Builtin;
use super::candidate::Choice;
use super::rank::Rank;
use crate::config::{Beginning, BuiltinEndpoints, Config, Match, PathMatch, Then, beginning};

/// A match that takes nothing, and what takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shadow {
    pub(super) of: Choice,
    pub(super) by: By,
}

/// What takes the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Match(Choice),
    Builtin(Builtin),
}

/// Looks at every match, in the order of the file.
pub(super) fn shadows(config: &Config) -> Vec<Shadow> {
    let mut all = Vec::new();
    for (route, of) in config.routes.iter().enumerate() {
        for (matched, wanted) in of.matches.iter().enumerate() {
            all.push(One::new(wanted, Choice { route, matched }));
        }
    }
    let paths = Paths::new(&all);
    let builtin = &config.server.builtin_endpoints;
    let shadow = |of: &One<'_>| {
        let by = paths.shadow(of, builtin)?;
        Some(Shadow { of: of.choice, by })
    };
    all.iter().filter_map(shadow).collect()
}

/// A match, and what is asked about it again and again.
struct One<'c> {
    choice: Choice,
    wanted: &'c Match,
    rank: Rank,
    kind: Kind<'c>,
}

enum Kind<'c> {
    Exact(&'c [u8]),
    Prefix(&'c [u8]),
    Regex(Beginning),
}

impl<'c> One<'c> {
    fn new(wanted: &'c Match, choice: Choice) -> Self {
        Self {
            choice,
            wanted,
            rank: Rank::new(wanted, choice.route, choice.matched),
            kind: match &wanted.path {
                PathMatch::Exact(path) => Kind::Exact(path.as_bytes()),
                PathMatch::Prefix(prefix) => Kind::Prefix(prefix.as_bytes()),
                PathMatch::Regex(pattern) => Kind::Regex(beginning(pattern.as_str())),
            },
        }
    }

    /// Whether it accepts every request that `of` accepts, the path left aside, and
    /// under the same hosts: others are of another precedence.
    fn accepts_all_of(&self, of: &Self) -> bool {
        let (own, other) = (self.wanted, of.wanted);
        let methods = own.methods.is_empty()
            || (!other.methods.is_empty() && has_all(&own.methods, &other.methods));
        let hosts = match other.hosts.is_empty() {
            true => own.hosts.is_empty(),
            false => has_all(&own.hosts, &other.hosts),
        };
        methods
            && hosts
            && has_all(&other.headers, &own.headers)
            && has_all(&other.query, &own.query)
    }

    /// The same where the paths are of the same kind.
    fn outranks(&self, of: &Self) -> bool {
        self.rank > of.rank && self.accepts_all_of(of)
    }
}

/// The matches by what can be looked up of their paths.
#[derive(Default)]
struct Paths<'a> {
    exact: HashMap<&'a [u8], Vec<&'a One<'a>>>,
    prefix: HashMap<&'a [u8], Vec<&'a One<'a>>>,
    /// Expressions that are written alike.
    regex: HashMap<&'a str, Vec<&'a One<'a>>>,
    /// Expressions that are one path.
    literal: HashMap<&'a [u8], Vec<&'a One<'a>>>,
    /// Expressions that take every path with this beginning.
    open: HashMap<&'a [u8], Vec<&'a One<'a>>>,
}

impl<'a> Paths<'a> {
    fn new(all: &'a [One<'a>]) -> Self {
        let mut paths = Self::default();
        for one in all {
            match &one.kind {
                Kind::Exact(path) => paths.exact.entry(path).or_default().push(one),
                Kind::Prefix(prefix) => paths.prefix.entry(prefix).or_default().push(one),
                Kind::Regex(Beginning { literal, then }) => {
                    match then {
                        Then::End => paths.literal.entry(literal).or_default().push(one),
                        Then::Anything => paths.open.entry(literal).or_default().push(one),
                        Then::Other => {}
                    }
                    if let PathMatch::Regex(pattern) = &one.wanted.path {
                        paths.regex.entry(pattern.as_str()).or_default().push(one);
                    }
                }
            }
        }
        paths
    }

    fn shadow(&self, of: &One<'_>, builtin: &BuiltinEndpoints) -> Option<By> {
        let outranking = |among: Option<&Vec<&'a One<'a>>>| {
            let found = among?.iter().find(|by| by.outranks(of))?;
            Some(By::Match(found.choice))
        };
        let PathMatch::Regex(pattern) = &of.wanted.path else {
            return match of.kind {
                Kind::Prefix(prefix) => {
                    outranking(self.prefix.get(prefix)).or_else(|| self.expression_over(prefix, of))
                }
                Kind::Exact(path) => outranking(self.exact.get(path)),
                Kind::Regex(_) => None,
            };
        };
        let twin = outranking(self.regex.get(pattern.as_str()));
        twin.or_else(|| self.shadow_of_expression(of, builtin))
    }

    /// An expression wins over a prefix, whatever else that asks for; but not over
    /// the path that lacks the slash of a subtree.
    fn expression_over(&self, prefix: &[u8], of: &One<'_>) -> Option<By> {
        if prefix.ends_with(b"/") && prefix != b"/" {
            return None;
        }
        let mut open = self.open_to(prefix);
        open.find(|by| by.accepts_all_of(of))
            .map(|by| By::Match(by.choice))
    }

    /// The expressions that take every path with this beginning.
    fn open_to(&self, beginning: &[u8]) -> impl Iterator<Item = &'a One<'a>> {
        (0..=beginning.len())
            .filter_map(|end| self.open.get(&beginning[..end]))
            .flatten()
            .copied()
    }

    fn shadow_of_expression<'s>(&'s self, of: &One<'_>, builtin: &BuiltinEndpoints) -> Option<By> {
        let Kind::Regex(Beginning { literal, then }) = &of.kind else {
            return None;
        };
        let wider = || {
            let mut open = self.open_to(literal);
            open.find(|by| by.outranks(of))
                .map(|by| By::Match(by.choice))
        };
        if *then != Then::End {
            return wider();
        }
        let path = literal.as_slice();
        let all = |among: Option<&'s Vec<&'a One<'a>>>| among.into_iter().flatten();
        let exact = all(self.exact.get(path)).find(|by| by.accepts_all_of(of));
        let lacks_slash = || {
            let subtree = [path, b"/"].concat();
            let found = all(self.prefix.get(subtree.as_slice())).find(|by| by.accepts_all_of(of));
            found.filter(|_| !self.prefix.contains_key(path))
        };
        let earlier = || all(self.literal.get(path)).find(|by| by.outranks(of));
        exact
            .map(|by| By::Match(by.choice))
            .or_else(|| Builtin::at(builtin, path).map(By::Builtin))
            .or_else(|| {
                lacks_slash()
                    .or_else(earlier)
                    .map(|by| By::Match(by.choice))
            })
            .or_else(wider)
    }
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
        let route = |by| match by {
            By::Match(choice) => choice.route,
            By::Builtin(what) => panic!("{what:?}"),
        };
        shadows.map(|s| (s.of.route, route(s.by))).collect()
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
            found(vec![on(&[Method::GET], &[], prefix("/api/x")), all()]),
            [(0, 1)]
        );
        assert_eq!(found(vec![matching(prefix("/api")), all()]), []);
        assert_eq!(found(vec![matching(exact("/api/x")), all()]), []);
        assert_eq!(found(vec![on(&[], &["x"], prefix("/api/x")), all()]), []);
        let get = on(&[Method::GET], &[], regex(".*"));
        assert_eq!(found(vec![matching(prefix("/a")), get]), []);
        assert_eq!(
            found(vec![matching(prefix("/")), matching(regex(".*"))]),
            [(0, 1)]
        );
    }

    #[test]
    fn a_subtree_keeps_the_path_that_lacks_its_slash() {
        for wide in ["/api/.*", "/api.*", ".*"] {
            let both = vec![matching(prefix("/api/")), matching(regex(wide))];
            assert_eq!(found(both), [], "{wide}");
        }
    }

    #[test]
    fn an_expression_is_open_only_if_nothing_but_its_end_is() {
        let below = || matching(prefix("/d/x"));
        for narrow in ["/d$.*", "/e|/d.*", "/d[^x]*", "/d/y.*"] {
            let both = vec![below(), matching(regex(narrow))];
            assert_eq!(found(both), [], "{narrow}");
        }
        for wide in ["/d.*", "^/d.*$", "/d(.*)", "(/d/)(?s:.*)", "/d/.*.*"] {
            let both = vec![below(), matching(regex(wide))];
            assert_eq!(found(both), [(0, 1)], "{wide}");
        }
    }

    #[test]
    fn an_open_expression_takes_all_expressions_below_it_that_rank_lower() {
        let all = || matching(regex("/api/.*"));
        let users = |methods: &[Method]| on(methods, &[], regex("/api/users/[0-9]+"));
        assert_eq!(found(vec![all(), users(&[])]), [(1, 0)]);
        assert_eq!(found(vec![users(&[]), all()]), []);
        assert_eq!(found(vec![all(), users(&[Method::GET])]), []);
        let get = |path| on(&[Method::GET], &[], regex(path));
        assert_eq!(found(vec![users(&[Method::GET]), get("/api/.*")]), []);
        assert_eq!(found(vec![get("/api/.*"), users(&[Method::GET])]), [(1, 0)]);
        assert_eq!(found(vec![get("/api/.*"), users(&[])]), []);
        assert_eq!(
            found(vec![all(), matching(regex("/ap.*"))]),
            [],
            "it takes more"
        );
        assert_eq!(found(vec![all(), all()]), [(1, 0)]);
    }

    #[test]
    fn an_expression_that_is_one_path_takes_nothing_beside_what_has_that_path() {
        let lit = |text| matching(regex(text));
        for text in ["/lit", "^/lit$", "/(lit)"] {
            assert_eq!(found(vec![lit(text), matching(exact("/lit"))]), [(0, 1)]);
        }
        assert_eq!(found(vec![lit("/lit"), lit("^/lit$")]), [(1, 0)]);
        let get = on(&[Method::GET], &[], exact("/lit"));
        assert_eq!(found(vec![lit("/lit"), get]), []);
        assert_eq!(found(vec![lit("/lit.*"), matching(exact("/lit"))]), []);
        assert_eq!(
            found(vec![lit("/lit"), matching(prefix("/lit/"))]),
            [(0, 1)]
        );
        let both = vec![
            lit("/lit"),
            matching(prefix("/lit/")),
            matching(prefix("/lit")),
        ];
        assert_eq!(found(both), []);
    }

    #[test]
    fn builtin_endpoints_take_the_expressions_that_are_their_paths() {
        let config = crate::route::table::tests::config(vec![
            ("health", regex("/health"), Rewrite::Keep),
            ("wider", regex("/stats.*"), Rewrite::Keep),
            ("mine", exact("/stats"), Rewrite::Keep),
        ]);
        let found = shadows(&config);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].of.route, 0);
        assert_eq!(found[0].by, By::Builtin(Builtin::Health));
    }
}
