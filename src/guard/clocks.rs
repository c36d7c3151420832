//! The deadlines of a request, set by its phases and by the stream that it comes on.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// A moment is kept as nanoseconds since this, so that an atomic holds one.
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

/// What a clock that stands still holds.
const OFF: u64 = 0;

/// A moment on the guard's own scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

impl Moment {
    pub(super) fn now() -> Self {
        Self::from_nanos(EPOCH.elapsed().as_nanos())
    }

    pub(super) fn after(limit: Duration) -> Self {
        Self::from_nanos(EPOCH.elapsed().saturating_add(limit).as_nanos())
    }

    pub(super) fn plus(self, limit: Duration) -> Self {
        Self::from_nanos(u128::from(self.0) + limit.as_nanos())
    }

    /// Time from then to now.
    pub(super) fn elapsed(self) -> Duration {
        Duration::from_nanos(Self::now().0.saturating_sub(self.0))
    }

    pub(super) fn instant(self) -> Instant {
        *EPOCH + Duration::from_nanos(self.0)
    }

    fn from_nanos(nanos: u128) -> Self {
        // 584 years are enough; 0 is taken.
        Self(u64::try_from(nanos).unwrap_or(u64::MAX).max(OFF + 1))
    }
}

/// A clock that runs out at some moment, or stands still.
///
/// Phases and stream run in one task, one after the other: the atomic only makes it
/// shareable, no ordering between threads hangs on it.
#[derive(Debug, Default)]
pub(super) struct Clock(AtomicU64);

impl Clock {
    pub(super) fn set(&self, at: Moment) {
        self.0.store(at.0, Ordering::Relaxed);
    }

    /// Starts the clock anew; `None` stops it.
    pub(super) fn arm(&self, limit: Option<Duration>) {
        match limit {
            Some(limit) => self.set(Moment::after(limit)),
            None => self.stop(),
        }
    }

    pub(super) fn stop(&self) {
        self.0.store(OFF, Ordering::Relaxed);
    }

    /// When it runs out; `None` while it stands still.
    pub(super) fn at(&self) -> Option<Moment> {
        let nanos = self.0.load(Ordering::Relaxed);
        (nanos != OFF).then_some(Moment(nanos))
    }
}

/// A duration that may be changed while others read it; `None` is off.
#[derive(Debug, Default)]
pub(super) struct Limit(AtomicU64);

impl Limit {
    pub(super) fn set(&self, limit: Option<Duration>) {
        let nanos = limit.map_or(OFF, |limit| {
            u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX).max(1)
        });
        self.0.store(nanos, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Option<Duration> {
        let nanos = self.0.load(Ordering::Relaxed);
        (nanos != OFF).then(|| Duration::from_nanos(nanos))
    }
}
