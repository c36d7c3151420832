//! The table of the clients' connections.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use super::control::Control;
use super::leaving::{Accepting, Leaving};
use super::state::State;

/// Who is connected and what their connections are at, and whether they may stay.
///
/// It is locked when a connection opens or closes and when somebody counts, never by
/// a request.
#[derive(Debug)]
pub struct Connections {
    most: AtomicUsize,
    open: AtomicUsize,
    refused: AtomicU64,
    pub(super) leaving: Leaving,
    /// All listeners are closed.
    closed: AtomicBool,
    /// Nobody waits for those that are open, and then: their tasks are gone.
    abandoned: watch::Sender<bool>,
    gone: watch::Sender<bool>,
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
            most: AtomicUsize::new(most),
            open: AtomicUsize::new(0),
            refused: AtomicU64::new(0),
            leaving: Leaving::default(),
            closed: AtomicBool::new(false),
            abandoned: watch::Sender::new(false),
            gone: watch::Sender::new(false),
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
        self.most.load(Ordering::Relaxed)
    }

    /// Changes how many may be open at once. Those that are stay.
    pub fn limit(&self, most: usize) {
        self.most.store(most, Ordering::Relaxed);
    }

    /// Connections that were refused because there were too many.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// How many connections are in each state.
    #[must_use]
    pub fn by_state(&self) -> Vec<(State, usize)> {
        let mut counts = State::ALL.map(|state| (state, 0));
        for control in self.table.lock().values() {
            counts[control.state() as usize].1 += 1;
        }
        counts.into()
    }

    /// Whether clients have been told to go.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.leaving.is_announced()
    }

    /// When clients were told to go.
    #[must_use]
    pub fn leaving_since(&self) -> Option<Instant> {
        self.leaving.since()
    }

    /// Whether connections are still taken.
    #[must_use]
    pub fn accepts(&self) -> bool {
        self.leaving.accepts()
    }

    /// Lets each client know, with its next response or by GOAWAY, that it needs
    /// another connection. New ones are still taken.
    pub fn announce(&self) {
        self.leaving.announce();
        for control in self.table.lock().values() {
            control.close();
        }
    }

    /// Takes no further connection, once those are in that have been made.
    pub fn stop_accepting(&self) {
        self.leaving.close(Accepting::UntilQuiet);
    }

    /// Takes no further connection: another process does.
    pub fn leave_accepting_to_successor(&self) {
        self.leaving.close(Accepting::No);
    }

    /// Closes connections without a request, but for those that have become so just
    /// now: to be repeated until [`Self::drained`].
    pub fn close_idle(&self) {
        self.leaving.let_idle_go();
        let idle = |control: &&Arc<Control>| matches!(control.state(), State::Idle | State::Http2);
        let idle: Vec<_> = self.table.lock().values().filter(idle).cloned().collect();
        for control in idle {
            control.waker.wake();
        }
    }

    /// Waits until the listeners are closed and no connection is open.
    pub async fn drained(&self) {
        self.until(|| self.closed.load(Ordering::Acquire) && self.open() == 0)
            .await;
    }

    /// Ends the requests in progress, as a deadline does: who has no answer yet gets one.
    /// The streams of HTTP/2 have nobody to hear it; they end by [`Self::abandon`].
    pub fn cut(&self) {
        let other = |control: &&Arc<Control>| control.state() != State::Http2;
        let all: Vec<_> = self.table.lock().values().filter(other).cloned().collect();
        for control in all {
            control.cut();
        }
    }

    /// Drops what is in progress, whatever it is at, and returns when that is done.
    pub async fn abandon(&self) {
        self.abandoned.send_replace(true);
        wait(&self.gone).await;
    }

    /// Waits until nobody waits for what is in progress.
    pub(super) async fn is_abandoned(&self) {
        wait(&self.abandoned).await;
    }

    /// Nothing is in progress any more, nor will be.
    pub(super) fn end(&self) {
        self.gone.send_replace(true);
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
        if self.open.fetch_add(1, Ordering::AcqRel) >= self.most() {
            self.open.fetch_sub(1, Ordering::AcqRel);
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        self.table.lock().insert(key, control.clone());
        // After it is in the table, where an announcement finds it from now on.
        if self.leaving.is_announced() {
            control.close();
        }
        Some(Place {
            connections: self.clone(),
            key,
        })
    }

    /// The listeners are closed.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }
}

async fn wait(until: &watch::Sender<bool>) {
    // The sender outlives the wait, which so can't fail.
    let _ = until.subscribe().wait_for(|done| *done).await;
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
    use crate::guard::intake::Intake;

    fn control(state: State) -> Arc<Control> {
        let control = Control::new(None, Arc::new(Intake::new(1)));
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
    fn everybody_learns_that_the_gateway_goes_whoever_came_first() {
        let connections = Arc::new(Connections::new(2));
        let (early, late) = (control(State::Idle), control(State::Idle));
        let _early = connections.enter(&early);
        assert!(!early.is_closing());
        connections.announce();
        let _late = connections.enter(&late);
        assert!(early.is_closing() && late.is_closing());
    }

    #[test]
    fn one_too_many_is_refused_and_takes_no_place() {
        let connections = Arc::new(Connections::new(1));
        let first = connections.enter(&control(State::Idle));
        assert!(connections.enter(&control(State::Idle)).is_none());
        assert_eq!((connections.open(), connections.refused()), (1, 1));
        drop(first);
        assert!(connections.enter(&control(State::Idle)).is_some());
    }
}
