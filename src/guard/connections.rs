//! How many clients are connected, and when the last one has gone.

use tokio::sync::watch;

/// Counts open connections. It is touched when one opens or closes, never by a
/// request.
#[derive(Debug)]
pub struct Connections {
    open: watch::Sender<usize>,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            open: watch::Sender::new(0),
        }
    }
}

/// A place in the count, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a>(&'a Connections);

impl Connections {
    /// Connections that are open now.
    #[must_use]
    pub fn open(&self) -> usize {
        *self.open.borrow()
    }

    /// Waits until none is open.
    pub async fn all_closed(&self) {
        // The sender lives in self, so the wait can't fail.
        let _ = self.open.subscribe().wait_for(|open| *open == 0).await;
    }

    pub(super) fn enter(&self) -> Place<'_> {
        self.open.send_modify(|open| *open += 1);
        Place(self)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}
