//! One line of JSON for each request, with the keys of Istio's access log.
//!
//! Whoever has a request formats its line in memory that its thread keeps, and puts a copy
//! into a bounded queue. A thread of its own writes what has gathered there, many lines at
//! once. A request meets no lock and, but for waking the writer when it was idle, no system
//! call.

mod details;
mod json;
mod line;
mod losses;
mod queue;
mod redact;
mod rules;
mod shared;
mod sink;
#[cfg(test)]
mod tests;
mod time;
mod trace;
mod writer;

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, Thread};
use std::time::Duration;

use arc_swap::ArcSwap;

// The operational log is written by the same means.
pub(super) use self::json::escaped;
use self::line::Line;
pub(super) use self::losses::Losses;
pub(super) use self::queue::Queue;
use self::rules::Rules;
pub(super) use self::shared::Shared;
pub(super) use self::sink::Sink;
pub(super) use self::writer::Writer;
use super::Exchange;
use crate::config::{self, OnFull};

/// What may wait to be written: lines, and bytes.
const ROOM: (usize, usize) = (16 << 10, 8 << 20);

thread_local! {
    static LINE: RefCell<Line> = RefCell::default();
}

/// The line of a request, for the fuzz target of `fuzz/` only: it is another crate, and
/// an output of its own would be a file and two threads for each line.
#[doc(hidden)]
#[must_use]
pub fn line_for_fuzzing(exchange: &Exchange<'_>, config: &config::AccessLog) -> Vec<u8> {
    Line::default()
        .write(exchange, &Rules::new(config))
        .to_vec()
}

/// The access log of the process.
///
/// A line has the keys of Istio's JSON access log in Istio's meaning: times in
/// milliseconds, sizes of bodies in bytes, null for what isn't known, and
/// `upstream_service_time` as a text of digits. Besides there are `service`,
/// `error_origin`, `trace_id`, `retries`, `ttfb` in milliseconds, and `headers` when
/// `access_log.headers` names some.
///
/// `path` is cut after 8 KiB as it came, other texts after 1 KiB; `...[N bytes cut]` says
/// so. Control characters are escaped, and a byte that isn't UTF-8 is `\xNN`.
#[derive(Debug)]
pub struct AccessLog {
    rules: ArcSwap<Rules>,
    /// `None` when it is off.
    output: Option<Output>,
    losses: Arc<Losses>,
}

#[derive(Debug)]
struct Output {
    shared: Arc<Shared>,
    writer: Thread,
    on_full: OnFull,
}

impl AccessLog {
    /// Opens the output and starts writing. With `output: off` it does nothing at all.
    ///
    /// # Errors
    ///
    /// When the file can't be opened, which the error names, or a thread can't be started.
    pub fn start(config: &config::AccessLog) -> io::Result<Self> {
        Self::with_room(config, ROOM)
    }

    fn with_room(config: &config::AccessLog, room: (usize, usize)) -> io::Result<Self> {
        let losses = Arc::<Losses>::default();
        let output = match Sink::open(&config.output)? {
            None => None,
            Some(sink) => {
                losses.tell()?;
                let shared = Shared::new(Queue::new(room.0, room.1), Arc::clone(&losses));
                let shared = Arc::new(shared);
                let writer = Writer::new(Arc::clone(&shared), sink);
                let thread = thread::Builder::new()
                    .name("access-log".to_owned())
                    .spawn(|| writer.run())
                    .inspect_err(|_| losses.stop())?;
                Some(Output {
                    shared,
                    writer: thread.thread().clone(),
                    on_full: config.on_full,
                })
            }
        };
        Ok(Self {
            rules: ArcSwap::from_pointee(Rules::new(config)),
            output,
            losses,
        })
    }

    /// Logs a request that has ended.
    ///
    /// When the queue is full the line is lost and counted, or with `on_full: block` the
    /// calling thread stands still until there is room: in the gateway that is a worker,
    /// with all the connections that it serves, for as long as the output takes nothing.
    pub fn log(&self, exchange: &Exchange<'_>) {
        let Some(output) = &self.output else { return };
        let rules = self.rules.load();
        if !rules.want(exchange) {
            return;
        }
        let log = |line: &mut Line| self.hand_over(line.write(exchange, &rules), output);
        // A thread that ends has none any more.
        if LINE.try_with(|line| log(&mut line.borrow_mut())).is_err() {
            log(&mut Line::default());
        }
    }

    fn hand_over(&self, line: &[u8], output: &Output) {
        let Output { shared, writer, .. } = output;
        let done = shared.push(line, writer)
            || output.on_full == OnFull::Block && shared.wait_and_push(line, writer);
        if !done {
            self.losses.drop_lines(1);
        }
    }

    /// Takes over `sample`, `headers` and `redact_query`; the rest needs a new process.
    /// Requests that end meanwhile get the old ones or the new ones.
    pub fn reload(&self, config: &config::AccessLog) {
        self.rules.store(Arc::new(Rules::new(config)));
    }

    /// Opens the file anew, as one wants it after it was renamed. Returns at once; lines
    /// that wait go into the new file, and no line is lost. When the file can't be opened
    /// the old one is kept, which counts as a write error.
    pub fn reopen(&self) {
        if let Some(Output { shared, writer, .. }) = &self.output {
            shared.reopen.store(true, Ordering::SeqCst);
            writer.unpark();
        }
    }

    /// Waits until all that was logged before is written, for at most `timeout`; whether it
    /// is. It blocks the calling thread.
    pub fn flush(&self, timeout: Duration) -> bool {
        let output = self.output.as_ref();
        output.is_none_or(|output| output.shared.flush(timeout, &output.writer))
    }

    /// Lines that were lost since the start.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.losses.dropped()
    }

    /// Writes that failed since the start, and openings by [`Self::reopen`]. What could not
    /// be written is tried again, so this counts no lines.
    #[must_use]
    pub fn write_errors(&self) -> u64 {
        self.losses.write_errors()
    }
}

impl Drop for AccessLog {
    /// The writer ends when it has written what waits; nobody waits for it.
    fn drop(&mut self) {
        self.losses.stop();
        if let Some(Output { shared, writer, .. }) = &self.output {
            shared.stop.store(true, Ordering::SeqCst);
            writer.unpark();
        }
    }
}
