//! Clients of HTTP/2 that ask for much and take nothing, or as little as they can.

use std::time::Duration;

use crate::h2c::raw::{
    DATA, INITIAL_WINDOW_SIZE, PING, Raw, SETTINGS, WINDOW_UPDATE, frame, get, request, setting,
};
use crate::support::{Config, Service, ok, until};

const STREAMS: u32 = 100;

/// 4 MiB for each: 400 MiB for whoever took all of it in.
fn large() -> Service {
    Service::answering(|head, _| match head.second() {
        "/small" => ok("small"),
        _ => ok(&"x".repeat(4 << 20)),
    })
}

/// What the gateway may hold of it: a window of each stream on either side, and what the
/// sockets take.
const MOST_KIB: u64 = 64 << 10;

fn stalled(room: u32) {
    let service = large();
    let gateway = Config::unlimited(&service)
        .server("h2c: true")
        .server("timeouts: { write_idle: 1s }")
        .start();
    assert_eq!(gateway.get("/small").text(), "small");
    let before = gateway.rss_kib();
    let mut client = Raw::with_settings(&gateway, &setting(INITIAL_WINDOW_SIZE, room));
    for n in 0..STREAMS {
        client.ask(2 * n + 1, &get("/large"));
    }
    service.received(STREAMS as usize);
    assert_eq!(gateway.get("/small").text(), "small");
    let grown = gateway.rss_kib().saturating_sub(before);
    assert!(grown < MOST_KIB, "{grown} KiB");
    // `write_idle` ends each of them, and gives back what was held.
    until("the streams are cut", || {
        let log = gateway.log();
        log.iter()
            .filter(|line| line.contains("499 DC GET /large"))
            .count()
            == STREAMS as usize
    });
    assert_eq!(gateway.get("/small").text(), "small");
}

#[test]
fn streams_without_a_window_are_cut_and_hold_little() {
    stalled(0);
}

#[test]
fn streams_with_a_window_of_a_byte_are_cut_and_hold_little() {
    stalled(1);
}

/// What waits to be written would grow with each frame.
#[test]
fn who_sends_and_never_reads_is_not_read_any_more_and_cut() {
    let service = large();
    let gateway = Config::unlimited(&service)
        .server("h2c: true")
        .server("timeouts: { write_idle: 1s }")
        .start();
    let unanswered: [fn(u32) -> Vec<u8>; 3] = [
        |_| frame(PING, 0, 0, &[0; 8]),
        |_| frame(SETTINGS, 0, 0, &[]),
        |n| request(2 * n + 1, &get("/health")),
    ];
    for unit in unanswered {
        let before = gateway.rss_kib();
        let mut client = Raw::connect(&gateway);
        let mut sent = 0;
        loop {
            let frames: Vec<u8> = (sent..sent + 1000).flat_map(unit).collect();
            // It stands still when the gateway does, and fails when it is cut.
            if client.wire.try_send(frames).is_err() {
                break;
            }
            sent += 1000;
            assert!(sent < 10_000_000, "all of it was taken");
        }
        assert_eq!(gateway.get("/small").text(), "small");
        let grown = gateway.rss_kib().saturating_sub(before);
        assert!(grown < MOST_KIB, "{grown} KiB after {sent}");
    }
}

/// It is no stall: the client takes what it asked for, if only a byte at a time. It costs
/// no more than so many requests would.
#[test]
fn a_window_that_opens_byte_by_byte_is_served_byte_by_byte() {
    const BYTES: u32 = 2000;
    let service = large();
    let gateway = Config::unlimited(&service).server("h2c: true").start();
    let before = gateway.cpu();
    for _ in 0..200 {
        assert_eq!(gateway.get("/small").text(), "small");
    }
    let ordinary = (gateway.cpu() - before) / 200;
    let mut client = Raw::with_settings(&gateway, &setting(INITIAL_WINDOW_SIZE, 0));
    client.ask(1, &get("/large"));
    service.received(201);
    let before = gateway.cpu();
    for _ in 0..BYTES {
        client
            .wire
            .send(frame(WINDOW_UPDATE, 0, 1, &1u32.to_be_bytes()));
        let data = loop {
            let frame = client.next().unwrap();
            if frame.kind == DATA {
                break frame;
            }
        };
        assert_eq!(data.payload.len(), 1);
        assert_eq!(gateway.get("/small").status(), 200);
    }
    let cpu = gateway.cpu() - before;
    let most = 2 * BYTES * ordinary + Duration::from_millis(200);
    assert!(cpu < most, "{cpu:?} of {most:?}");
}
