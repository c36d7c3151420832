//! What became of all requests, by kind.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

use super::client::Outcome;
use super::faults::Kind;

#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    pub served: u64,
    pub planted: u64,
    pub unexplained: u64,
}

#[derive(Default)]
pub struct Tally {
    counts: Mutex<BTreeMap<Kind, Count>>,
    /// The first of those that nothing explains.
    said: Mutex<Vec<String>>,
}

/// More of them tell nothing new.
const MOST_SAID: usize = 20;

impl Tally {
    pub fn add(&self, kind: Kind, outcome: Outcome) {
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(kind).or_default();
        match outcome {
            Outcome::Served => count.served += 1,
            Outcome::Planted => count.planted += 1,
            Outcome::Unexplained(what) => {
                count.unexplained += 1;
                let mut said = self.said.lock().unwrap();
                if said.len() < MOST_SAID {
                    said.push(what);
                }
            }
        }
    }

    pub fn of(&self, kind: Kind) -> Count {
        self.counts
            .lock()
            .unwrap()
            .get(&kind)
            .copied()
            .unwrap_or_default()
    }

    pub fn all(&self) -> Count {
        let counts = self.counts.lock().unwrap();
        counts.values().fold(Count::default(), |sum, of| Count {
            served: sum.served + of.served,
            planted: sum.planted + of.planted,
            unexplained: sum.unexplained + of.unexplained,
        })
    }

    pub fn unexplained(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<10} {:>9} {:>9} {:>11}",
            "", "served", "planted", "unexplained"
        )?;
        for (kind, of) in self.counts.lock().unwrap().iter() {
            let Count {
                served,
                planted,
                unexplained,
            } = of;
            let kind = format!("{kind:?}");
            writeln!(f, "{kind:<10} {served:>9} {planted:>9} {unexplained:>11}")?;
        }
        Ok(())
    }
}
