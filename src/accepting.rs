//! What whoever accepts connections needs when there are too many or none to be had.

use std::io;
use std::time::{Duration, Instant};

use log::{debug, warn};

/// How long accepting rests when the system has no room for a connection.
const BACK_OFF: Duration = Duration::from_millis(100);

/// How often what happens to many connections is told.
const REPEAT: Duration = Duration::from_secs(60);

/// Lets something be told now and then.
pub(crate) struct Seldom {
    latest: Option<Instant>,
    every: Duration,
}

impl Seldom {
    /// Once in so long.
    pub(crate) fn every(every: Duration) -> Self {
        let latest = None;
        Self { latest, every }
    }

    pub(crate) fn may_tell(&mut self) -> bool {
        let may = self.latest.is_none_or(|at| at.elapsed() >= self.every);
        if may {
            self.latest = Some(Instant::now());
        }
        may
    }
}

impl Default for Seldom {
    fn default() -> Self {
        Self::every(REPEAT)
    }
}

/// Connections that could not be accepted.
#[derive(Default)]
pub(crate) struct Failures(Seldom);

impl Failures {
    /// Returns when it is worth accepting again.
    pub(crate) async fn after(&mut self, error: &io::Error) {
        if is_the_connections(error) {
            debug!("a connection was lost: {error}");
            return;
        }
        if self.0.may_tell() {
            warn!("can't accept connections: {error}");
        }
        tokio::time::sleep(BACK_OFF).await;
    }
}

/// Errors of the connection that was accepted, not of accepting (accept(2)).
fn is_the_connections(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
