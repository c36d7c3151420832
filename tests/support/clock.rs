//! Time: polling instead of sleeping, and upper bounds that know how loaded the
//! machine is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::PATIENCE;

/// What the gateway may be late by on an idle machine.
const SLACK: Duration = Duration::from_millis(300);

/// A tick of the control timer.
const TICK: Duration = Duration::from_millis(5);

/// Polls until there is a value.
pub fn eventually<T>(what: &str, probe: impl FnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, probe)
}

/// [`eventually`] for what may take longer than anything else.
pub fn eventually_within<T>(
    patience: Duration,
    what: &str,
    mut probe: impl FnMut() -> Option<T>,
) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(value) = probe() {
            return value;
        }
        assert!(Instant::now() < end, "never happened: {what}");
        thread::sleep(TICK);
    }
}

/// [`eventually`] for a condition without a value.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    eventually(what, || holds().then_some(()));
}

/// A pause that is itself what is tested: nothing that ends at `limit` survives it.
pub fn outlast(limit: Duration) {
    thread::sleep(2 * limit);
}

/// A pause that is itself what is tested: a peer that is slow.
pub fn pause(long: Duration) {
    thread::sleep(long);
}

/// Measures a duration beside a control timer that ticks in the same time and
/// adds up how late it was.
pub struct Stopwatch {
    started: Instant,
    stop: Arc<AtomicBool>,
    control: JoinHandle<Duration>,
}

impl Stopwatch {
    pub fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let control = thread::spawn(move || {
            let mut lag = Duration::ZERO;
            while !stopped.load(Ordering::Relaxed) {
                let before = Instant::now();
                thread::sleep(TICK);
                lag += before.elapsed().saturating_sub(TICK);
            }
            lag
        });
        let started = Instant::now();
        Self {
            started,
            stop,
            control,
        }
    }

    /// At least `low`, and at most `low` plus a slack plus the lag of the control.
    pub fn assert_about(self, low: Duration) {
        self.assert_between(low, low);
    }

    /// At most `high` plus a slack plus the lag of the control.
    pub fn assert_within(self, high: Duration) {
        self.assert_between(Duration::ZERO, high);
    }

    pub fn assert_between(self, low: Duration, high: Duration) {
        let took = self.started.elapsed();
        self.stop.store(true, Ordering::Relaxed);
        let lag = self.control.join().unwrap();
        assert!(took >= low, "{took:?}: earlier than {low:?}");
        let most = high + SLACK + lag;
        assert!(
            took <= most,
            "{took:?}: later than {high:?}, control lag {lag:?}"
        );
    }
}
