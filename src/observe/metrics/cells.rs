//! What is counted by route and by service.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Metrics;
use super::histogram::{Histogram, Took};
use super::outcomes::Outcomes;
use crate::observe::Exchange;

/// The cells of one configuration, by its routes and services. Counting takes no lock, no
/// look-up by name and no memory.
#[derive(Debug)]
pub struct Cells {
    pub(super) metrics: Arc<Metrics>,
    pub(super) routes: Resolved<RouteCell>,
    pub(super) services: Resolved<ServiceCell>,
}

/// By index in the configuration.
pub(super) type Resolved<T> = Box<[Arc<T>]>;

#[derive(Debug, Default)]
pub(super) struct RouteCell {
    pub(super) outcomes: Outcomes,
    pub(super) duration: Histogram,
    pub(super) first_byte: Histogram,
    pub(super) received: AtomicU64,
    pub(super) sent: AtomicU64,
}

#[derive(Debug, Default)]
pub(super) struct ServiceCell {
    pub(super) connect: Histogram,
    pub(super) new: AtomicU64,
    pub(super) reused: AtomicU64,
    pub(super) retries: AtomicU64,
}

impl Cells {
    /// Counts a request that has ended: each one once, by the cells of the configuration
    /// that it began with.
    pub fn observe(&self, exchange: &Exchange<'_>) {
        let metrics = &*self.metrics;
        let took = Took::from(exchange.duration);
        let (method, status) = (exchange.method, exchange.status);
        metrics.by_method.observe(method, status, took);
        if let Some(key) = exchange.ended_by {
            metrics.kinds.ended_by(key);
        }
        let route = exchange.route.and_then(|(index, _)| self.routes.get(index));
        let route = route.unwrap_or(&metrics.unrouted);
        route.observe(exchange, took);
        let service = exchange.service;
        if let Some(cell) = service.and_then(|(index, _)| self.services.get(index)) {
            cell.observe(exchange);
        }
    }
}

impl Cells {
    /// How many requests to a service had a new connection and how many one from the pool,
    /// whichever configuration they began with.
    #[must_use]
    pub fn connections(&self, service: usize) -> (u64, u64) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let cell = self.services.get(service);
        cell.map_or((0, 0), |cell| (load(&cell.new), load(&cell.reused)))
    }
}

impl RouteCell {
    fn observe(&self, exchange: &Exchange<'_>, took: Took) {
        self.outcomes.count(exchange);
        self.duration.observe(took);
        if let Some(took) = exchange.first_byte {
            self.first_byte.observe(took.into());
        }
        add(&self.received, exchange.received);
        add(&self.sent, exchange.sent);
    }
}

impl ServiceCell {
    fn observe(&self, exchange: &Exchange<'_>) {
        match exchange.reused {
            Some(true) => add(&self.reused, 1),
            Some(false) => add(&self.new, 1),
            None => {}
        }
        if let Some(took) = exchange.connect {
            self.connect.observe(took.into());
        }
        add(&self.retries, exchange.retries.into());
    }
}

fn add(cell: &AtomicU64, more: u64) {
    if more > 0 {
        cell.fetch_add(more, Ordering::Relaxed);
    }
}
