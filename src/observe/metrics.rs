//! Numbers for Prometheus.
//!
//! Label values come from the configuration and from this program, never from a client: a
//! method that isn't known is `_OTHER`. A request costs some additions to atomics, in
//! cells that were found when its configuration was loaded. docs/observability.md has
//! all names.
//!
//! Cells and page are our own. Pingora 0.9.1 brings no `prometheus` crate, whose histograms
//! take four atomic additions, one of them a loop, where ours take two; whose families
//! find a cell by hashing its labels under a lock; and which drops cells only when told
//! their labels. What it would save is the page, which is a hundred lines.

mod by_method;
mod cells;
mod counts;
mod gauges;
mod histogram;
mod kinds;
mod outcomes;
mod page;
mod process;
mod registry;
mod render;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use self::by_method::ByMethod;
use self::cells::RouteCell;
use self::kinds::Kinds;
use self::process::Process;
use self::registry::Registry;
use crate::config::Config;
use crate::failure::Failure;

pub use self::cells::Cells;
pub use self::counts::{RouteCounts, bounds};
pub use self::gauges::{Gauges, ServiceGauges};
pub use self::page::CONTENT_TYPE;

/// What isn't told apart. No configured name is meant by it.
const OTHER: &str = "_OTHER";

/// All counts of the process, from its start.
#[derive(Debug)]
pub struct Metrics {
    by_method: ByMethod,
    kinds: Kinds,
    /// Requests that no route took.
    unrouted: Arc<RouteCell>,
    /// Locked at load and at scrape, never by a request.
    registry: Mutex<Registry>,
    panics: AtomicU64,
    process: Process,
}

impl Metrics {
    /// All counts at 0.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let unrouted = Arc::<RouteCell>::default();
        let mut registry = Registry::default();
        registry.routes.insert(Default::default(), unrouted.clone());
        Arc::new(Self {
            by_method: ByMethod::default(),
            kinds: Kinds::default(),
            unrouted,
            registry: Mutex::new(registry),
            panics: AtomicU64::new(0),
            process: Process::new(),
        })
    }

    /// The cells of a configuration that is about to be used; for its snapshot to keep.
    ///
    /// A route is known by its name and that of its service, a service by its name: what
    /// another configuration has too goes on counting where it is.
    #[must_use]
    pub fn cells(self: &Arc<Self>, config: &Config) -> Cells {
        let (routes, services) = self.registry.lock().resolve(config);
        Cells {
            metrics: self.clone(),
            routes,
            services,
        }
    }

    /// Counts a request whose head was refused before it was parsed. There is no
    /// [`Exchange`](super::Exchange) of it to be counted too.
    pub fn refused(&self, failure: Failure) {
        self.kinds.refused(failure);
    }

    /// Counts a panic.
    pub fn panicked(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    /// The page for Prometheus, of type [`CONTENT_TYPE`].
    #[must_use]
    pub fn render(&self, gauges: &Gauges<'_>) -> String {
        render::page(self, gauges)
    }
}
