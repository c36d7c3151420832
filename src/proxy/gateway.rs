//! What serves requests by Pingora.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::snapshot::Snapshot;

/// The most connections that are tried for one request.
pub const MAX_TRIES: usize = 3;

/// The proxy: the snapshot of the configuration that is in use.
pub struct Gateway {
    /// Read once by each request, which keeps to what it read.
    pub(super) snapshot: Arc<ArcSwap<Snapshot>>,
}

impl Gateway {
    /// Serves by what is in there when a request comes.
    #[must_use]
    pub fn new(snapshot: Arc<ArcSwap<Snapshot>>) -> Self {
        Self { snapshot }
    }
}
