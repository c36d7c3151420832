//! What serves requests.

use std::sync::Arc;

use super::ctx::Ctx;
use super::snapshot::{Deadlines, Snapshot};
use crate::upstream::Upstream;

/// The proxy: one snapshot of the configuration and nothing else.
#[derive(Debug)]
pub struct Gateway {
    pub(super) snapshot: Arc<Snapshot>,
}

impl Gateway {
    /// Serves by this snapshot.
    #[must_use]
    pub fn new(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot }
    }

    pub(super) fn upstream(&self, ctx: &Ctx) -> Option<&Upstream> {
        self.snapshot.upstream(ctx.choice?.route)
    }

    pub(super) fn deadlines(&self, ctx: &Ctx) -> Deadlines {
        let of = ctx.choice.and_then(|c| self.snapshot.deadlines(c.route));
        of.unwrap_or_default()
    }
}
