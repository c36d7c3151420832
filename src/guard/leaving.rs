//! How far the guard is in letting its clients go.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// How long a connection that has just become idle is kept after all: its client may
/// have sent a request already.
pub(super) const QUIET: Duration = Duration::from_millis(150);

/// Whether connections are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepting {
    Yes,
    /// Until nobody comes any more: who has connected would be reset when the listener
    /// closes.
    UntilQuiet,
    /// Another process has the listener, too.
    No,
}

/// What has been decided. Nothing of it is ever taken back.
#[derive(Debug)]
pub(super) struct Leaving {
    /// Each client learns with its next response, or by GOAWAY, that it needs another
    /// connection. In the form that Pingora wants it.
    announced: watch::Sender<bool>,
    since: OnceLock<Instant>,
    accepting: watch::Sender<Accepting>,
    /// Connections without a request go.
    idle_go: AtomicBool,
}

impl Default for Leaving {
    fn default() -> Self {
        Self {
            announced: watch::Sender::new(false),
            since: OnceLock::new(),
            accepting: watch::Sender::new(Accepting::Yes),
            idle_go: AtomicBool::new(false),
        }
    }
}

impl Leaving {
    pub(super) fn announce(&self) {
        self.since.get_or_init(Instant::now);
        self.announced.send_replace(true);
    }

    pub(super) fn since(&self) -> Option<Instant> {
        self.since.get().copied()
    }

    pub(super) fn accepts(&self) -> bool {
        *self.accepting.borrow() == Accepting::Yes
    }

    pub(super) fn is_announced(&self) -> bool {
        *self.announced.borrow()
    }

    pub(super) fn announcement(&self) -> watch::Receiver<bool> {
        self.announced.subscribe()
    }

    pub(super) fn close(&self, how: Accepting) {
        self.accepting.send_replace(how);
    }

    /// Waits for the end of accepting.
    pub(super) async fn closed(&self) -> Accepting {
        let mut accepting = self.accepting.subscribe();
        let ended = accepting.wait_for(|how| *how != Accepting::Yes).await;
        // The sender lives in self, so the wait can't fail.
        ended.map_or(Accepting::No, |how| *how)
    }

    pub(super) fn let_idle_go(&self) {
        self.idle_go.store(true, Ordering::Release);
    }

    pub(super) fn idle_may_go(&self) -> bool {
        self.idle_go.load(Ordering::Acquire)
    }
}
