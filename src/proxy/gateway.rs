//! What serves requests.

use std::sync::Arc;

use arc_swap::ArcSwap;
use pingora_core::connectors::TransportConnector;

use super::snapshot::Snapshot;
use crate::upstream::Pool;

/// The most connections that are tried for one request.
pub const MAX_TRIES: usize = 3;

/// The proxy: the snapshot of the configuration that is in use, and connections to services.
pub struct Gateway {
    /// Read once by each request, which keeps to what it read.
    pub(super) snapshot: Arc<ArcSwap<Snapshot>>,
    /// For the requests that take the straight way; Pingora has its own for the others.
    pub(super) pool: Pool,
    pub(super) connector: TransportConnector,
    pub(super) goes_straight: bool,
}

impl Gateway {
    /// Serves by what is in there when a request comes, with so many workers.
    #[must_use]
    pub fn new(snapshot: Arc<ArcSwap<Snapshot>>, workers: usize) -> Self {
        Self {
            snapshot,
            pool: Pool::new(workers),
            connector: TransportConnector::new(None),
            goes_straight: true,
        }
    }

    /// Leaves every request to Pingora, to tell what the straight way saves.
    #[must_use]
    pub fn by_pingora_alone(mut self) -> Self {
        self.goes_straight = false;
        self
    }
}
