//! The word that tells what belongs to which run of a row.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Stands in a row's bytes for the word of the run, which is as long.
pub const CANARY: &str = "CANARY";

/// No row has this by itself.
const MARK: &[u8] = b"Zq";

/// A word that no other run has.
pub fn next() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    assert!(number < 10_000, "canaries have four digits");
    format!("Zq{number:04}")
}

/// The bytes of one run.
pub fn place(bytes: &[u8], canary: &str) -> Vec<u8> {
    let mut placed = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = find(&placed[at..], CANARY.as_bytes()) {
        let from = at + found;
        placed[from..from + CANARY.len()].copy_from_slice(canary.as_bytes());
        at = from + CANARY.len();
    }
    placed
}

/// The words in these bytes.
pub fn all(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, window) in bytes.windows(CANARY.len()).enumerate() {
        if window.starts_with(MARK) {
            let word = String::from_utf8_lossy(&bytes[at..at + CANARY.len()]).into_owned();
            if !found.contains(&word) {
                found.push(word);
            }
        }
    }
    found
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}
