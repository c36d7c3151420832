//! Waiting for a condition instead of for an amount of time.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything in the mesh may take before it counts as broken. Generous, because a
/// busy machine is no failure: a passing run never waits this long.
pub const DEADLINE: Duration = Duration::from_secs(15);

const PAUSE: Duration = Duration::from_millis(10);

/// Asks until there is an answer; panics with `what` when none comes within [`DEADLINE`].
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            start.elapsed() < DEADLINE,
            "not within {DEADLINE:?}: {what}"
        );
        thread::sleep(PAUSE);
    }
}

/// [`eventually`] for a condition without a value.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    eventually(what, || holds().then_some(()));
}
