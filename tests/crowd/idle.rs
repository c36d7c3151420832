//! Clients that wait for their next request.

use std::thread;
use std::time::Duration;

use super::alone;
use super::descriptors;
use crate::support::clock::eventually_within;
use crate::support::gateway::{Gateway, get};
use crate::support::{Config, Service, Wire};

/// Resident memory for each, beyond that of the gateway without clients.
const MOST_KIB: f64 = 8.0;

/// The allocator returns memory that nobody has used for a while, by and by.
const RETURN: Duration = Duration::from_secs(30);

/// Connections with one request behind them.
fn crowd(gateway: &Gateway, size: usize) -> Vec<Wire> {
    let one = || {
        let mut client = gateway.connect();
        client.send(get("/"));
        assert_eq!(client.response().status(), 200);
        client
    };
    let part = |of: usize| (0..size / 8 + usize::from(of < size % 8)).map(|_| one());
    thread::scope(|scope| {
        let parts: Vec<_> = (0..8)
            .map(|of| scope.spawn(move || part(of).collect::<Vec<_>>()))
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap())
            .collect()
    })
}

#[test]
fn ten_thousand_idle_connections_take_little_memory_and_return_it() {
    let _alone = alone();
    let size = descriptors::connections(10_000);
    let service = Service::hello();
    let gateway = Config::to(&service)
        .server(&format!("limits: {{ connections: {} }}", size + 100))
        .server("timeouts: { idle: 10m }")
        .start();
    drop(crowd(&gateway, 16));
    let before = gateway.rss_kib();

    let mut clients = crowd(&gateway, size);
    let full = gateway.rss_kib();
    let each = (full - before) as f64 / size as f64;
    eprintln!("{size} connections: {before} KiB became {full}, {each:.1} each");
    assert!(each <= MOST_KIB, "{each:.1} KiB each");

    for client in clients.iter_mut().step_by(100) {
        client.send(get("/"));
        assert_eq!(client.response().status(), 200);
    }
    drop(clients);
    let most = before + before / 4;
    let after = eventually_within(RETURN, "the memory returns", || {
        Some(gateway.rss_kib()).filter(|&now| now <= most)
    });
    eprintln!("after they closed: {after} KiB");
}
