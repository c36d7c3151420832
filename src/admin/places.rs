//! The places of a listener's connections.
//!
//! A connection that finds none left gets the place of the one that has waited longest
//! for its client. Else a few silent clients could keep the probes of the kubelet out,
//! and the kubelet would end the gateway.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use super::turn::Turn;

pub(super) struct Places {
    limits: Limits,
    free: Arc<Semaphore>,
    turns: Mutex<Vec<Arc<Turn>>>,
}

impl Places {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            free: Arc::new(Semaphore::new(limits.connections)),
            turns: Mutex::default(),
        }
    }

    pub(super) fn are_taken(&self) -> bool {
        self.free.available_permits() == 0
    }

    /// Waits until a place is free, and sees to it when none is.
    pub(super) async fn enter(self: &Arc<Self>) -> Option<Place> {
        if self.are_taken()
            && let Some(slowest) = self.turns.lock().iter().min_by_key(|turn| turn.since())
        {
            slowest.lose();
        }
        let permit = self.free.clone().acquire_owned().await.ok()?;
        let turn = Arc::new(Turn::new(self.limits));
        self.turns.lock().push(turn.clone());
        Some(Place {
            places: self.clone(),
            turn,
            _permit: permit,
        })
    }
}

/// One place, free again when this is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    turn: Arc<Turn>,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    pub(super) fn turn(&self) -> Arc<Turn> {
        self.turn.clone()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut turns = self.places.turns.lock();
        turns.retain(|turn| !Arc::ptr_eq(turn, &self.turn));
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    #[tokio::test]
    async fn who_finds_no_place_waits_until_one_is_left() {
        let limits = Limits {
            connections: 2,
            ..Limits::default()
        };
        let places = Arc::new(Places::new(limits));
        let first = places.enter().await.unwrap();
        let second = places.enter().await.unwrap();
        let mut third = pin!(places.enter());
        let waits = poll_fn(|cx| Poll::Ready(third.as_mut().poll(cx).is_pending()));
        assert!(waits.await);
        first.turn().lost().await;
        drop(second);
        assert!(third.await.is_some());
        assert_eq!(places.turns.lock().len(), 1);
        drop(first);
        assert!(!places.are_taken());
    }
}
