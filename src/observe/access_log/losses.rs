//! What didn't reach the output, and telling of it.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use log::warn;
use parking_lot::Mutex;

/// How often losses are told.
const REPEAT: Duration = Duration::from_secs(60);

/// Counts losses. A thread of its own tells of them: whoever meets one has requests to
/// serve, and the operational log may be stalled as the output is.
#[derive(Debug, Default)]
pub(in crate::observe) struct Losses {
    dropped: AtomicU64,
    write_errors: AtomicU64,
    last_error: Mutex<Option<String>>,
    /// Whether the thread waits for the first loss.
    waits: AtomicBool,
    teller: OnceLock<Thread>,
    stopped: AtomicBool,
}

impl Losses {
    pub(in crate::observe) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn write_errors(&self) -> u64 {
        self.write_errors.load(Ordering::Relaxed)
    }

    pub(in crate::observe) fn drop_lines(&self, lines: u64) {
        self.dropped.fetch_add(lines, Ordering::SeqCst);
        self.wake();
    }

    pub(super) fn fail(&self, error: &io::Error) {
        *self.last_error.lock() = Some(error.to_string());
        self.write_errors.fetch_add(1, Ordering::SeqCst);
        self.wake();
    }

    /// Starts telling until [`Self::stop`].
    pub(super) fn tell(self: &Arc<Self>) -> io::Result<()> {
        let losses = Arc::clone(self);
        let thread = thread::Builder::new()
            .name("access-log-loss".to_owned())
            .spawn(move || losses.run())?;
        // It is set once only.
        let _ = self.teller.set(thread.thread().clone());
        Ok(())
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        if let Some(teller) = self.teller.get() {
            teller.unpark();
        }
    }

    fn wake(&self) {
        if self.waits.load(Ordering::SeqCst)
            && self.waits.swap(false, Ordering::SeqCst)
            && let Some(teller) = self.teller.get()
        {
            teller.unpark();
        }
    }

    fn run(&self) {
        let mut told = (0, 0);
        while !self.stopped.load(Ordering::SeqCst) {
            self.waits.store(true, Ordering::SeqCst);
            let now = (
                self.dropped.load(Ordering::SeqCst),
                self.write_errors.load(Ordering::SeqCst),
            );
            if now == told {
                // The limit is for a loss that came before the thread was known.
                thread::park_timeout(REPEAT);
                continue;
            }
            self.waits.store(false, Ordering::SeqCst);
            if let Some(message) = self.message(now.0 - told.0, now.1 - told.1) {
                warn!("{message}");
            }
            told = now;
            self.rest();
        }
    }

    fn rest(&self) {
        let until = Instant::now() + REPEAT;
        while !self.stopped.load(Ordering::SeqCst)
            && let Some(left) = until.checked_duration_since(Instant::now())
            && !left.is_zero()
        {
            thread::park_timeout(left);
        }
    }

    fn message(&self, dropped: u64, failed: u64) -> Option<String> {
        let last = self.last_error.lock();
        let last = last.as_deref().unwrap_or("unknown error");
        match (dropped, failed) {
            (0, 0) => None,
            (0, _) => Some(format!(
                "access_log: the output failed {failed} times: {last}"
            )),
            (_, 0) => Some(format!(
                "access_log: {dropped} lines lost: the output is too slow for them"
            )),
            _ => Some(format!(
                "access_log: {dropped} lines lost: the output failed {failed} times: {last}"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_is_lost_and_why() {
        let losses = Losses::default();
        assert_eq!(losses.message(0, 0), None);
        assert_eq!(
            losses.message(7, 0).as_deref(),
            Some("access_log: 7 lines lost: the output is too slow for them")
        );
        losses.fail(&io::Error::other("disk full"));
        assert_eq!(
            losses.message(0, 1).as_deref(),
            Some("access_log: the output failed 1 times: disk full")
        );
        assert_eq!(
            losses.message(2, 1).as_deref(),
            Some("access_log: 2 lines lost: the output failed 1 times: disk full")
        );
    }

    #[test]
    fn a_loss_wakes_the_teller() {
        let losses = Arc::new(Losses::default());
        losses.tell().unwrap();
        let waits = || losses.waits.load(Ordering::SeqCst);
        let until = |condition: &dyn Fn() -> bool| {
            let start = Instant::now();
            while !condition() {
                assert!(start.elapsed() < Duration::from_secs(20));
                thread::yield_now();
            }
        };
        until(&waits);
        losses.drop_lines(1);
        until(&|| !waits());
        losses.stop();
    }
}
