//! Where the gateway tells of requests.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use super::access_log::AccessLog;
use super::exchange::Exchange;
use super::metrics::{Cells, Metrics};
use super::origin::Origin;
use super::recent::{Failed, Recent};
use crate::failure::Failure;

/// Writes the page of metrics, with what only others know at that moment.
type Page = dyn Fn(&Metrics) -> String + Send + Sync;

/// All that is kept of requests, for the life of the process.
pub struct Observer {
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Lines.
    pub access_log: AccessLog,
    recent: Recent,
    page: OnceLock<Box<Page>>,
    ending: AtomicBool,
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observer").finish_non_exhaustive()
    }
}

impl Observer {
    /// With nothing counted so far.
    #[must_use]
    pub fn new(access_log: AccessLog) -> Self {
        Self {
            metrics: Metrics::new(),
            access_log,
            recent: Recent::default(),
            page: OnceLock::new(),
            ending: AtomicBool::new(false),
        }
    }

    /// Who writes the page of metrics; the first one stays.
    pub fn write_page_with(&self, page: impl Fn(&Metrics) -> String + Send + Sync + 'static) {
        // A second one would be the same.
        let _ = self.page.set(Box::new(page));
    }

    /// The page of metrics; empty before anybody writes it.
    #[must_use]
    pub fn page(&self) -> String {
        let page = self.page.get();
        page.map(|page| page(&self.metrics)).unwrap_or_default()
    }

    /// The process ends: a request that doesn't come to its own end ends by that.
    pub fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Whether the process ends, and with it what is in progress.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// Counts the panics of the process from now on; each is told as it always was. A panic
    /// in a request's task ends that task, and nothing else.
    pub fn count_panics(&self) {
        let metrics = self.metrics.clone();
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            metrics.panicked();
            tell(panic);
        }));
    }

    /// Tells of a request that has ended.
    pub fn ended(&self, cells: &Cells, exchange: &Exchange<'_>) {
        cells.observe(exchange);
        self.access_log.log(exchange);
        self.recent.note(exchange);
    }

    /// The latest requests that failed, the latest first.
    #[must_use]
    pub fn failures(&self) -> Vec<Failed> {
        self.recent.all()
    }

    /// Tells of one that was refused before it was a request, or of a connection too many,
    /// without an id. Those are counted by who refuses them.
    pub fn refused(&self, failure: Failure, client: IpAddr, request_id: &str) {
        self.metrics.refused(failure);
        self.access_log.log(&Exchange {
            client: Some(client),
            request_id: Some(request_id.as_bytes()),
            status: failure.status(),
            failure: Some(failure),
            ended_by: (failure == Failure::Overloaded).then_some("limits.connections"),
            origin: Some(Origin::Gateway),
            ..Exchange::at(SystemTime::now())
        });
    }
}
