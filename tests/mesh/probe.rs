//! Requests without a pause, watched for failures and delays.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::client::get;
use crate::gateway::{CLIENTS_HOST, Gateway};
use crate::support::until;

/// Between two requests, so that a probe doesn't starve what it watches of the processor.
const PAUSE: Duration = Duration::from_millis(2);

/// A thread that asks for one path again and again. Dropped without [`Probe::finish`], as
/// when a test panics, it ends by itself.
pub struct Probe {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
    thread: Option<JoinHandle<Seen>>,
}

/// What a probe saw.
#[derive(Default, Debug)]
pub struct Seen {
    pub requests: usize,
    /// Everything that was not a 200.
    pub failures: Vec<String>,
    pub slowest: Duration,
}

impl Probe {
    pub fn start(gateway: &Gateway, path: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let count = Arc::new(AtomicUsize::new(0));
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&count));
        let (place, at) = (gateway.place().clone(), gateway.address());
        let path = path.to_owned();
        let thread = thread::spawn(move || {
            let mut seen = Seen::default();
            while !stopped.load(Ordering::Relaxed) {
                let start = Instant::now();
                match get(&place, at, CLIENTS_HOST, &path) {
                    Ok(answer) if answer.status() == 200 => {}
                    other => seen.failures.push(format!("{path}: {other:?}")),
                }
                seen.slowest = seen.slowest.max(start.elapsed());
                seen.requests = 1 + counted.fetch_add(1, Ordering::Relaxed);
                thread::sleep(PAUSE);
            }
            seen
        });
        Self {
            stop,
            count,
            thread: Some(thread),
        }
    }

    /// Waits until this many more requests are answered.
    pub fn more(&self, requests: usize) {
        let goal = self.count.load(Ordering::Relaxed) + requests;
        until("the probe's requests are answered", || {
            self.count.load(Ordering::Relaxed) >= goal
        });
    }

    pub fn finish(mut self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
