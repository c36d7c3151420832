//! How many requests are begun before those that were are answered.
//!
//! A request that waits for its service holds a session, buffers and a connection. With a
//! thousand busy clients a worker that begins whatever has arrived has hundreds of them
//! open when none of their answers has been read: each is out of the processor's caches
//! again when its answer comes, and each needs a connection of its own to the service. A
//! worker that answers before it begins more has the same requests a second to serve, in
//! the same order, with a fraction of that at a time.
//!
//! Only a busy worker holds anything back, and nothing for long. One that has nothing else
//! to do takes in what waits, so a service that is slow, or hangs, delays nobody else's
//! requests.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::timer::Timer;

/// Requests for each worker: as many as a look at the sockets brings news.
const EACH: usize = 32;

/// How many are begun beyond that when nothing moves.
const MORE: usize = 4;

/// A worker that waited so long for news was idle, and not between two looks.
const IDLE: Duration = Duration::from_micros(20);

/// The longest that a request waits, whatever is in the way.
const PATIENCE: Duration = Duration::from_millis(100);

thread_local! {
    /// Since when the worker waits for news, where that matters.
    static RESTING: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// What a request has from [`Intake::enter`] and gives back to [`Intake::leave`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(pub(super) u32);

/// Lets requests begin, in the order in which they ask.
#[derive(Debug)]
pub(super) struct Intake {
    most: u32,
    /// The round, and how many have begun in it and aren't answered.
    begun: AtomicU64,
    /// Those that wait and weren't called.
    waiting: AtomicUsize,
    /// Whether a place became free since a worker last rested.
    moves: AtomicBool,
    /// A permit for each that was called, whose place is counted already. Asked only by
    /// those that find no place: it has a lock.
    called: Semaphore,
}

impl Intake {
    pub(super) fn new(workers: usize) -> Self {
        Self {
            most: count(workers.saturating_mul(EACH)),
            begun: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
            moves: AtomicBool::new(false),
            called: Semaphore::new(0),
        }
    }

    /// Waits until a request may begin. `None` when it has waited long enough: it begins
    /// without a place.
    pub(super) async fn enter(&self, timer: &mut Timer) -> Option<Ticket> {
        if let Some(ticket) = self.try_enter() {
            return Some(ticket);
        }
        // Of one that was called just as it gave up.
        if let Ok(left) = self.called.try_acquire() {
            left.forget();
            return Some(Ticket(self.state().0));
        }
        self.waiting.fetch_add(1, Ordering::AcqRel);
        // Who left before that couldn't know.
        self.fill();
        match timer.within(Some(PATIENCE), self.called.acquire()).await {
            Some(called) => {
                // It is never closed.
                if let Ok(called) = called {
                    called.forget();
                }
                Some(Ticket(self.state().0))
            }
            None => {
                self.take(1);
                None
            }
        }
    }

    fn try_enter(&self) -> Option<Ticket> {
        if self.waiting.load(Ordering::Acquire) > 0 {
            return None;
        }
        self.place()
    }

    /// Takes a place that is free.
    fn place(&self) -> Option<Ticket> {
        let mut ticket = None;
        self.change(|round, begun| {
            ticket = (begun < self.most).then_some(Ticket(round));
            ticket.map(|_| (round, begun + 1))
        });
        ticket
    }

    /// Gives a place that is free to one that waits.
    fn fill(&self) {
        if let Some(ticket) = self.place() {
            match self.take(1) {
                0 => self.vacate(ticket),
                called => self.called.add_permits(called),
            }
        }
    }

    /// A request has its answer, or there will be none. Places are given on by the half:
    /// requests that begin together are written together, and their answers come together.
    pub(super) fn leave(&self, ticket: Ticket) {
        self.vacate(ticket);
        self.moves.store(true, Ordering::Relaxed);
        if self.free() >= self.most.div_ceil(2) {
            self.call(size(self.free()));
        }
    }

    fn free(&self) -> u32 {
        self.most.saturating_sub(self.state().1)
    }

    fn vacate(&self, ticket: Ticket) {
        self.change(|round, begun| {
            // Those of an earlier round aren't counted any more.
            let rest = begun.checked_sub(1).filter(|_| round == ticket.0);
            rest.map(|rest| (round, rest))
        });
    }

    /// A worker has done all that it knew of, and looks for news: all free places are given
    /// on. All that has begun may wait for services that hang, so where nothing was answered
    /// since the last time a few more may begin.
    pub(super) fn rest(&self) {
        let waiting = self.waiting.load(Ordering::Acquire);
        if waiting == 0 && self.state().1 < self.most / 2 {
            return;
        }
        RESTING.set(Some(Instant::now()));
        let moves = self.moves.swap(false, Ordering::Relaxed);
        let free = size(self.free());
        self.call(if moves { free } else { free.max(MORE) });
    }

    /// There is news for a worker. If that took long it is services that are waited for,
    /// not the worker: what has begun doesn't count any more, and as many more may begin.
    pub(super) fn rested(&self) {
        if RESTING.take().is_some_and(|since| since.elapsed() >= IDLE) {
            self.renew();
        }
    }

    fn renew(&self) {
        self.change(|round, _| Some((round.wrapping_add(1), 0)));
        self.call(size(self.most));
    }

    /// Calls up to so many, beyond the places that there are.
    fn call(&self, most: usize) {
        let called = self.take(most);
        if called > 0 {
            self.change(|round, begun| Some((round, begun.saturating_add(count(called)))));
            self.called.add_permits(called);
        }
    }

    /// Up to so many of those that wait are called now, or give up. Tells how many.
    fn take(&self, most: usize) -> usize {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return 0;
        }
        let left = |waiting: usize| Some(waiting.saturating_sub(most));
        let before = self
            .waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, left);
        before.map_or(0, |waiting| waiting.min(most))
    }

    fn state(&self) -> (u32, u32) {
        parts(self.begun.load(Ordering::Acquire))
    }

    fn change(&self, mut change: impl FnMut(u32, u32) -> Option<(u32, u32)>) {
        let changed = |state| {
            let (round, begun) = parts(state);
            let (round, begun) = change(round, begun)?;
            Some((u64::from(round) << 32) | u64::from(begun))
        };
        // Where nothing is to be changed, nothing is.
        let _ = self
            .begun
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, changed);
    }
}

fn parts(state: u64) -> (u32, u32) {
    (count_of(state >> 32), count_of(state & u64::from(u32::MAX)))
}

fn count_of(half: u64) -> u32 {
    u32::try_from(half).unwrap_or(u32::MAX)
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn count(requests: usize) -> u32 {
    u32::try_from(requests).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
