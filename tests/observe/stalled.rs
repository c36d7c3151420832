//! A log that stalls: what a request pays for it, and what is lost.

use std::time::{Duration, Instant};

use super::endings::pipe;
use super::watched::{Operator, Watched, ask};
use crate::support::{Config, Gateway, Service, Wire, until};

/// Requests at once, and how often.
const CLIENTS: usize = 4;
const ROUNDS: usize = 150;

/// How often it is measured: another program may be in one of them, a log that stalls is in
/// all.
const ATTEMPTS: usize = 5;

/// The clients of one gateway and how long each of their requests took.
struct Load {
    clients: Vec<Wire>,
    took: Vec<Duration>,
}

impl Load {
    fn on(gateway: &Gateway) -> Self {
        Self {
            clients: (0..CLIENTS).map(|_| gateway.connect()).collect(),
            took: Vec::new(),
        }
    }

    fn round(&mut self) {
        let sent = self.clients.iter_mut().map(|client| {
            client.send(ask("/x"));
            Instant::now()
        });
        let sent: Vec<_> = sent.collect();
        for (client, sent) in self.clients.iter_mut().zip(sent) {
            assert_eq!(client.response().status(), 200);
            self.took.push(sent.elapsed());
        }
    }

    /// Median, and what 99 of 100 stay below, since the last time.
    fn quantiles(&mut self) -> [Duration; 2] {
        let mut took = std::mem::take(&mut self.took);
        took.sort_unstable();
        [50, 99].map(|of| took[took.len() * of / 100])
    }
}

#[test]
fn a_log_that_stalls_slows_no_request_and_what_it_loses_is_counted() {
    let service = Service::hello();
    let config = Config::to(&service);
    let flowing = Watched::operated(&config);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pipe");
    let _pipe = pipe(&path);
    let output = format!("access_log: {{ output: {} }}", path.display());
    let stalled = Watched::operated_with(&config.top(&output));
    let operator = Operator::of(&stalled);
    let dropped = || -> u64 {
        let page = operator.get("/metrics");
        let name = "gateway_access_log_dropped_total ";
        let line = page.text().lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().parse().unwrap()
    };
    // The pipe takes 64 KiB, and 8 MiB may wait.
    let long = ask(&format!("/{}", "x".repeat(7000)));
    let mut client = stalled.gateway.connect();
    until("lines are lost", || {
        for _ in 0..100 {
            client.send(&long);
            assert_eq!(client.response().status(), 200);
        }
        dropped() > 0
    });
    let before = dropped();
    let mut loads = [Load::on(&flowing.gateway), Load::on(&stalled.gateway)];
    let mut asked = 0;
    let as_fast = (0..ATTEMPTS).any(|_| {
        // One after the other, so that whatever else the machine does is in both.
        for _ in 0..ROUNDS {
            loads.iter_mut().for_each(Load::round);
        }
        asked += CLIENTS * ROUNDS;
        let [flowing, stalled] = loads.each_mut().map(Load::quantiles);
        eprintln!("flowing {flowing:?}, stalled {stalled:?} (median, 99 %)");
        let is_as_fast = |(flowing, stalled): (&Duration, &Duration)| *stalled <= *flowing * 3 / 2;
        flowing.iter().zip(&stalled).all(is_as_fast)
    });
    assert!(as_fast, "a log that stalls is felt each time");
    // Short lines may find room that long ones don't.
    let asked = u64::try_from(asked).unwrap();
    let lost = dropped() - before;
    assert!((asked - 100..=asked).contains(&lost), "{lost} of {asked}");
    until("the others have their lines", || {
        flowing.lines().len() as u64 == asked
    });
    stalled
        .gateway
        .logged(&["access_log: ", "lines lost", "too slow"]);
}
