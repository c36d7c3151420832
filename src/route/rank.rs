//! Precedence as a value: of two candidates that match, the greater one wins.

use std::cmp::Reverse;

/// How specific a path match is; the order of the variants is the precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PathRank {
    /// The longer prefix wins. Of two as long, the one that the file wrote wins
    /// over the slash-less twin that a subtree implies.
    Prefix {
        /// Bytes of the prefix.
        length: usize,
        /// Not implied by another.
        explicit: bool,
    },
    /// A built-in endpoint: above prefixes, below what the file names exactly.
    Builtin,
    /// The whole path.
    Exact,
}

/// The fields are in the order in which they decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// How specific the path match is.
    pub(super) path: PathRank,
    /// Place in the file: the earlier route wins what nothing else decided.
    pub(super) order: Reverse<usize>,
}
