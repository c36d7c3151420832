//! Durations in buckets.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of the buckets in nanoseconds, and in seconds as they are written.
/// From 5 ms on they are those of Go's client library, which the dashboards know.
pub(super) const BOUNDS: [(u64, &str); 14] = [
    (500_000, "0.0005"),
    (1_000_000, "0.001"),
    (2_500_000, "0.0025"),
    (5_000_000, "0.005"),
    (10_000_000, "0.01"),
    (25_000_000, "0.025"),
    (50_000_000, "0.05"),
    (100_000_000, "0.1"),
    (250_000_000, "0.25"),
    (500_000_000, "0.5"),
    (1_000_000_000, "1"),
    (2_500_000_000, "2.5"),
    (5_000_000_000, "5"),
    (10_000_000_000, "10"),
];

/// How often which duration was seen.
///
/// The count is the sum of the buckets, so it needs no cell and can't disagree with them.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// Each on its own, not cumulative; the last one holds what is above all bounds.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    /// In microseconds: nanoseconds of ten thousand requests at once would run over
    /// within a month.
    sum: AtomicU64,
}

/// A duration and its bucket, found once for all histograms that it goes into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Took {
    bucket: usize,
    micros: u64,
}

impl From<Duration> for Took {
    fn from(took: Duration) -> Self {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        // Most are short, and found sooner than by halving.
        let below = BOUNDS.iter().take_while(|(bound, _)| *bound < nanos);
        Self {
            bucket: below.count(),
            micros: nanos / 1000 + u64::from(nanos % 1000 >= 500),
        }
    }
}

impl Histogram {
    pub(super) fn observe(&self, took: Took) {
        self.buckets[took.bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(took.micros, Ordering::Relaxed);
    }

    pub(super) fn is_empty(&self) -> bool {
        let mut buckets = self.buckets.iter();
        buckets.all(|bucket| bucket.load(Ordering::Relaxed) == 0)
    }

    /// How many durations each bucket has with those below it, and in microseconds what
    /// all of them make together. The last one is the count.
    pub(super) fn read(&self) -> ([u64; BOUNDS.len() + 1], u64) {
        let mut count = 0;
        let cumulative = std::array::from_fn(|bucket| {
            count += self.buckets[bucket].load(Ordering::Relaxed);
            count
        });
        (cumulative, self.sum.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_on_a_bound_is_within_it() {
        let histogram = Histogram::default();
        for nanos in [0, 500_000, 500_001, 10_000_000_000, 10_000_000_001] {
            histogram.observe(Duration::from_nanos(nanos).into());
        }
        let (cumulative, _) = histogram.read();
        assert_eq!(
            cumulative,
            [2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5],
            "{BOUNDS:?}"
        );
    }

    #[test]
    fn rounding_of_the_sum_is_fair() {
        let histogram = Histogram::default();
        for nanos in [499, 500, 1_499, 1_500] {
            histogram.observe(Duration::from_nanos(nanos).into());
        }
        assert_eq!(histogram.read().1, 1 + 1 + 2);
    }

    #[test]
    fn the_longest_duration_is_one_too() {
        let histogram = Histogram::default();
        histogram.observe(Duration::MAX.into());
        assert_eq!(histogram.read().0[BOUNDS.len()], 1);
    }
}
