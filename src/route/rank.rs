//! Precedence as a value: of two candidates with the same host and path, the
//! greater one wins.
//!
//! Host and path are not part of it: the tables are walked in their order.

use std::cmp::Reverse;

use crate::config::Match;

/// The fields are in the order in which they decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// It names methods.
    method: bool,
    /// How many headers it asks for.
    headers: usize,
    /// How many query parameters it asks for.
    query: usize,
    /// Place in the file: the earlier route, and in it the earlier match, wins what
    /// nothing else decided.
    order: Reverse<(usize, usize)>,
}

impl Rank {
    pub(super) fn new(wanted: &Match, route: usize, matched: usize) -> Self {
        Self {
            method: !wanted.methods.is_empty(),
            headers: wanted.headers.len(),
            query: wanted.query.len(),
            order: Reverse((route, matched)),
        }
    }
}
