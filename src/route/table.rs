//! The route table: built once from a configuration, asked by every request.

use std::cmp::Reverse;

use super::rank::{PathRank, Rank};
use super::rewrite::PathRewrite;
use crate::config::{Config, PathMatch};

/// A path on the main port that the gateway answers itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// 200 and nothing else.
    Health,
    /// The status document of the Go program.
    Stats,
}

/// What is to be done with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'t> {
    /// Send it on by this route: an index into [`Config::routes`].
    Proxy(usize),
    /// Answer 307 to this path; the query stays.
    AddSlash(&'t str),
    /// Answer it here.
    Builtin(Builtin),
    /// Nothing takes it.
    NoRoute,
}

/// Candidates in the order of precedence, so that the first match decides.
#[derive(Debug)]
pub struct Table {
    candidates: Vec<Candidate>,
    rewrites: Vec<PathRewrite>,
}

#[derive(Debug)]
struct Candidate {
    rank: Rank,
    matches: Matcher,
    action: Action,
}

#[derive(Debug)]
enum Matcher {
    Exact(Box<[u8]>),
    /// The prefix by whole segments; without a trailing slash.
    Segments(Box<[u8]>),
    /// Everything that begins with this; it ends in a slash.
    Subtree(Box<[u8]>),
}

#[derive(Debug)]
enum Action {
    Proxy(usize),
    AddSlash(String),
    Builtin(Builtin),
}

impl Matcher {
    fn matches(&self, path: &[u8]) -> bool {
        match self {
            Self::Exact(exact) => path == &**exact,
            Self::Subtree(prefix) => path.starts_with(prefix),
            Self::Segments(prefix) => path
                .strip_prefix(&**prefix)
                .is_some_and(|rest| matches!(rest, [] | [b'/', ..])),
        }
    }
}

impl Table {
    /// Brings the routes and built-in endpoints into the order of precedence.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let mut candidates = Vec::new();
        for (index, route) in config.routes.iter().enumerate() {
            add_route(&mut candidates, index, &route.path);
        }
        let builtin = &config.server.builtin_endpoints;
        for (path, what) in [
            (&builtin.health, Builtin::Health),
            (&builtin.stats, Builtin::Stats),
        ] {
            candidates.extend(path.iter().map(|path| Candidate {
                rank: rank(PathRank::Builtin, 0),
                matches: Matcher::Exact(path.as_bytes().into()),
                action: Action::Builtin(what),
            }));
        }
        candidates.sort_by_key(|candidate| Reverse(candidate.rank));
        let rewrites = config
            .routes
            .iter()
            .map(|route| PathRewrite::new(&route.path, &route.rewrite))
            .collect();
        Self {
            candidates,
            rewrites,
        }
    }

    /// Decides what happens to a request for this (normalised) path.
    #[must_use]
    pub fn decide(&self, path: &[u8]) -> Decision<'_> {
        let found = self.candidates.iter().find(|c| c.matches.matches(path));
        match found.map(|candidate| &candidate.action) {
            Some(Action::Proxy(route)) => Decision::Proxy(*route),
            Some(Action::AddSlash(to)) => Decision::AddSlash(to),
            Some(Action::Builtin(what)) => Decision::Builtin(*what),
            None => Decision::NoRoute,
        }
    }

    /// The target that the service of `route` gets for a matched path.
    #[must_use]
    pub fn upstream_target(&self, route: usize, path: &[u8], query: Option<&[u8]>) -> Vec<u8> {
        let mut out = Vec::with_capacity(path.len() + query.map_or(0, <[u8]>::len) + 16);
        match self.rewrites.get(route) {
            Some(rewrite) => rewrite.apply(path, &mut out),
            None => out.extend_from_slice(path),
        }
        if let Some(query) = query {
            out.push(b'?');
            out.extend_from_slice(query);
        }
        out
    }
}

fn rank(path: PathRank, order: usize) -> Rank {
    Rank {
        path,
        order: Reverse(order),
    }
}

fn add_route(candidates: &mut Vec<Candidate>, index: usize, path: &PathMatch) {
    let mut add = |path, matches, action| {
        candidates.push(Candidate {
            rank: rank(path, index),
            matches,
            action,
        });
    };
    let prefix = |length, explicit| PathRank::Prefix { length, explicit };
    match path {
        PathMatch::Exact(exact) => add(
            PathRank::Exact,
            Matcher::Exact(exact.as_bytes().into()),
            Action::Proxy(index),
        ),
        PathMatch::Prefix(subtree) => match subtree.strip_suffix('/') {
            None => add(
                prefix(subtree.len(), true),
                Matcher::Segments(subtree.as_bytes().into()),
                Action::Proxy(index),
            ),
            Some(bare) => {
                add(
                    prefix(subtree.len(), true),
                    Matcher::Subtree(subtree.as_bytes().into()),
                    Action::Proxy(index),
                );
                if !bare.is_empty() {
                    add(
                        prefix(bare.len(), false),
                        Matcher::Exact(bare.as_bytes().into()),
                        // Two slashes at its beginning would name a host.
                        Action::AddSlash(format!("/{}", subtree.trim_start_matches('/'))),
                    );
                }
            }
        },
    }
}

#[cfg(test)]
pub(super) mod tests;
