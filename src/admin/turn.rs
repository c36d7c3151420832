//! What a connection waits for its client to do, since when, and how long it may.

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Limits;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// The first byte of another request.
    Idle,
    /// The rest of a head.
    Head,
    /// Taking the answer.
    Answer,
    /// Taking the next part of an answer that has no end.
    Event,
}

pub(super) struct Turn {
    limits: Limits,
    wait: Mutex<(Wait, Instant)>,
    lost: Notify,
}

impl Turn {
    /// Who connects has something to ask: there is no idling before the first request.
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            wait: Mutex::new((Wait::Head, Instant::now())),
            lost: Notify::new(),
        }
    }

    pub(super) fn on_bytes_read(&self) {
        self.change(Wait::Idle, Wait::Head);
    }

    pub(super) fn on_request(&self) {
        *self.wait.lock() = (Wait::Answer, Instant::now());
    }

    /// The answer to the request has no end: each part of it has the time of an answer.
    pub(super) fn on_events(&self) {
        self.change(Wait::Answer, Wait::Event);
    }

    pub(super) fn on_everything_written(&self) {
        self.change(Wait::Answer, Wait::Idle);
        self.change(Wait::Event, Wait::Event);
    }

    fn change(&self, from: Wait, to: Wait) {
        let mut wait = self.wait.lock();
        if wait.0 == from {
            *wait = (to, Instant::now());
        }
    }

    pub(super) fn since(&self) -> Instant {
        self.wait.lock().1
    }

    pub(super) fn deadline(&self) -> Instant {
        let (wait, since) = *self.wait.lock();
        since
            + match wait {
                Wait::Idle => self.limits.idle,
                Wait::Head => self.limits.head,
                Wait::Answer | Wait::Event => self.limits.answer,
            }
    }

    /// Ends the connection.
    pub(super) fn lose(&self) {
        self.lost.notify_one();
    }

    /// Returns when the connection has to end.
    pub(super) async fn lost(&self) {
        self.lost.notified().await;
    }
}
