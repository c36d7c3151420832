//! What the writer and those who log have in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::thread::Thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::losses::Losses;
use super::queue::{Pushed, Queue};

/// A bound on the wait for a notice of room that has been missed.
const RECHECK: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(in crate::observe) struct Shared {
    pub(super) queue: Queue,
    pub(in crate::observe) losses: Arc<Losses>,
    /// Whether the writer waits for a line.
    pub(super) sleeps: AtomicBool,
    pub(super) reopen: AtomicBool,
    pub(super) stop: AtomicBool,
    /// Whether there is no writer any more.
    gone: AtomicBool,
    /// How many wait for room.
    waiting: AtomicUsize,
    room: Mutex<()>,
    has_room: Condvar,
    flushes: Mutex<Flushes>,
    flushed: Condvar,
}

#[derive(Debug, Default)]
struct Flushes {
    wanted: u64,
    done: u64,
}

impl Shared {
    pub(in crate::observe) fn new(queue: Queue, losses: Arc<Losses>) -> Self {
        Self {
            queue,
            losses,
            sleeps: AtomicBool::new(false),
            reopen: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            room: Mutex::new(()),
            has_room: Condvar::new(),
            flushes: Mutex::default(),
            flushed: Condvar::new(),
        }
    }

    /// Hands a line to the writer; `false` when there is no room.
    pub(in crate::observe) fn push(&self, line: &[u8], writer: &Thread) -> bool {
        let pushed = self.queue.push(line);
        // Either this sees that the writer sleeps, or the writer sees the line.
        fence(Ordering::SeqCst);
        let sleeps =
            self.sleeps.load(Ordering::Relaxed) && self.sleeps.swap(false, Ordering::SeqCst);
        if sleeps || pushed != Pushed::Taken {
            writer.unpark();
        }
        pushed != Pushed::Full
    }

    /// Hands a line to the writer as soon as there is room; `false` when there is no
    /// writer.
    pub(super) fn wait_and_push(&self, line: &[u8], writer: &Thread) -> bool {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut room = self.room.lock();
        let pushed = loop {
            if self.gone.load(Ordering::SeqCst) {
                break false;
            }
            if self.push(line, writer) {
                break true;
            }
            self.has_room.wait_for(&mut room, RECHECK);
        };
        drop(room);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        pushed
    }

    /// The writer's: so many bytes are written or lost.
    pub(super) fn release(&self, bytes: usize) {
        self.queue.release(bytes);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            let _room = self.room.lock();
            self.has_room.notify_all();
        }
    }

    /// Waits until what is in the queue now is written; `false` when it isn't in time.
    pub(in crate::observe) fn flush(&self, timeout: Duration, writer: &Thread) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut flushes = self.flushes.lock();
        flushes.wanted += 1;
        let wanted = flushes.wanted;
        writer.unpark();
        while flushes.done < wanted && !self.gone.load(Ordering::SeqCst) {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                break;
            }
            self.flushed
                .wait_for(&mut flushes, left.unwrap_or(RECHECK).min(RECHECK));
        }
        flushes.done >= wanted
    }

    /// The writer's: the latest flush that somebody waits for.
    pub(super) fn wanted(&self) -> u64 {
        self.flushes.lock().wanted
    }

    /// The writer's: everything that was in the queue at that flush is written.
    pub(super) fn done(&self, wanted: u64) {
        let mut flushes = self.flushes.lock();
        if flushes.done < wanted {
            flushes.done = wanted;
            self.flushed.notify_all();
        }
    }

    /// The writer's: it ends, and nobody needs to wait for it.
    pub(super) fn leave(&self) {
        self.gone.store(true, Ordering::SeqCst);
        let _room = self.room.lock();
        self.has_room.notify_all();
        let _flushes = self.flushes.lock();
        self.flushed.notify_all();
    }
}
