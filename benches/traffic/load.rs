//! Busy clients: each asks again as soon as it has the answer.

use std::ops::Range;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep_until;

use crate::client::Client;
use crate::kernel;
use crate::message::Kind;
use crate::outcome::{Outcome, Told};

/// How long the clients go on afterwards, but no longer than they were measured. To look at
/// a process's memory keeps everybody here waiting for as long as ten requests, which must
/// have no part in what was measured.
const COOL_DOWN: Duration = Duration::from_millis(500);

pub(crate) async fn run(
    kind: Kind,
    address: &str,
    clients: usize,
    warm_up: Duration,
    time: Duration,
    pids: &[&str],
) -> Outcome {
    let mut connected = Vec::with_capacity(clients);
    for _ in 0..clients {
        connected.push(Client::connect(address).await);
    }
    let begin = Instant::now() + warm_up;
    let end = begin + time;
    let cool = end + COOL_DOWN.min(time);
    let mut tasks = JoinSet::new();
    for client in connected {
        tasks.spawn(busy(client, kind, begin..end, cool));
    }
    sleep_until(begin.into()).await;
    let before = kernel::cpu_time(pids);
    sleep_until(end.into()).await;
    let cpu = kernel::cpu_time(pids) - before;
    sleep_until(cool.into()).await;
    let resident = kernel::resident(pids);
    Outcome::new(tasks.join_all().await, time, cpu, resident)
}

/// What it saw while it was measured.
async fn busy(mut client: Client, kind: Kind, measured: Range<Instant>, cool: Instant) -> Told {
    let mut told = Told::default();
    // The first connection of a client that opens one for each request has yet to be used.
    let mut open = true;
    loop {
        let start = Instant::now();
        if start >= cool {
            return told;
        }
        let result = one(&mut client, kind, open).await;
        open = result.is_ok() && kind != Kind::Fresh;
        if measured.contains(&start) {
            told.add(result.map(|()| start.elapsed()));
        }
    }
}

async fn one(client: &mut Client, kind: Kind, open: bool) -> Result<(), String> {
    if !open {
        client.reconnect().await?;
    }
    client.exchange(kind).await?;
    match kind {
        Kind::Fresh => client.closed().await,
        _ => Ok(()),
    }
}
