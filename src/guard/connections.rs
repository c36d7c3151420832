//! The table of the clients' connections.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::control::Control;
use super::state::State;

/// Who is connected and what their connections are at.
///
/// It is locked when a connection opens or closes and when somebody counts, never by
/// a request.
#[derive(Debug)]
pub struct Connections {
    most: usize,
    open: AtomicUsize,
    refused: AtomicU64,
    /// Idle connections close, the others after the request they are at.
    draining: AtomicBool,
    /// No further one will be accepted.
    closed: AtomicBool,
    changed: Notify,
    next: AtomicU64,
    table: Mutex<HashMap<u64, Arc<Control>>>,
}

/// A place in the table, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    connections: Arc<Connections>,
    key: u64,
}

impl Connections {
    /// A table for at most so many connections at once.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            open: AtomicUsize::new(0),
            refused: AtomicU64::new(0),
            draining: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            changed: Notify::new(),
            next: AtomicU64::new(0),
            table: Mutex::default(),
        }
    }

    /// Connections that are open now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    /// The most that may be open at once.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Connections that were refused because there were too many.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// How many connections are in each state.
    #[must_use]
    pub fn by_state(&self) -> Vec<(State, usize)> {
        let table = self.table.lock();
        let count = |state| table.values().filter(|c| c.state() == state).count();
        State::ALL.map(|state| (state, count(state))).into()
    }

    /// The connections that are open now.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Control>> {
        self.table.lock().values().cloned().collect()
    }

    /// Waits until the listeners are closed.
    pub async fn closing(&self) {
        self.until(|| self.closed.load(Ordering::Acquire)).await;
    }

    /// Waits until the listeners are closed and no connection is open.
    pub async fn drained(&self) {
        self.until(|| self.closed.load(Ordering::Acquire) && self.open() == 0)
            .await;
    }

    async fn until(&self, done: impl Fn() -> bool) {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if done() {
                return;
            }
            changed.await;
        }
    }

    /// Takes a place for a new connection; `None` when there is none.
    pub(super) fn enter(self: &Arc<Self>, control: &Arc<Control>) -> Option<Place> {
        if self.open.fetch_add(1, Ordering::AcqRel) >= self.most {
            self.open.fetch_sub(1, Ordering::AcqRel);
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        self.table.lock().insert(key, control.clone());
        Some(Place {
            connections: self.clone(),
            key,
        })
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Lets go of clients that wait, and of the others once they have their answer.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
        for control in self.table.lock().values() {
            control.waker.wake();
        }
    }

    /// The listeners are closed.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.table.lock().remove(&self.key);
        // The last one out tells those who wait for it.
        if self.connections.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.connections.changed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(state: State) -> Arc<Control> {
        let control = Control::new(None, None, None);
        control.set_state(state);
        Arc::new(control)
    }

    #[test]
    fn connections_are_counted_by_what_they_are_at_until_they_close() {
        let connections = Arc::new(Connections::new(3));
        let states = [State::Idle, State::Awaiting, State::Idle];
        let controls = states.map(control);
        let mut places: Vec<_> = controls.iter().map(|c| connections.enter(c)).collect();
        assert!(places.iter().all(Option::is_some));
        let counts = || {
            let all = connections.by_state().into_iter();
            all.filter(|(_, count)| *count > 0).collect::<Vec<_>>()
        };
        assert_eq!(counts(), [(State::Idle, 2), (State::Awaiting, 1)]);
        controls[0].set_state(State::Streaming);
        let moved = [
            (State::Idle, 1),
            (State::Awaiting, 1),
            (State::Streaming, 1),
        ];
        assert_eq!(counts(), moved);
        places.truncate(1);
        assert_eq!(counts(), [(State::Streaming, 1)]);
        assert_eq!(connections.open(), 1);
    }

    #[test]
    fn one_too_many_is_refused_and_takes_no_place() {
        let connections = Arc::new(Connections::new(1));
        let first = connections.enter(&control(State::Idle));
        assert!(connections.enter(&control(State::Idle)).is_none());
        assert_eq!((connections.open(), connections.refused()), (1, 1));
        assert_eq!(connections.all().len(), 1);
        drop(first);
        assert!(connections.enter(&control(State::Idle)).is_some());
    }
}
