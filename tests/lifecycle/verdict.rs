//! What the clients met, by kind of client.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Keeps its connection and asks all the time.
    Busy,
    /// Keeps its connection and pauses between requests.
    Pausing,
    /// Keeps its connection and sends bodies.
    Posting,
    /// A connection for each request.
    OneShot,
    /// Streams of HTTP/2.
    Stream,
    /// A body that takes a second to send.
    Upload,
    /// A body that takes long to arrive.
    Download,
    /// Messages through an upgraded connection.
    Tunnel,
    /// Asks for what reloads change.
    Flip,
}

/// Reasons that are kept for each kind.
const REASONS: usize = 5;

#[derive(Debug, Default, Clone)]
pub struct Tally {
    pub requests: u64,
    pub failed: u64,
    pub duplicated: u64,
    /// Refused unprocessed, as the gateway said, and sent once more.
    pub reissued: u64,
    /// Connections that the gateway announced to close.
    pub told: u64,
    slowest: Duration,
    reasons: Vec<String>,
}

/// Written by all clients while the load lasts.
pub struct Record {
    started: Instant,
    ids: AtomicU64,
    tallies: Mutex<BTreeMap<Kind, Tally>>,
}

/// Room for the number below a kind.
const KIND_SHIFT: u32 = 48;

impl Record {
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            ids: AtomicU64::new(0),
            tallies: Mutex::default(),
        }
    }

    /// No other request of this load has it.
    pub fn id(&self, kind: Kind) -> u64 {
        (kind as u64) << KIND_SHIFT | self.ids.fetch_add(1, Ordering::Relaxed)
    }

    fn change(&self, kind: Kind, change: impl FnOnce(&mut Tally)) {
        change(self.tallies.lock().unwrap().entry(kind).or_default());
    }

    /// The kind occurs, even if it never gets to a request.
    pub fn expect(&self, kind: Kind) {
        self.change(kind, |_| {});
    }

    pub fn succeeded(&self, kind: Kind, took: Duration) {
        self.change(kind, |tally| {
            tally.requests += 1;
            tally.slowest = tally.slowest.max(took);
        });
    }

    pub fn failed(&self, kind: Kind, reason: impl Display) {
        let at = self.started.elapsed();
        self.change(kind, |tally| {
            tally.requests += 1;
            tally.failed += 1;
            if tally.reasons.len() < REASONS {
                tally.reasons.push(format!("after {at:.3?}: {reason}"));
            }
        });
    }

    pub fn reissued(&self, kind: Kind) {
        self.change(kind, |tally| tally.reissued += 1);
    }

    pub fn told(&self, kind: Kind) {
        self.change(kind, |tally| tally.told += 1);
    }

    pub fn tallies(&self) -> BTreeMap<Kind, Tally> {
        self.tallies.lock().unwrap().clone()
    }

    /// `duplicates` are the ids that the service has executed more than once.
    pub fn verdict(&self, duplicates: &[u64]) -> Verdict {
        let lasted = self.started.elapsed();
        let mut tallies = self.tallies();
        for (kind, tally) in &mut tallies {
            let of_kind = |id: &&u64| **id >> KIND_SHIFT == *kind as u64;
            tally.duplicated = duplicates.iter().filter(of_kind).count() as u64;
        }
        Verdict { lasted, tallies }
    }
}

pub struct Verdict {
    lasted: Duration,
    pub tallies: BTreeMap<Kind, Tally>,
}

impl Verdict {
    /// Every kind was at work, and nothing failed or was done twice.
    pub fn assert_clean(&self) {
        eprintln!("{self}");
        let clean = |t: &Tally| t.requests > 0 && t.failed == 0 && t.duplicated == 0;
        assert!(self.tallies.values().all(clean), "{self}");
    }
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u64 = self.tallies.values().map(|tally| tally.requests).sum();
        let rate = total as f64 / self.lasted.as_secs_f64();
        writeln!(
            f,
            "{total} requests in {:.1?}, {rate:.0} a second",
            self.lasted
        )?;
        for (kind, tally) in &self.tallies {
            let Tally {
                requests,
                failed,
                duplicated,
                reissued,
                told,
                slowest,
                reasons,
            } = tally;
            writeln!(
                f,
                "{:10}{requests:8} requests, {failed} failed, {duplicated} duplicated, \
                 {reissued} reissued, {told} told to close, slowest {slowest:.1?}",
                format!("{kind:?}"),
            )?;
            for reason in reasons {
                writeln!(f, "    {reason}")?;
            }
        }
        Ok(())
    }
}
