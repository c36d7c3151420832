//! The paths of one host. Looking one up costs what the path is long, however
//! many routes there are.

use std::collections::HashMap;

use super::candidate::Candidate;
use super::request::Request;
use crate::config::{PathMatch, Pattern, beginning};

/// Exact paths, and prefixes as a tree of segments.
#[derive(Debug)]
pub(super) struct Tree {
    exact: HashMap<Box<[u8]>, Vec<Candidate>>,
    /// The first is the root: nothing before the first slash.
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    parent: Option<usize>,
    children: HashMap<Box<[u8]>, usize>,
    /// Prefixes that end here without a slash: whole segments.
    segments: Vec<Candidate>,
    /// Prefixes that end in the slash after this.
    subtree: Vec<Candidate>,
    /// Expressions whose literal beginning has these segments.
    regexes: Vec<(Box<[u8]>, Pattern, Candidate)>,
}

/// What the path of a request led to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'t> {
    /// An exact path: above the built-in endpoints.
    Exact(&'t Candidate),
    /// An expression or a prefix.
    Other(&'t Candidate),
    /// The slash that the path lacks to be in this candidate's subtree.
    LacksSlash(&'t Candidate),
}

impl Default for Tree {
    fn default() -> Self {
        Self {
            exact: HashMap::new(),
            nodes: vec![Node::default()],
        }
    }
}

impl Tree {
    pub(super) fn insert(&mut self, path: &PathMatch, candidate: Candidate) {
        match path {
            PathMatch::Exact(exact) => {
                insert(
                    self.exact.entry(exact.as_bytes().into()).or_default(),
                    candidate,
                );
            }
            PathMatch::Prefix(prefix) => match prefix.strip_suffix('/') {
                None => {
                    let node = self.node(prefix.as_bytes());
                    insert(&mut self.nodes[node].segments, candidate);
                }
                Some(bare) => {
                    let node = self.node(bare.as_bytes());
                    insert(&mut self.nodes[node].subtree, candidate);
                }
            },
            PathMatch::Regex(pattern) => {
                let literal = beginning(pattern.as_str()).literal;
                // The last segment may go on after the literal.
                let whole = literal.iter().rposition(|&b| b == b'/').unwrap_or(0);
                let node = self.node(&literal[..whole]);
                let regexes = &mut self.nodes[node].regexes;
                let at = regexes.partition_point(|(.., c)| c.rank > candidate.rank);
                regexes.insert(at, (literal.into(), pattern.clone(), candidate));
            }
        }
    }

    /// The candidate that wins. The order is the precedence of paths.
    pub(super) fn find<'t>(&'t self, request: &Request<'_>) -> Option<Found<'t>> {
        let exact = self.exact.get(request.path).into_iter().flatten();
        if let Some(exact) = exact.into_iter().find(|c| c.accepts(request)) {
            return Some(Found::Exact(exact));
        }
        let first = |of: &'t [Candidate]| of.iter().find(|c| c.accepts(request));
        let (deepest, ended) = self.walk(request.path);
        let bare = ended.then(|| &self.nodes[deepest]);
        let named = bare.and_then(|node| first(&node.segments));
        let implied = bare.filter(|_| named.is_none());
        if let Some(implied) = implied.and_then(|node| first(&node.subtree)) {
            return Some(Found::LacksSlash(implied));
        }
        if let Some(other) = self.regex(deepest, request).or(named) {
            return Some(Found::Other(other));
        }
        let mut at = match bare {
            Some(node) => node.parent,
            None => Some(deepest),
        };
        while let Some(index) = at {
            let node = &self.nodes[index];
            let found = first(&node.subtree).or_else(|| first(&node.segments));
            if found.is_some() {
                return found.map(Found::Other);
            }
            at = node.parent;
        }
        None
    }

    /// Calls `each` with every candidate whose path matches, in no order.
    pub(super) fn on_path<'t>(&'t self, path: &[u8], each: &mut dyn FnMut(&'t Candidate)) {
        self.exact
            .get(path)
            .into_iter()
            .flatten()
            .for_each(&mut *each);
        let mut at = Some(self.walk(path).0);
        while let Some(index) = at {
            let node = &self.nodes[index];
            let regexes = node.regexes.iter();
            let matching =
                regexes.filter(|(literal, p, _)| path.starts_with(literal) && p.matches(path));
            matching.map(|(.., c)| c).for_each(&mut *each);
            node.segments
                .iter()
                .chain(&node.subtree)
                .for_each(&mut *each);
            at = node.parent;
        }
    }

    fn regex(&self, deepest: usize, request: &Request<'_>) -> Option<&Candidate> {
        let mut best: Option<&Candidate> = None;
        let mut at = Some(deepest);
        while let Some(index) = at {
            for (literal, pattern, candidate) in &self.nodes[index].regexes {
                if best.is_some_and(|best| best.rank >= candidate.rank) {
                    break;
                }
                if request.path.starts_with(literal)
                    && candidate.accepts(request)
                    && pattern.matches(request.path)
                {
                    best = Some(candidate);
                    break;
                }
            }
            at = self.nodes[index].parent;
        }
        best
    }

    /// The deepest node on the path, and whether the path ends there.
    fn walk(&self, path: &[u8]) -> (usize, bool) {
        let mut node = 0;
        let mut rest = path;
        while let [b'/', after @ ..] = rest {
            let end = after.iter().position(|&b| b == b'/').unwrap_or(after.len());
            match self.nodes[node].children.get(&after[..end]) {
                Some(child) => (node, rest) = (*child, &after[end..]),
                None => return (node, false),
            }
        }
        (node, true)
    }

    /// The node of a prefix that doesn't end in a slash, made where it is missing.
    fn node(&mut self, prefix: &[u8]) -> usize {
        let mut node = 0;
        for segment in prefix.split(|&b| b == b'/').skip(1) {
            node = match self.nodes[node].children.get(segment) {
                Some(child) => *child,
                None => {
                    let child = self.nodes.len();
                    self.nodes.push(Node {
                        parent: Some(node),
                        ..Node::default()
                    });
                    self.nodes[node].children.insert(segment.into(), child);
                    child
                }
            };
        }
        node
    }
}

/// Keeps the greatest first.
fn insert(list: &mut Vec<Candidate>, candidate: Candidate) {
    let at = list.partition_point(|c| c.rank > candidate.rank);
    list.insert(at, candidate);
}
