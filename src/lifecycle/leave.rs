//! Letting go of all clients without cutting one off.

use std::sync::Arc;
use std::time::Duration;

use log::{info, warn};

use super::live::Live;
use super::signals::Signal;
use crate::config::Drain;
use crate::guard::{Connections, State};

/// How often idle connections are looked at once they may go.
const LOOK: Duration = Duration::from_millis(50);

/// How long those whose requests are cut may take to read so.
const FAREWELL: Duration = Duration::from_millis(200);

/// Who gets the clients' next connections while this process leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// This process, until everybody knows that it leaves.
    Own,
    /// Nobody has to be waited for.
    Nobody,
    /// The process that has taken over.
    Successor,
}

impl Next {
    /// What a signal to stop leaves time for.
    pub(super) fn of(signal: Signal) -> Self {
        match signal {
            Signal::Interrupt => Self::Nobody,
            _ => Self::Own,
        }
    }
}

/// Announces the end to all clients, lets them go, and finishes what is in flight.
/// `closed` is called when the listeners have to be closed.
pub(super) async fn leave(live: Arc<Live>, drain: Drain, next: Next, closed: impl FnOnce()) {
    let connections = &live.connections;
    connections.announce();
    match next {
        Next::Own => {
            info!(
                "draining: {}; accepting for {:?} more",
                counts(connections),
                drain.delay
            );
            tokio::time::sleep(drain.delay).await;
            connections.stop_accepting();
            closed();
        }
        Next::Nobody => {
            connections.stop_accepting();
            closed();
        }
        Next::Successor => {
            connections.leave_accepting_to_successor();
            closed();
            info!(
                "draining: {}; idle ones close after {:?}",
                counts(connections),
                drain.delay
            );
            let _ = tokio::time::timeout(drain.delay, connections.drained()).await;
        }
    }
    info!(
        "finishing: {}, at most {:?}",
        counts(connections),
        drain.timeout
    );
    let all = async {
        loop {
            connections.close_idle();
            if tokio::time::timeout(LOOK, connections.drained())
                .await
                .is_ok()
            {
                return;
            }
        }
    };
    match tokio::time::timeout(drain.timeout, all).await {
        Ok(()) => info!("stopped: no request was cut"),
        Err(_) => {
            warn!(
                "stopped: cut after {:?}: {}",
                drain.timeout,
                counts(connections)
            );
            live.observer().end();
            connections.cut();
            let _ = tokio::time::timeout(FAREWELL, connections.drained()).await;
        }
    }
}

/// How many connections are at what, for the log.
fn counts(connections: &Connections) -> String {
    let counts = connections.by_state();
    let idle = |state: &State| *state == State::Idle;
    let of = |idle_ones: bool| -> usize {
        let of = counts.iter().filter(|(state, _)| idle(state) == idle_ones);
        of.map(|(_, count)| count).sum()
    };
    format!("{} connections busy, {} idle", of(false), of(true))
}
