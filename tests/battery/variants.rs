//! The ways in which a row is sent.

use super::row::{After, Outcome, Row};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// The first request on its connection.
    Alone,
    /// After a good one.
    Second,
    /// With the next request in the same write.
    Pipelined,
    /// In two parts, the second of which comes when the first is read.
    Split(usize),
}

/// No row has more ends of lines that matter.
const MOST_SPLITS: usize = 6;

impl Variant {
    pub fn all(row: &Row) -> Vec<Self> {
        let mut all = vec![Self::Alone, Self::Second];
        let refuses = matches!(row.outcome, Outcome::Served(_, After::Refuses(_)));
        // What follows an end that never comes would be it.
        if !matches!(row.outcome, Outcome::Endless) && !refuses {
            all.push(Self::Pipelined);
        }
        all.extend(splits(&row.bytes).into_iter().map(Self::Split));
        all
    }
}

/// Before and behind each byte that ends something, and in what is between them.
fn splits(bytes: &[u8]) -> Vec<usize> {
    let mut places = vec![1, bytes.len() - 1];
    let ends = bytes.iter().enumerate();
    for (at, _) in ends.filter(|(_, b)| matches!(b, b'\r' | b'\n' | b':' | b';')) {
        places.extend([at, at + 1]);
    }
    places.retain(|at| (1..bytes.len()).contains(at));
    places.sort_unstable();
    places.dedup();
    let step = places.len().div_ceil(MOST_SPLITS).max(1);
    // The last ones are those between head and body, and in the body.
    let mut kept: Vec<_> = places.iter().rev().step_by(step).copied().collect();
    kept.sort_unstable();
    kept
}
