//! So many small requests a second, each at its time whether or not earlier ones have been
//! answered, as far as the clients go. A request's latency counts from the time at which it
//! was due, so that one that had to wait for a slow answer says so: without that a proxy that
//! stalls hides all those it kept from being sent ("coordinated omission").
//!
//! A thread a client, since tokio's clock ticks in milliseconds.

use std::num::NonZeroU64;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;

use crate::client::Client;
use crate::kernel;
use crate::message::Kind;
use crate::outcome::{Outcome, Told};

const CLIENTS: u32 = 32;

/// Long enough for all threads to be there.
const LEAD: Duration = Duration::from_millis(100);

pub(crate) fn run(
    address: &str,
    per_second: u32,
    warm_up: Duration,
    time: Duration,
    pids: &[&str],
) -> Outcome {
    let start = Instant::now() + LEAD;
    let begin = start + warm_up;
    let end = begin + time;
    let step = Duration::from_secs(1) / per_second;
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|at| scope.spawn(move || steady(address, start + step * at, step, begin, end)))
            .collect();
        sleep_until(begin);
        let before = kernel::cpu_time(pids);
        sleep_until(end);
        let cpu = kernel::cpu_time(pids) - before;
        let resident = kernel::resident(pids);
        let told = clients.into_iter().map(|client| client.join().unwrap());
        Outcome::new(told.collect(), time, cpu, resident)
    })
}

/// Each of the clients in turn, one request a step.
fn steady(address: &str, first: Instant, step: Duration, begin: Instant, end: Instant) -> Told {
    // Else a sleep ends up to 50 us late.
    rustix::thread::set_current_timer_slack(NonZeroU64::new(1)).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut client = runtime.block_on(Client::connect(address));
    let mut told = Told::default();
    let mut due = first;
    while due < end {
        sleep_until(due);
        let result = runtime.block_on(client.exchange(Kind::Small));
        if result.is_err() {
            // The next request tells when this fails, too.
            let _ = runtime.block_on(client.reconnect());
        }
        if due >= begin {
            told.add(result.map(|()| due.elapsed()));
        }
        due += step * CLIENTS;
    }
    told
}

fn sleep_until(due: Instant) {
    thread::sleep(due.saturating_duration_since(Instant::now()));
}
