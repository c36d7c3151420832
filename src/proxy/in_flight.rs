//! How many requests are in progress, and the most that may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count with a limit; `None` is no limit.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    count: Arc<AtomicUsize>,
    most: Option<usize>,
}

impl Gauge {
    pub(super) fn new(most: Option<usize>) -> Self {
        Self {
            count: Arc::default(),
            most,
        }
    }

    /// The same count with another limit.
    pub(super) fn limited(&self, most: Option<usize>) -> Self {
        let count = self.count.clone();
        Self { count, most }
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn enter(&self) -> Option<Place> {
        let before = self.count.fetch_add(1, Ordering::Relaxed);
        let place = Place(self.count.clone());
        self.most.is_none_or(|most| before < most).then_some(place)
    }
}

#[derive(Debug)]
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The places of one request: among all, and among those of its service.
#[derive(Debug)]
pub(super) struct InFlight {
    _gateway: Place,
    _service: Place,
}

impl InFlight {
    /// `None` when either is full.
    pub(super) fn enter(gateway: &Gauge, service: &Gauge) -> Option<Self> {
        Some(Self {
            _gateway: gateway.enter()?,
            _service: service.enter()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_in_progress_count_against_a_new_limit() {
        let (gateway, service) = (Gauge::new(None), Gauge::new(Some(2)));
        let _first = InFlight::enter(&gateway, &service);
        let service = service.limited(Some(1));
        assert!(InFlight::enter(&gateway, &service).is_none());
    }

    #[test]
    fn a_place_is_given_back_when_it_is_dropped_and_when_none_was_left() {
        let (gateway, service) = (Gauge::new(None), Gauge::new(Some(1)));
        let first = InFlight::enter(&gateway, &service);
        assert!(first.is_some());
        assert!(InFlight::enter(&gateway, &service).is_none());
        assert_eq!(gateway.count.load(Ordering::Relaxed), 1);
        drop(first);
        assert!(InFlight::enter(&gateway, &service).is_some());
    }
}
