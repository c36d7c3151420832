//! Frames that ask for work and bring none: each costs the gateway less than an ordinary
//! request would, none of them stays in its memory, and the others are served meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::h2c::raw::{
    ACK, CONTINUATION, DATA, END_HEADERS, GOAWAY, HEADERS, INITIAL_WINDOW_SIZE, PADDED, PING,
    PRIORITY, Raw, SETTINGS, WINDOW_UPDATE, begin, block, frame, get, request, reset, setting,
};
use crate::support::gateway;
use crate::support::{Config, Gateway, Service, Wire};

const PROTOCOL_ERROR: u32 = 1;
const FRAME_SIZE_ERROR: u32 = 6;
const COMPRESSION_ERROR: u32 = 9;
const ENHANCE_YOUR_CALM: u32 = 11;

/// A flood may cost no more memory than this.
const MOST_KIB: u64 = 24 << 10;

/// So many frames may cost as much as a request.
const FRAMES: u32 = 20;

/// A client that has the gateway reset its streams is sent away after 1,024 of them; it
/// may have 100 at once.
const MOST_REQUESTS: usize = 1200;

/// In the PING behind a flood.
const LAST: &[u8; 8] = b"the last";

struct Flood {
    name: &'static str,
    setup: Vec<u8>,
    /// The frames of each time.
    unit: fn(u32) -> Vec<u8>,
    times: u32,
    /// The codes with which the client may be sent away; with none it is served on.
    codes: &'static [u32],
}

fn post() -> Vec<(&'static str, &'static str)> {
    let mut fields = get("/x").to_vec();
    fields[0].1 = "POST";
    fields
}

/// A stream of its own for each time.
fn stream(n: u32) -> u32 {
    2 * n + 1
}

/// 4,000 bytes that go into the table of fields as its first entry.
fn large_entry() -> Vec<u8> {
    let mut entry = vec![0x40, 1, b'x', 0x7f, 0xa1, 0x1e];
    entry.extend(vec![b'a'; 127 + 0x21 + (0x1e << 7)]);
    entry
}

/// References to that entry, of a byte each.
fn references(stream: u32) -> Vec<u8> {
    let mut bomb = block(&get("/x"));
    bomb.extend(large_entry());
    bomb.extend(vec![0xbe; 8000]);
    frame(HEADERS, 5, stream, &bomb)
}

fn floods() -> Vec<Flood> {
    let open: Vec<u8> = (0..100).flat_map(|n| begin(stream(n), &post())).collect();
    vec![
        Flood {
            name: "rapid reset (CVE-2023-44487)",
            setup: Vec::new(),
            unit: |n| [request(stream(n), &get("/x")), reset(stream(n))].concat(),
            times: 5_000,
            codes: &[ENHANCE_YOUR_CALM],
        },
        Flood {
            name: "MadeYouReset (CVE-2025-8671): no increment",
            setup: Vec::new(),
            unit: |n| {
                let update = frame(WINDOW_UPDATE, 0, stream(n), &[0; 4]);
                [request(stream(n), &get("/x")), update].concat()
            },
            times: 20_000,
            codes: &[ENHANCE_YOUR_CALM, PROTOCOL_ERROR],
        },
        Flood {
            name: "MadeYouReset: the window overflows",
            setup: Vec::new(),
            unit: |n| {
                let update = frame(WINDOW_UPDATE, 0, stream(n), &i32::MAX.to_be_bytes());
                [request(stream(n), &get("/x")), update].concat()
            },
            times: 20_000,
            codes: &[ENHANCE_YOUR_CALM],
        },
        Flood {
            name: "MadeYouReset: a body longer than it said",
            setup: Vec::new(),
            unit: |n| {
                let mut fields = post();
                fields.push(("content-length", "1"));
                let data = frame(DATA, 0, stream(n), b"four");
                [begin(stream(n), &fields), data].concat()
            },
            times: 20_000,
            codes: &[ENHANCE_YOUR_CALM],
        },
        Flood {
            name: "MadeYouReset: a head that is none",
            setup: Vec::new(),
            unit: |n| request(stream(n), &[(":method", "GET"), ("connection", "close")]),
            times: 20_000,
            codes: &[ENHANCE_YOUR_CALM],
        },
        Flood {
            name: "MadeYouReset: a stream that depends on itself",
            setup: Vec::new(),
            unit: |n| {
                let on_itself = [&stream(n).to_be_bytes()[..], &[0]].concat();
                let priority = frame(PRIORITY, 0, stream(n), &on_itself);
                [request(stream(n), &get("/x")), priority].concat()
            },
            times: 20_000,
            codes: &[ENHANCE_YOUR_CALM, PROTOCOL_ERROR],
        },
        Flood {
            name: "MadeYouReset: a body after the end",
            setup: Vec::new(),
            unit: |n| {
                let data = frame(DATA, 0, stream(n), b"x");
                [request(stream(n), &get("/x")), data].concat()
            },
            times: 20_000,
            codes: &[ENHANCE_YOUR_CALM, PROTOCOL_ERROR],
        },
        Flood {
            name: "CONTINUATION (CVE-2024-27316), empty",
            setup: frame(HEADERS, 0, 1, &block(&get("/x"))),
            unit: |_| frame(CONTINUATION, 0, 1, &[]),
            times: 100_000,
            codes: &[ENHANCE_YOUR_CALM],
        },
        Flood {
            name: "CONTINUATION with fields",
            setup: frame(HEADERS, 0, 1, &block(&get("/x"))),
            unit: |_| frame(CONTINUATION, 0, 1, &block(&[("x", "a"); 100])),
            times: 10_000,
            codes: &[ENHANCE_YOUR_CALM, COMPRESSION_ERROR],
        },
        Flood {
            name: "a bomb of references to one large field",
            setup: Vec::new(),
            unit: |n| references(stream(n)),
            times: 300,
            codes: &[ENHANCE_YOUR_CALM, PROTOCOL_ERROR, COMPRESSION_ERROR],
        },
        Flood {
            name: "an integer without end",
            setup: Vec::new(),
            unit: |_| frame(HEADERS, 5, 1, &[0xff; 200]),
            times: 1,
            codes: &[PROTOCOL_ERROR, COMPRESSION_ERROR],
        },
        Flood {
            name: "a table of fields that changes its size",
            setup: Vec::new(),
            unit: |n| {
                frame(
                    HEADERS,
                    5,
                    stream(n),
                    &[0x3f, 0xe1, 0x1f, 0x20].repeat(2000),
                )
            },
            times: 300,
            codes: &[],
        },
        Flood {
            name: "PING",
            setup: Vec::new(),
            unit: |_| frame(PING, 0, 0, &[0; 8]),
            times: 100_000,
            codes: &[],
        },
        Flood {
            name: "SETTINGS",
            setup: Vec::new(),
            unit: |_| frame(SETTINGS, 0, 0, &[]),
            times: 100_000,
            codes: &[],
        },
        Flood {
            name: "SETTINGS that move the windows of all streams",
            setup: open.clone(),
            unit: |n| frame(SETTINGS, 0, 0, &setting(INITIAL_WINDOW_SIZE, 1 + n % 2)),
            times: 50_000,
            codes: &[],
        },
        Flood {
            name: "PRIORITY",
            setup: Vec::new(),
            unit: |n| frame(PRIORITY, 0, stream(n % 1000), &[0, 0, 0, 0, 9]),
            times: 100_000,
            codes: &[],
        },
        Flood {
            name: "PRIORITY of a wrong size",
            setup: Vec::new(),
            unit: |n| frame(PRIORITY, 0, stream(n), &[0; 4]),
            times: 20_000,
            codes: &[PROTOCOL_ERROR, FRAME_SIZE_ERROR, ENHANCE_YOUR_CALM],
        },
        Flood {
            name: "WINDOW_UPDATE of the connection",
            setup: Vec::new(),
            unit: |_| frame(WINDOW_UPDATE, 0, 0, &1u32.to_be_bytes()),
            times: 100_000,
            codes: &[],
        },
        Flood {
            name: "WINDOW_UPDATE of a stream",
            setup: begin(1, &post()),
            unit: |_| frame(WINDOW_UPDATE, 0, 1, &1u32.to_be_bytes()),
            times: 100_000,
            codes: &[],
        },
        Flood {
            name: "empty DATA",
            setup: begin(1, &post()),
            unit: |_| frame(DATA, 0, 1, &[]),
            times: 100_000,
            codes: &[ENHANCE_YOUR_CALM],
        },
        Flood {
            name: "DATA of padding",
            setup: begin(1, &post()),
            unit: |_| frame(DATA, PADDED, 1, &[0]),
            times: 100_000,
            codes: &[ENHANCE_YOUR_CALM],
        },
        Flood {
            name: "DATA of a byte",
            setup: begin(1, &post()),
            unit: |_| frame(DATA, 0, 1, b"x"),
            times: 60_000,
            codes: &[ENHANCE_YOUR_CALM],
        },
        Flood {
            name: "frames of a kind that nobody knows",
            setup: Vec::new(),
            unit: |_| frame(0xbb, 0, 0, b"what?"),
            times: 100_000,
            codes: &[],
        },
        Flood {
            name: "resets of streams that never were",
            setup: Vec::new(),
            unit: |n| reset(stream(n)),
            times: 1_000,
            codes: &[PROTOCOL_ERROR],
        },
        Flood {
            name: "a head in the middle of another",
            setup: frame(HEADERS, 0, 1, &block(&get("/x"))),
            unit: |_| frame(HEADERS, END_HEADERS, 3, &block(&get("/x"))),
            times: 1,
            codes: &[PROTOCOL_ERROR],
        },
    ]
}

/// Sends all of it while it reads what comes; tells the code with which it is sent away.
fn attack(gateway: &Gateway, flood: &Flood) -> Option<u32> {
    let mut client = Raw::connect(gateway);
    let mut sender = Wire::new(client.wire.stream.try_clone().unwrap());
    let mut bytes = flood.setup.clone();
    bytes.extend((0..flood.times).flat_map(flood.unit));
    bytes.extend(frame(PING, 0, 0, LAST));
    // It fails when the gateway closes.
    let sending = thread::spawn(move || sender.try_send(bytes));
    let code = loop {
        let frame = client.next().unwrap();
        match frame.kind {
            GOAWAY => break Some(frame.code()),
            PING if frame.flags == ACK && frame.payload == LAST => break None,
            _ => {}
        }
    };
    client
        .wire
        .stream
        .shutdown(std::net::Shutdown::Both)
        .unwrap_or_default();
    let _ = sending.join().unwrap();
    code
}

/// What an ordinary request costs.
fn ordinary(gateway: &Gateway) -> Duration {
    const TIMES: u32 = 300;
    let before = gateway.cpu();
    let mut client = Raw::connect(gateway);
    for n in 0..TIMES {
        client.ask(stream(n), &get("/x"));
        while client.next().unwrap().kind != DATA {}
    }
    (gateway.cpu() - before) / TIMES
}

/// Those of the flood.
fn requests(service: &Service) -> usize {
    let heads = service.heads();
    heads.iter().filter(|head| head.second() == "/x").count()
}

#[test]
fn a_flood_of_frames_costs_less_than_requests_and_nobody_else_notices() {
    let service = Service::hello();
    let gateway = Config::unlimited(&service).server("h2c: true").start();
    let ordinary = ordinary(&gateway);
    for flood in floods() {
        let (cpu, rss) = (gateway.cpu(), gateway.rss_kib());
        let reached = requests(&service);
        let done = AtomicBool::new(false);
        let (code, served) = thread::scope(|scope| {
            let good = scope.spawn(|| {
                let mut client = gateway.connect();
                let mut served = 0;
                loop {
                    client.send(gateway::get("/good"));
                    assert_eq!(client.response().status(), 200);
                    served += 1;
                    if done.load(Ordering::Relaxed) {
                        return served;
                    }
                }
            });
            let code = attack(&gateway, &flood);
            done.store(true, Ordering::Relaxed);
            (code, good.join().unwrap())
        });
        let cpu = gateway.cpu() - cpu;
        let rss = gateway.rss_kib().saturating_sub(rss);
        let reached = requests(&service) - reached;
        eprintln!(
            "{}: {} times, {cpu:?}, {rss} KiB, code {code:?}, \
             {reached} requests at the service, {served} others served",
            flood.name, flood.times
        );
        match code {
            Some(code) => assert!(flood.codes.contains(&code), "{}: {code}", flood.name),
            None => assert!(flood.codes.is_empty(), "{}: survived", flood.name),
        }
        assert!(rss < MOST_KIB, "{}: {rss} KiB", flood.name);
        assert!(reached <= MOST_REQUESTS, "{}: {reached}", flood.name);
        let most = ordinary * (flood.times / FRAMES + served) + Duration::from_millis(200);
        assert!(cpu < most, "{}: {cpu:?} of {most:?}", flood.name);
    }
}
