//! Where the way ends before a cluster.

use crate::mesh::trace::Verdict;

/// The end of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) verdict: Verdict,
    pub(super) why: String,
    pub(super) status: Option<u16>,
}

impl End {
    pub(super) fn unknown(what: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, what, None)
    }

    pub(super) fn new(verdict: Verdict, why: impl Into<String>, status: Option<u16>) -> Self {
        Self {
            verdict,
            why: why.into(),
            status,
        }
    }
}
