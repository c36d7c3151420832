//! How many clients are connected, and when the last one has gone.

use tokio::sync::watch;

/// Counts open connections. It is touched when one opens or closes, never by a
/// request.
#[derive(Debug)]
pub struct Connections(watch::Sender<State>);

#[derive(Debug, Default, Clone, Copy)]
struct State {
    open: usize,
    /// No further one will be accepted.
    closing: bool,
}

impl Default for Connections {
    fn default() -> Self {
        Self(watch::Sender::new(State::default()))
    }
}

/// A place in the count, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a>(&'a Connections);

impl Connections {
    /// Connections that are open now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.0.borrow().open
    }

    /// Waits until the listeners are closed.
    pub async fn closing(&self) {
        let mut states = self.0.subscribe();
        // The sender lives in self, so the wait can't fail.
        let _ = states.wait_for(|s| s.closing).await;
    }

    /// Waits until the listeners are closed and no connection is open.
    pub async fn drained(&self) {
        let mut states = self.0.subscribe();
        let _ = states.wait_for(|s| s.closing && s.open == 0).await;
    }

    pub(super) fn enter(&self) -> Place<'_> {
        self.0.send_modify(|state| state.open += 1);
        Place(self)
    }

    pub(super) fn close(&self) {
        self.0.send_modify(|state| state.closing = true);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.0.send_modify(|state| state.open -= 1);
    }
}
