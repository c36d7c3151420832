//! The thread that writes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::thread;
use std::time::{Duration, Instant};

use super::shared::Shared;
use super::sink::Sink;

/// How long lines gather before they are written together.
const GATHER: Duration = Duration::from_millis(20);

/// What is written at once, a line more or less.
const BATCH: usize = 256 << 10;

/// How long it rests after the first failure; after more of them longer, up to the latter.
const REST: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// How long it rests when the output takes nothing at the moment.
const BUSY: Duration = Duration::from_millis(10);

pub(in crate::observe) struct Writer {
    shared: Arc<Shared>,
    sink: Sink,
    batch: Vec<u8>,
}

/// Says that the writer is gone, even if it panics.
struct Leaving(Arc<Shared>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl Writer {
    pub(in crate::observe) fn new(shared: Arc<Shared>, sink: Sink) -> Self {
        Self {
            shared,
            sink,
            batch: Vec::with_capacity(BATCH),
        }
    }

    /// Until it is told to stop and has written what there is.
    pub(in crate::observe) fn run(mut self) {
        let _leaving = Leaving(Arc::clone(&self.shared));
        loop {
            let stop = self.shared.stop.load(Ordering::SeqCst);
            let flush = self.shared.wanted();
            self.reopen();
            let lines = self.shared.queue.len();
            self.drain(lines);
            self.shared.done(flush);
            match lines {
                0 if stop => return,
                0 => self.sleep(),
                _ => thread::park_timeout(GATHER),
            }
        }
    }

    /// Until there is something to do.
    fn sleep(&self) {
        self.shared.sleeps.store(true, Ordering::SeqCst);
        // Whoever hands over a line after this sees the above.
        fence(Ordering::SeqCst);
        if self.shared.queue.len() == 0 {
            thread::park();
        }
        self.shared.sleeps.store(false, Ordering::SeqCst);
    }

    /// Writes as many lines. Others may come all the time.
    fn drain(&mut self, mut lines: usize) {
        while lines > 0 {
            self.batch.clear();
            let mut taken = 0;
            while lines > 0 && self.batch.len() < BATCH {
                // Somebody may still be busy putting it in.
                let Some(line) = self.shared.queue.pop() else {
                    thread::yield_now();
                    continue;
                };
                self.batch.extend_from_slice(&line);
                lines -= 1;
                taken += 1;
            }
            let written = self.write();
            if !written {
                self.shared.losses.drop_lines(taken);
            }
            self.shared.release(self.batch.len());
        }
    }

    /// Writes the batch, however often that fails; `false` when it was told to stop
    /// meanwhile.
    fn write(&mut self) -> bool {
        let mut start = 0;
        let mut rest = REST.0;
        while start < self.batch.len() {
            match self.sink.write(&self.batch[start..]) {
                Ok(written) => {
                    start += written;
                    rest = REST.0;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.rest(BUSY),
                Err(error) => {
                    self.shared.losses.fail(&error);
                    self.rest(rest);
                    rest = (rest * 2).min(REST.1);
                }
            }
            if self.shared.stop.load(Ordering::SeqCst) {
                return false;
            }
            if self.reopen() {
                // The other file gets the whole of a line that this one has a part of.
                let written = &self.batch[..start];
                start = memchr::memrchr(b'\n', written).map_or(0, |end| end + 1);
            }
        }
        true
    }

    /// Whether there is another file now.
    fn reopen(&mut self) -> bool {
        if !self.shared.reopen.swap(false, Ordering::SeqCst) {
            return false;
        }
        self.sink.reopen().unwrap_or_else(|error| {
            self.shared.losses.fail(&error);
            false
        })
    }

    /// For a time, or until something is wanted of it.
    fn rest(&self, time: Duration) {
        let until = Instant::now() + time;
        let is_wanted =
            || self.shared.stop.load(Ordering::SeqCst) || self.shared.reopen.load(Ordering::SeqCst);
        while !is_wanted()
            && let Some(left) = until.checked_duration_since(Instant::now())
            && !left.is_zero()
        {
            thread::park_timeout(left);
        }
    }
}
