//! What a page that looks again and again computes rates of.

use std::sync::Arc;

use super::cells::{Cells, RouteCell};
use super::histogram::BOUNDS;

/// The counts of one route since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteCounts {
    /// Requests that have ended.
    pub requests: u64,
    /// Those that failed by the gateway's doing or a service's.
    pub errors: u64,
    /// How many took at most as long as each of [`bounds`], and last how many there were.
    pub took: [u64; BOUNDS.len() + 1],
}

/// The upper bounds of durations, in milliseconds.
pub fn bounds() -> impl Iterator<Item = f64> {
    BOUNDS.iter().map(|(nanos, _)| *nanos as f64 / 1e6)
}

impl Cells {
    /// The counts of a route, whichever configuration its requests began with.
    #[must_use]
    pub fn route(&self, route: usize) -> Option<RouteCounts> {
        self.routes.get(route).map(counts)
    }

    /// The counts of what no route took.
    #[must_use]
    pub fn unrouted(&self) -> RouteCounts {
        counts(&self.metrics.unrouted)
    }
}

fn counts(cell: &Arc<RouteCell>) -> RouteCounts {
    let (requests, errors) = cell.outcomes.sums();
    let (took, _) = cell.duration.read();
    RouteCounts {
        requests,
        errors,
        took,
    }
}
