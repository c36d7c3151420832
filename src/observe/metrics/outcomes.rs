//! How requests ended: status, flag and origin.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::OTHER;
use crate::failure::Failure;
use crate::observe::{Exchange, Origin};

/// Ways to end that one route tells apart. A service that makes up statuses gets no
/// more series than these.
pub(super) const SLOTS: usize = 64;

/// Counts by way to end, each of which gets its slot when it is first seen.
#[derive(Debug)]
pub(super) struct Outcomes {
    slots: [Slot; SLOTS],
    /// What found no slot.
    other: AtomicU64,
}

#[derive(Debug, Default)]
struct Slot {
    /// 0 is a free slot.
    key: AtomicU32,
    count: AtomicU64,
}

/// The labels of a count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Outcome {
    pub(super) code: String,
    /// Empty when the gateway let the answer pass.
    pub(super) flag: &'static str,
    /// Empty for a success.
    pub(super) origin: &'static str,
}

impl Default for Outcomes {
    fn default() -> Self {
        Self {
            slots: std::array::from_fn(|_| Slot::default()),
            other: AtomicU64::new(0),
        }
    }
}

impl Slot {
    /// Whether the slot is that of the key, now that it was asked for.
    fn is_for(&self, key: u32) -> bool {
        match self.key.load(Ordering::Relaxed) {
            0 => {
                let taken = self
                    .key
                    .compare_exchange(0, key, Ordering::Relaxed, Ordering::Relaxed);
                taken.map_or_else(|meanwhile| meanwhile == key, |_| true)
            }
            taken => taken == key,
        }
    }
}

impl Outcomes {
    pub(super) fn count(&self, exchange: &Exchange<'_>) {
        let key = key(exchange);
        // Multiplication spreads neighbours (Knuth); its upper bits are the best.
        let first = (key.wrapping_mul(0x9E37_79B1) >> 26) as usize;
        let mut slots = (first..first + SLOTS).map(|at| &self.slots[at % SLOTS]);
        let cell = slots.find(|slot| slot.is_for(key));
        let cell = cell.map_or(&self.other, |slot| &slot.count);
        cell.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were, and how many of them failed by our doing or a service's. What
    /// found no slot is among the first only: nobody knows how it ended.
    pub(super) fn sums(&self) -> (u64, u64) {
        let (mut all, mut failed) = (self.other.load(Ordering::Relaxed), 0);
        for slot in &self.slots {
            let count = slot.count.load(Ordering::Relaxed);
            let key = slot.key.load(Ordering::Relaxed);
            let failure = failure(key).is_some_and(Failure::is_ours_or_upstream);
            all += count;
            failed += if failure || key >> 16 >= 500 {
                count
            } else {
                0
            };
        }
        (all, failed)
    }

    /// What was counted, in the order of the labels.
    pub(super) fn read(&self) -> Vec<(Outcome, u64)> {
        let slots = self.slots.iter().filter_map(|slot| {
            let key = slot.key.load(Ordering::Relaxed);
            // Taken since then, it would have a count already.
            (key != 0).then(|| (outcome(key), slot.count.load(Ordering::Relaxed)))
        });
        let other = Outcome {
            code: OTHER.to_owned(),
            flag: OTHER,
            origin: OTHER,
        };
        let all = slots.chain([(other, self.other.load(Ordering::Relaxed))]);
        let mut all: Vec<_> = all.filter(|(_, count)| *count > 0).collect();
        all.sort_unstable();
        // Several failures have the same flag.
        all.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        all
    }
}

/// Code, failure and origin side by side; never 0.
fn key(exchange: &Exchange<'_>) -> u32 {
    let code = match exchange.status {
        status @ 100..=999 => u32::from(status),
        _ => 0,
    };
    let failure = exchange.failure.map_or(0, |failure| failure as u32 + 1);
    let origin = exchange.origin.map_or(0, |origin| origin as u32 + 1);
    code << 16 | failure << 8 | origin << 1 | 1
}

fn failure(key: u32) -> Option<Failure> {
    let failure = (key >> 8 & 0xFF) as usize;
    let failure = failure.checked_sub(1).and_then(|at| Failure::ALL.get(at));
    failure.copied()
}

fn outcome(key: u32) -> Outcome {
    let code = key >> 16;
    let origin = (key >> 1 & 0x7F) as usize;
    let origin = origin.checked_sub(1).and_then(|at| Origin::ALL.get(at));
    Outcome {
        code: if code == 0 {
            OTHER.to_owned()
        } else {
            code.to_string()
        },
        flag: failure(key).map_or("", Failure::flag),
        origin: origin.map_or("", |origin| origin.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::exchange;
    use super::*;

    fn text(outcomes: &Outcomes) -> Vec<String> {
        let all = outcomes.read().into_iter();
        all.map(|(o, count)| format!("{} {} {} {count}", o.code, o.flag, o.origin))
            .collect()
    }

    #[test]
    fn each_failure_and_origin_is_found_again() {
        for (at, failure) in Failure::ALL.into_iter().enumerate() {
            assert_eq!(failure as usize, at);
            for (at, origin) in Origin::ALL.into_iter().enumerate() {
                assert_eq!(origin as usize, at);
                let outcomes = Outcomes::default();
                outcomes.count(&Exchange {
                    status: failure.status(),
                    failure: Some(failure),
                    origin: Some(origin),
                    ..exchange()
                });
                let (status, flag) = (failure.status(), failure.flag());
                let expected = format!("{status} {flag} {} 1", origin.name());
                assert_eq!(text(&outcomes), [expected]);
            }
        }
    }

    #[test]
    fn failures_with_one_flag_are_one_count() {
        let outcomes = Outcomes::default();
        let failures = [Failure::BodyTooLarge, Failure::HeaderTooLarge];
        for failure in failures {
            // As gRPC has it.
            outcomes.count(&Exchange {
                status: 200,
                failure: Some(failure),
                ..exchange()
            });
        }
        assert_eq!(text(&outcomes), ["200 DPE  2"]);
    }

    #[test]
    fn what_failed_is_told_from_what_a_client_did() {
        let outcomes = Outcomes::default();
        let ended = [
            (200, None),
            (404, Some(Failure::NoRoute)),
            (499, Some(Failure::ClientGone)),
            (503, None),
            (502, Some(Failure::ConnectFailed)),
            // As gRPC has it.
            (200, Some(Failure::Unresolved)),
        ];
        for (status, failure) in ended {
            outcomes.count(&Exchange {
                status,
                failure,
                ..exchange()
            });
        }
        assert_eq!(outcomes.sums(), (6, 3));
    }

    #[test]
    fn a_service_that_makes_up_statuses_gets_a_bounded_number_of_series() {
        let outcomes = Outcomes::default();
        for status in 0..=u16::MAX {
            outcomes.count(&Exchange {
                status,
                ..exchange()
            });
        }
        let all = outcomes.read();
        assert_eq!(all.len(), SLOTS + 1);
        let sum: u64 = all.iter().map(|(_, count)| count).sum();
        assert_eq!(sum, u64::from(u16::MAX) + 1);
        // Those that came first are still told apart.
        let of = |code: &str| all.iter().find(|(o, _)| o.code == code).map(|(_, n)| *n);
        assert_eq!(of("100"), Some(1));
        assert_eq!(of("999"), None);
    }

    #[test]
    fn the_first_of_many_threads_take_one_slot_together() {
        for _ in 0..100 {
            let outcomes = Outcomes::default();
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| outcomes.count(&exchange()));
                }
            });
            assert_eq!(text(&outcomes), ["200   4"]);
        }
    }
}
