//! Lines on their way to the writer.

use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_queue::ArrayQueue;

/// A queue without a lock, bounded in lines and in bytes.
#[derive(Debug)]
pub(in crate::observe) struct Queue {
    lines: ArrayQueue<Box<[u8]>>,
    /// Of the lines in the queue, and of those that the writer has taken and not written.
    bytes: AtomicUsize,
    max_bytes: usize,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pushed {
    Taken,
    /// Taken; it has made the queue half full.
    Half,
    Full,
}

impl Queue {
    pub(in crate::observe) fn new(max_lines: usize, max_bytes: usize) -> Self {
        Self {
            lines: ArrayQueue::new(max_lines),
            bytes: AtomicUsize::new(0),
            max_bytes,
        }
    }

    /// Adds a copy of `line` if there is room.
    pub(super) fn push(&self, line: &[u8]) -> Pushed {
        let before = self.bytes.fetch_add(line.len(), Ordering::Relaxed);
        let after = before.saturating_add(line.len());
        // Asked first, so that nothing is copied for a queue that is full.
        let has_room = after <= self.max_bytes && !self.lines.is_full();
        if !has_room || self.lines.push(line.into()).is_err() {
            self.release(line.len());
            return Pushed::Full;
        }
        let half = self.max_bytes / 2;
        match before < half && after >= half {
            true => Pushed::Half,
            false => Pushed::Taken,
        }
    }

    pub(super) fn pop(&self) -> Option<Box<[u8]>> {
        self.lines.pop()
    }

    /// Makes room: so many bytes of lines that were taken are written or lost.
    pub(super) fn release(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_hold() {
        let few = Queue::new(2, 100);
        assert_eq!(few.push(b"1"), Pushed::Taken);
        assert_eq!(few.push(b"2"), Pushed::Taken);
        assert_eq!(few.push(b"3"), Pushed::Full);
        assert_eq!(few.pop().as_deref(), Some(&b"1"[..]));
        assert_eq!(few.push(b"3"), Pushed::Taken);

        let small = Queue::new(100, 10);
        assert_eq!(small.push(b"1234"), Pushed::Taken);
        assert_eq!(small.push(b"1234"), Pushed::Half);
        assert_eq!(small.push(b"123"), Pushed::Full);
        assert_eq!(small.push(b"12"), Pushed::Taken);
        assert_eq!(small.pop().as_deref(), Some(&b"1234"[..]));
        assert_eq!(small.push(b"1"), Pushed::Full);
        small.release(4);
        assert_eq!(small.push(b"1"), Pushed::Taken);
        assert_eq!(small.len(), 3);
    }
}
