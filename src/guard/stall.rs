//! A clock that runs while the peer of a socket takes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use pingora_core::protocols::SocketDigest;
use pingora_core::protocols::l4::ext::TCP_INFO;

use super::clocks::{Clock, Limit, Moment};

/// How often the system is asked what the peer has taken, as a part of the limit.
const LOOKS: u32 = 16;

/// The bounds of that: often enough to be exact, too seldom to cost anything.
const OFTEN: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// Nobody has looked yet.
const UNKNOWN: u64 = u64::MAX;

/// The system takes megabytes for a peer, and says that a socket can be written to only
/// when much of its buffer is free: a peer that takes a little all the time looks like one
/// that takes nothing. So what it has acknowledged is counted: the limit begins anew
/// whenever that grows.
#[derive(Debug, Default)]
pub(super) struct Stall {
    socket: ArcSwapOption<SocketDigest>,
    clock: Clock,
    limit: Limit,
    due: Clock,
    acknowledged: AtomicU64,
}

impl Stall {
    pub(super) fn of(socket: Option<Arc<SocketDigest>>) -> Self {
        let stall = Self::default();
        stall.watch(socket);
        stall
    }

    /// Which socket is asked; without one only time counts.
    pub(super) fn watch(&self, socket: Option<Arc<SocketDigest>>) {
        self.socket.store(socket);
    }

    pub(super) fn arm(&self, limit: Option<Duration>) {
        let Some(limit) = limit else {
            return self.stop();
        };
        self.limit.set(Some(limit));
        self.due.set(Moment::after(limit));
        self.acknowledged.store(UNKNOWN, Ordering::Relaxed);
        self.clock.set(Moment::after(often(limit)));
    }

    pub(super) fn stop(&self) {
        self.clock.stop();
    }

    /// When to look next; `None` while nothing is stuck.
    pub(super) fn at(&self) -> Option<Moment> {
        self.clock.at()
    }

    /// Whether the peer has all that the system took for it.
    pub(super) fn has_taken_all(&self) -> bool {
        let socket = self.socket.load();
        let info = socket.as_ref().and_then(|socket| socket.tcp_info());
        info.is_none_or(|info| nothing_left(&info))
    }

    /// Looks, once the moment is past. True when the peer has taken nothing for as long
    /// as it may; else there is a next moment.
    pub(super) fn is_over(&self) -> bool {
        let (Some(limit), Some(due)) = (self.limit.get(), self.due.at()) else {
            return true;
        };
        let socket = self.socket.load();
        let info = socket.as_ref().and_then(|socket| socket.tcp_info());
        let taken = info.as_ref().map_or(0, |info| info.tcpi_bytes_acked);
        let all = info.is_none_or(|info| nothing_left(&info));
        let before = self.acknowledged.swap(taken, Ordering::Relaxed);
        let due = match before {
            UNKNOWN => due,
            same if same == taken => due,
            _ => Moment::after(limit),
        };
        self.due.set(due);
        let next = match all {
            true => due,
            false => due.min(Moment::after(often(limit))),
        };
        self.clock.set(next);
        due <= Moment::now()
    }
}

fn nothing_left(info: &TCP_INFO) -> bool {
    info.tcpi_unacked == 0 && info.tcpi_notsent_bytes == 0
}

fn often(limit: Duration) -> Duration {
    let (least, most) = OFTEN;
    (limit / LOOKS).clamp(least, most)
}
