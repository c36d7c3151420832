//! When the parts of a request came.

use std::time::{Duration, Instant};

/// When the parts of a request came.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) began: Instant,
    /// When the latest connection was asked for.
    pub(super) connecting: Option<Instant>,
    pub(super) connect: Option<Duration>,
    pub(super) first_byte: Option<Duration>,
}

impl Times {
    /// Of a request whose head was there at that time, or is now.
    pub(super) fn begin(arrived: Option<Instant>) -> Self {
        Self {
            began: arrived.unwrap_or_else(Instant::now),
            connecting: None,
            connect: None,
            first_byte: None,
        }
    }

    /// A connection is there; what a new one took is kept.
    pub(super) fn connected(&mut self, reused: bool) {
        let since = self.connecting.take().filter(|_| !reused);
        self.connect = since.map(|since| since.elapsed());
    }

    pub(super) fn answered(&mut self) {
        self.first_byte = Some(self.began.elapsed());
    }
}
