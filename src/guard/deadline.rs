//! One deadline, set and cleared by the request's phases and watched by the
//! stream they read from.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Deadlines are kept as nanoseconds since this, so that an atomic holds one.
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

/// What an unarmed deadline holds.
const OFF: u64 = 0;

/// The deadline of the request in progress on a connection.
///
/// The phases and the stream run in the same task, one after the other, so the
/// atomics only make it shareable; no ordering between threads hangs on them.
#[derive(Debug, Default)]
pub struct Deadline {
    nanos: AtomicU64,
    fired: AtomicBool,
}

impl Deadline {
    /// Starts the clock anew: it fires in `limit`, unless it is cleared before.
    pub fn arm(&self, limit: Duration) {
        let at = EPOCH.elapsed().saturating_add(limit).as_nanos();
        let at = u64::try_from(at).unwrap_or(u64::MAX);
        self.nanos.store(at.max(OFF + 1), Ordering::Relaxed);
    }

    /// Stops the clock.
    pub fn clear(&self) {
        self.nanos.store(OFF, Ordering::Relaxed);
    }

    /// Whether the clock ran out in the request in progress.
    #[must_use]
    pub fn has_fired(&self) -> bool {
        self.fired.load(Ordering::Relaxed)
    }

    /// Forgets the request before.
    pub fn reset(&self) {
        self.clear();
        self.fired.store(false, Ordering::Relaxed);
    }

    /// When the clock runs out; `None` while it stands still.
    pub(super) fn at(&self) -> Option<Instant> {
        let nanos = self.nanos.load(Ordering::Relaxed);
        (nanos != OFF).then(|| *EPOCH + Duration::from_nanos(nanos))
    }

    /// The clock ran out: it stands still from here, and the request knows why.
    pub(super) fn fire(&self) {
        self.clear();
        self.fired.store(true, Ordering::Relaxed);
    }
}
