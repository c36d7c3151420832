//! Connections to services that wait for their next request.
//!
//! Pingora has such a pool, which it doesn't let anybody else use. There each connection
//! that waits has a task of its own, and which one is taken next is left to chance: here
//! the last that came is the first to go, whose memory is still at hand, and those that a
//! quieter time doesn't need grow old.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::unconstrained;

/// How often it is looked for connections that the service has closed, or that are too old.
const SWEEP: Duration = Duration::from_millis(250);

/// Connections that are kept for each worker, all services together.
pub const POOL_SIZE: usize = 1024;

thread_local! {
    /// Which shelf the thread uses.
    static SHELF: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Open connections without a request, by address.
#[derive(Debug)]
pub struct Pool<S>(Arc<Shelves<S>>);

#[derive(Debug)]
struct Shelves<S> {
    /// One for each worker, so that no lock is waited for.
    shelves: Box<[Mutex<Shelf<S>>]>,
    next: AtomicUsize,
    swept: AtomicBool,
}

#[derive(Debug)]
struct Shelf<S> {
    by_address: HashMap<SocketAddr, VecDeque<Waiting<S>>>,
    len: usize,
}

#[derive(Debug)]
struct Waiting<S> {
    stream: S,
    since: Instant,
    /// `None` for ever.
    idle: Option<Duration>,
}

impl<S: AsyncRead + Unpin + Send + 'static> Pool<S> {
    /// For so many workers, at least one.
    #[must_use]
    pub fn new(workers: usize) -> Self {
        Self(Arc::new(Shelves {
            shelves: (0..workers.max(1))
                .map(|_| Mutex::new(Shelf::new()))
                .collect(),
            next: AtomicUsize::new(0),
            swept: AtomicBool::new(false),
        }))
    }

    /// A connection to this address that can carry a request, as far as one can know.
    #[must_use]
    pub fn take(&self, address: SocketAddr) -> Option<S> {
        let own = self.0.own();
        let shelves = self.0.shelves.iter();
        let in_turn = shelves.clone().skip(own).chain(shelves.take(own));
        for shelf in in_turn {
            while let Some(mut waiting) = { shelf.lock().take(address) } {
                // Its time may have come since it was swept.
                if !waiting.is_old(Instant::now()) && waiting.is_usable() {
                    return Some(waiting.stream);
                }
            }
        }
        None
    }

    /// Keeps a connection that has carried its request, for so long.
    pub fn put(&self, address: SocketAddr, stream: S, idle: Option<Duration>) {
        let mut waiting = Waiting {
            stream,
            since: Instant::now(),
            idle,
        };
        if !waiting.is_usable() {
            return;
        }
        let evicted = self.0.shelves[self.0.own()].lock().put(address, waiting);
        drop(evicted);
        if !self.0.swept.swap(true, Ordering::AcqRel) {
            tokio::spawn(sweep(Arc::downgrade(&self.0)));
        }
    }
}

impl<S: AsyncRead + Unpin + Send + 'static> Shelves<S> {
    fn own(&self) -> usize {
        let own = SHELF.get().unwrap_or_else(|| {
            let own = self.next.fetch_add(1, Ordering::Relaxed);
            SHELF.set(Some(own));
            own
        });
        own % self.shelves.len()
    }

    fn sweep(&self) {
        let now = Instant::now();
        for shelf in &self.shelves {
            let gone = shelf.lock().sweep(now);
            drop(gone);
        }
    }

    fn is_empty(&self) -> bool {
        self.shelves.iter().all(|shelf| shelf.lock().len == 0)
    }
}

impl<S: AsyncRead + Unpin + Send + 'static> Shelf<S> {
    fn new() -> Self {
        Self {
            by_address: HashMap::new(),
            len: 0,
        }
    }

    fn take(&mut self, address: SocketAddr) -> Option<Waiting<S>> {
        let waiting = self.by_address.get_mut(&address)?.pop_back()?;
        self.len -= 1;
        Some(waiting)
    }

    /// Gives back one that there is no room for: the one that waits longest, wherever it
    /// leads to. A service that had its rush, or an address that nobody asks for any more,
    /// mustn't keep others from having their connections kept.
    fn put(&mut self, address: SocketAddr, waiting: Waiting<S>) -> Option<Waiting<S>> {
        let queue = self.by_address.entry(address).or_default();
        queue.push_back(waiting);
        if self.len < POOL_SIZE {
            self.len += 1;
            return None;
        }
        let since = |queue: &&mut VecDeque<Waiting<S>>| queue.front().map(|first| first.since);
        let queues = self.by_address.values_mut();
        let queues = queues.filter(|queue| !queue.is_empty());
        queues.min_by_key(since)?.pop_front()
    }

    /// Takes out those that are of no more use, to be closed when the lock is given back.
    fn sweep(&mut self, now: Instant) -> Vec<Waiting<S>> {
        let mut gone = Vec::new();
        for queue in self.by_address.values_mut() {
            for _ in 0..queue.len() {
                let Some(mut waiting) = queue.pop_front() else {
                    break;
                };
                match waiting.is_old(now) || !waiting.is_usable() {
                    true => gone.push(waiting),
                    false => queue.push_back(waiting),
                }
            }
        }
        self.by_address.retain(|_, queue| !queue.is_empty());
        self.len -= gone.len();
        gone
    }
}

impl<S: AsyncRead + Unpin> Waiting<S> {
    fn is_old(&self, now: Instant) -> bool {
        let waited = now.saturating_duration_since(self.since);
        self.idle.is_some_and(|idle| waited >= idle)
    }

    /// Not closed. One on which something was sent without a request is out of step.
    fn is_usable(&mut self) -> bool {
        let mut byte = [0; 1];
        let read = pin!(unconstrained(self.stream.read(&mut byte)));
        matches!(
            read.poll(&mut Context::from_waker(Waker::noop())),
            Poll::Pending
        )
    }
}

/// For as long as there is something to look at.
async fn sweep<S: AsyncRead + Unpin + Send + 'static>(shelves: Weak<Shelves<S>>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let Some(shelves) = shelves.upgrade() else {
            return;
        };
        shelves.sweep();
        if shelves.is_empty() {
            shelves.swept.store(false, Ordering::Release);
            // One may have come in between that didn't start another.
            if shelves.is_empty() || shelves.swept.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// Both ends of a connection, and the address that it is kept by.
    async fn connection(listener: &TcpListener) -> (TcpStream, TcpStream) {
        let ours = TcpStream::connect(listener.local_addr().unwrap());
        let (ours, theirs) = tokio::join!(ours, listener.accept());
        (ours.unwrap(), theirs.unwrap().0)
    }

    #[tokio::test]
    async fn the_last_that_came_is_the_first_to_go() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let pool = Pool::new(1);
        assert!(pool.take(address).is_none());
        let (first, _one) = connection(&listener).await;
        let (second, _two) = connection(&listener).await;
        let id = |stream: &TcpStream| stream.local_addr().unwrap();
        let ids = (id(&first), id(&second));
        pool.put(address, first, None);
        pool.put(address, second, None);
        assert_eq!(pool.take(address).map(|s| id(&s)), Some(ids.1));
        assert_eq!(pool.take(address).map(|s| id(&s)), Some(ids.0));
        assert!(pool.take(address).is_none());
    }

    #[tokio::test]
    async fn one_that_was_closed_or_spoke_out_of_turn_is_not_used() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let pool = Pool::new(1);
        let (closed, theirs) = connection(&listener).await;
        let (spoken, mut speaks) = connection(&listener).await;
        pool.put(address, closed, None);
        pool.put(address, spoken, None);
        drop(theirs);
        speaks.write_all(b"HTTP/1.1 408 \r\n").await.unwrap();
        while !pool.0.is_empty() {
            tokio::task::yield_now().await;
            pool.0.sweep();
        }
        assert!(pool.take(address).is_none());
    }

    #[tokio::test]
    async fn one_grows_old() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let pool = Pool::new(1);
        let (ours, mut theirs) = connection(&listener).await;
        pool.put(address, ours, Some(Duration::from_millis(1)));
        // The end of the connection is all that it hears.
        assert_eq!(theirs.read(&mut [0; 1]).await.unwrap(), 0);
        assert!(pool.0.is_empty());
    }

    #[tokio::test]
    async fn one_that_is_too_old_is_not_used_before_it_is_swept() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let pool = Pool::new(1);
        let (ours, _theirs) = connection(&listener).await;
        pool.put(address, ours, Some(Duration::ZERO));
        assert!(pool.take(address).is_none());
    }

    #[tokio::test]
    async fn a_service_that_had_its_rush_leaves_room_for_others() {
        let pool = Pool::new(1);
        let rush = SocketAddr::from(([127, 0, 0, 1], 1));
        let other = SocketAddr::from(([127, 0, 0, 1], 2));
        let mut theirs = Vec::new();
        let mut open = || {
            let (ours, other_end) = tokio::io::duplex(1);
            theirs.push(other_end);
            ours
        };
        for _ in 0..POOL_SIZE {
            pool.put(rush, open(), None);
        }
        pool.put(other, open(), None);
        pool.put(other, open(), None);
        let kept = |address| std::iter::from_fn(|| pool.take(address)).count();
        assert_eq!((kept(other), kept(rush)), (2, POOL_SIZE - 2));
    }
}
