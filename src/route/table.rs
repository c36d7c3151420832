//! The route table: built once from a configuration, asked by every request.

use std::collections::{BTreeSet, HashMap};

use super::builtin::Builtin;
use super::candidate::{Candidate, Choice};
use super::host;
use super::request::Request;
use super::rewrite::PathRewrite;
use super::tree::{Found, Tree};
use crate::config::{Action, BuiltinEndpoints, Config, HostMatch, PathMatch};

/// What is to be done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// What the route says: send it on, or elsewhere.
    Route(Choice),
    /// Answer 307 to the same path with a slash at its end; the query stays.
    AddSlash(Choice),
    /// Answer it here.
    Builtin(Builtin),
    /// Only the method is in the way; these, in order, are not.
    MethodNotAllowed(Vec<String>),
    /// Nothing takes it.
    NoRoute,
}

/// The paths of each host, from the most specific host to none.
#[derive(Debug)]
pub struct Table {
    exact_hosts: HashMap<Box<[u8]>, Tree>,
    wildcard_hosts: HashMap<Box<[u8]>, Tree>,
    any_host: Tree,
    builtin: BuiltinEndpoints,
    /// By route and match.
    rewrites: Vec<Vec<PathRewrite>>,
}

impl Table {
    /// Puts each match of each route where requests find it.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let mut table = Self {
            exact_hosts: HashMap::new(),
            wildcard_hosts: HashMap::new(),
            any_host: Tree::default(),
            builtin: config.server.builtin_endpoints.clone(),
            rewrites: config
                .routes
                .iter()
                .map(|r| rewrites(&r.action, &r.matches))
                .collect(),
        };
        for (route, of) in config.routes.iter().enumerate() {
            for (matched, wanted) in of.matches.iter().enumerate() {
                let candidate = Candidate::new(wanted, Choice { route, matched });
                if wanted.hosts.is_empty() {
                    table.any_host.insert(&wanted.path, candidate);
                    continue;
                }
                for host in &wanted.hosts {
                    let tree = match host {
                        HostMatch::Exact(host) => table.exact_hosts.entry(host.as_bytes().into()),
                        HostMatch::Wildcard(of) => table.wildcard_hosts.entry(of.as_bytes().into()),
                    };
                    tree.or_default().insert(&wanted.path, candidate.clone());
                }
            }
        }
        table
    }

    /// Decides what happens to a request.
    #[must_use]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let mut best = None;
        self.for_each_host(request.host, &mut |tree| {
            best = tree.find(request);
            best.is_some()
        });
        let builtin = Builtin::at(&self.builtin, request.path);
        match (best, builtin) {
            (Some(Found::Exact(c)), _) | (Some(Found::Other(c)), None) => Decision::Route(c.choice),
            (Some(Found::LacksSlash(c)), None) => Decision::AddSlash(c.choice),
            (_, Some(builtin)) => Decision::Builtin(builtin),
            (None, None) => self.refuse(request),
        }
    }

    /// The target that a service gets for a matched path.
    #[must_use]
    pub fn upstream_target(&self, choice: Choice, path: &[u8], query: Option<&[u8]>) -> Vec<u8> {
        let mut out = Vec::with_capacity(path.len() + query.map_or(0, <[u8]>::len) + 16);
        self.rewrite_path(choice, path, &mut out);
        append_query(&mut out, query);
        out
    }

    pub(super) fn rewrite_path(&self, choice: Choice, path: &[u8], out: &mut Vec<u8>) {
        let of_route = self.rewrites.get(choice.route);
        match of_route.and_then(|rewrites| rewrites.get(choice.matched)) {
            Some(rewrite) => rewrite.apply(path, out),
            None => out.extend_from_slice(path),
        }
    }

    /// Nothing matched: 405 when that was the method's fault (RFC 9110, section
    /// 15.5.6), else 404. This is not on the way of a request that is served.
    fn refuse(&self, request: &Request<'_>) -> Decision {
        let mut allowed = BTreeSet::new();
        self.for_each_host(request.host, &mut |tree| {
            tree.on_path(request.path, &mut |candidate| {
                if candidate.accepts_any_method(request) {
                    allowed.extend(candidate.methods().iter().map(ToString::to_string));
                }
            });
            false
        });
        if allowed.is_empty() {
            Decision::NoRoute
        } else {
            Decision::MethodNotAllowed(allowed.into_iter().collect())
        }
    }

    /// Calls `done` with the tables of a host, from the most specific on, until it
    /// answers true.
    fn for_each_host<'t>(&'t self, host: &[u8], done: &mut dyn FnMut(&'t Tree) -> bool) {
        if !(self.exact_hosts.is_empty() && self.wildcard_hosts.is_empty())
            && let Some(host) = host::comparable(host)
        {
            let exact = self.exact_hosts.get(&*host).into_iter();
            let wildcards = host::parents(&host).filter_map(|of| self.wildcard_hosts.get(of));
            if exact.chain(wildcards).any(&mut *done) {
                return;
            }
        }
        done(&self.any_host);
    }
}

pub(super) fn append_query(out: &mut Vec<u8>, query: Option<&[u8]>) {
    if let Some(query) = query {
        out.push(b'?');
        out.extend_from_slice(query);
    }
}

fn rewrites(action: &Action, matches: &[crate::config::Match]) -> Vec<PathRewrite> {
    let rewrite = match action {
        Action::Proxy { rewrite, .. } => rewrite,
        Action::Redirect(redirect) => &redirect.path,
    };
    let paths = matches
        .iter()
        .map(|wanted: &crate::config::Match| &wanted.path);
    paths
        .map(|path: &PathMatch| PathRewrite::new(path, rewrite))
        .collect()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
pub(super) mod tests;
