//! What the soak plants beside the services that are broken all the time, and when it is over.

use std::collections::VecDeque;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::client::Trouble;
use super::faults::{empty, right, wrong};
use crate::support::dns::Says;
use crate::support::{Dns, Gateway, pause};

/// Between two requests of one client.
pub const PACE: Duration = Duration::from_millis(10);

/// How long DNS says one thing.
const SAYS: Duration = Duration::from_secs(2);

/// How long the gateway may suffer from what is over, beyond the requests that began before.
const ECHO: Duration = Duration::from_secs(5);

/// Files that the gateway may have open, a crowd for which they don't suffice, how long it
/// stays, and how long it stays away.
pub const FILES: u32 = 256;
const CROWD: usize = 300;
const STAYS: Duration = Duration::from_secs(1);
const AWAY: Duration = Duration::from_secs(12);

/// Whether something is the matter, or was so until just now.
#[derive(Default)]
struct Matter {
    now: AtomicBool,
    ended: Mutex<Option<Instant>>,
}

impl Matter {
    fn begin(&self) {
        self.now.store(true, Ordering::SeqCst);
    }

    fn end(&self) {
        *self.ended.lock().unwrap() = Some(Instant::now());
        self.now.store(false, Ordering::SeqCst);
    }

    fn is_recent(&self) -> bool {
        let ended = *self.ended.lock().unwrap();
        self.now.load(Ordering::SeqCst) || ended.is_some_and(|at| at.elapsed() < ECHO)
    }
}

/// What is planted beside the services that are broken all the time.
#[derive(Default)]
pub struct Planted {
    lost: Matter,
    starved: Matter,
    over: AtomicBool,
}

impl Planted {
    pub fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    pub fn trouble(&self) -> Trouble {
        Trouble {
            lost: self.lost.is_recent(),
            starved: self.starved.is_recent(),
        }
    }

    /// False, at once, when the soak is over.
    pub fn wait(&self, long: Duration) -> bool {
        let end = Instant::now() + long;
        self.wait_until(|| Instant::now() >= end)
    }

    fn wait_until(&self, holds: impl Fn() -> bool) -> bool {
        while !holds() && !self.is_over() {
            pause(PACE);
        }
        !self.is_over()
    }
}

/// DNS says the wrong things in turn, and the right one in between.
pub fn flap(dns: &Dns, planted: &Planted) {
    let turns = [
        empty(),
        Says::Silence,
        wrong(),
        Says::ServFail,
        Says::NoSuchName,
    ];
    for says in turns.into_iter().cycle() {
        let is_wrong = says == wrong();
        if is_wrong {
            planted.lost.begin();
        }
        dns.says(says);
        planted.wait(SAYS);
        dns.says(right());
        if is_wrong {
            // Who asks a second time has heard the first answer; one may be asked twice.
            let before = dns.asked();
            planted.wait_until(|| dns.asked() >= before + 4);
            planted.lost.end();
        }
        if !planted.wait(SAYS) {
            return;
        }
    }
}

/// A crowd takes all descriptors, and goes.
pub fn starve(gateway: &Gateway, planted: &Planted) {
    while planted.wait(AWAY) {
        planted.starved.begin();
        let connect = |_| TcpStream::connect(gateway.address);
        let crowd: Vec<_> = (0..CROWD).map(connect).collect();
        planted.wait(STAYS);
        drop(crowd);
        planted.wait_until(|| gateway.open_files() < FILES as usize / 2);
        planted.starved.end();
    }
}

/// So many vandals stay, each until as many have come after it.
const STAYING: usize = 24;

/// Clients that don't read an answer: half a head, half a body, a large answer of which
/// nothing is taken, or nothing at all. They go only after some seconds.
pub fn vandalise(gateway: SocketAddr, turn: usize, staying: &mut VecDeque<TcpStream>) {
    if staying.len() >= STAYING
        && let Some(first) = staying.pop_front()
    {
        leave(first, turn);
    }
    let Ok(mut stream) = TcpStream::connect(gateway) else {
        return;
    };
    let sent = [
        "GET /good/half-a-he",
        "POST /good/x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nhalf a body",
        "GET /good/0-much HTTP/1.1\r\nHost: h\r\n\r\n",
        "",
    ];
    let _ = stream.write_all(sent[turn % sent.len()].as_bytes());
    staying.push_back(stream);
}

/// Closes, or resets.
fn leave(stream: TcpStream, turn: usize) {
    if turn % 8 < 4 {
        let socket = socket2::Socket::from(stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }
}
