//! The way of lines to standard error.

use std::io::{self, Write};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::observe::access_log::{Losses, Queue, Shared, Sink, Writer};

/// What may wait to be written: lines, and bytes.
const ROOM: (usize, usize) = (4 << 10, 1 << 20);

/// Of all lines that the process loses, for whoever counts.
static LOSSES: OnceLock<Arc<Losses>> = OnceLock::new();

pub(super) fn dropped() -> u64 {
    LOSSES.get().map_or(0, |losses| losses.dropped())
}

/// Hands lines over to a thread that writes them.
#[derive(Debug, Clone)]
pub(super) struct Pipe(Option<(Arc<Shared>, Thread)>);

impl Pipe {
    /// To standard error.
    pub(super) fn start() -> Self {
        let losses = LOSSES.get_or_init(Arc::default);
        let opened = Sink::stderr().and_then(|sink| Self::into(sink, losses.clone(), ROOM));
        // Without a thread it writes itself, and waits when it has to.
        Self(opened.ok())
    }

    fn into(
        sink: Sink,
        losses: Arc<Losses>,
        room: (usize, usize),
    ) -> io::Result<(Arc<Shared>, Thread)> {
        let shared = Arc::new(Shared::new(Queue::new(room.0, room.1), losses));
        let writer = Writer::new(shared.clone(), sink);
        let thread = thread::Builder::new().name("log".to_owned());
        let thread = thread.spawn(|| writer.run())?;
        Ok((shared, thread.thread().clone()))
    }

    #[cfg(test)]
    pub(super) fn to(sink: Sink, losses: Arc<Losses>, room: (usize, usize)) -> Self {
        Self(Self::into(sink, losses, room).ok())
    }

    /// Whole lines.
    pub(super) fn hand_over(&self, lines: &[u8]) {
        match &self.0 {
            Some((shared, writer)) => {
                if !shared.push(lines, writer) {
                    shared.losses.drop_lines(1);
                }
            }
            // Nobody is left to be told.
            None => drop(io::stderr().write_all(lines)),
        }
    }

    /// Waits until what was handed over is written; whether it is.
    pub(super) fn wait(&self, patience: Duration) -> bool {
        let pipe = self.0.as_ref();
        pipe.is_none_or(|(shared, writer)| shared.flush(patience, writer))
    }
}

/// The log's lines come whole, each by one call.
impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hand_over(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
