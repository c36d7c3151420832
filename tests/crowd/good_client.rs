//! A client whose requests take as long as the gateway makes them.

use std::time::{Duration, Instant};

use crate::support::gateway::{Gateway, get};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(500);

/// Below it timers and the scheduler are measured, not the gateway.
const FLOOR: Duration = Duration::from_millis(2);

/// Of one request after the other, on one connection.
fn p95(gateway: &Gateway, target: &str) -> Duration {
    let mut client = gateway.connect();
    let mut once = || {
        let before = Instant::now();
        client.send(get(target));
        assert_eq!(client.response().status(), 200);
        before.elapsed()
    };
    once();
    let end = Instant::now() + ROUND;
    let mut all = Vec::new();
    while Instant::now() < end {
        all.push(once());
    }
    all.sort();
    all[all.len() * 95 / 100]
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}

/// A measurement that other programs disturbed is repeated so often; what the crowd
/// itself slows stays slow.
const ATTEMPTS: usize = 3;

/// The median of interleaved rounds, without the crowd and with it.
fn medians<C>(gateway: &Gateway, target: &str, crowd: impl Fn() -> C) -> (Duration, Duration) {
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(p95(gateway, target));
        let _crowd = crowd();
        with.push(p95(gateway, target));
    }
    eprintln!("p95 without the crowd {without:.1?}, with it {with:.1?}");
    (median(without), median(with))
}

/// Asserts that a good client's p95 grows at most by `factor` in a crowd that is there
/// as long as what `crowd` returns.
pub fn assert_undisturbed<C>(gateway: &Gateway, target: &str, factor: f64, crowd: impl Fn() -> C) {
    let holds = (0..ATTEMPTS).any(|_| {
        let (without, with) = medians(gateway, target, &crowd);
        with <= without.mul_f64(factor).max(FLOOR)
    });
    assert!(holds, "a good client is more than {factor} times slower");
}
