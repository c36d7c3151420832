//! The deadlines as they are unless told otherwise. `make test-slow` runs them at once;
//! the same with shorter limits is a part of every test run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod support;

use std::io::Write;
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use support::gateway::get;
use support::{Config, Conn, PATIENCE, Service, Stopwatch, Wire, ok, pause};

const HEADER: Duration = Duration::from_secs(2);
const WRITE_IDLE: Duration = Duration::from_secs(30);

/// Beyond every default.
const LONG: Duration = Duration::from_secs(32);

const HANDSHAKE: &str = "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\r\n";

const SWITCHING: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// Waits for longer than tests do elsewhere.
fn be_patient(wire: &Wire) {
    let long = Some(LONG + PATIENCE);
    wire.stream.set_read_timeout(long).unwrap();
    wire.stream.set_write_timeout(long).unwrap();
}

/// Sends byte by byte until the other side closes.
fn drip(wire: &mut Wire, bytes: &str) {
    for byte in bytes.bytes().chain(std::iter::repeat(b'x')) {
        if wire.try_send([byte]).is_err() {
            return;
        }
        pause(Duration::from_millis(100));
    }
}

fn assert_504_after_two_seconds(script: impl Fn(Conn) + Send + Sync + 'static) {
    let service = Service::start(script);
    let gateway = Config::to(&service).start();
    let watch = Stopwatch::start();
    assert_eq!(gateway.get("/").status(), 504);
    watch.assert_about(HEADER);
}

#[test]
#[ignore = "slow"]
fn a_service_that_is_silent_for_five_seconds_has_had_two() {
    assert_504_after_two_seconds(|mut conn| {
        conn.request();
        pause(Duration::from_secs(5));
        let _ = conn.try_send(ok("late"));
    });
}

#[test]
#[ignore = "slow"]
fn a_service_that_drips_its_header_has_two_seconds() {
    assert_504_after_two_seconds(|mut conn| {
        conn.request();
        drip(&mut conn, "HTTP/1.1 200 OK\r\nX: ");
    });
}

#[test]
#[ignore = "slow"]
fn a_body_of_one_byte_every_three_seconds_streams_through() {
    const BYTES: usize = 10;
    let every = Duration::from_secs(3);
    let service = Service::start(move |mut conn| {
        conn.request();
        conn.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {BYTES}\r\n\r\n"
        ));
        for _ in 0..BYTES {
            pause(every);
            conn.send("x");
        }
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send(get("/"));
    let watch = Stopwatch::start();
    assert_eq!(client.head().unwrap().status(), 200);
    watch.assert_within(Duration::ZERO);
    for _ in 0..BYTES {
        let watch = Stopwatch::start();
        assert_eq!(client.exactly(1).unwrap(), b"x");
        watch.assert_within(every);
    }
}

#[test]
#[ignore = "slow"]
fn an_upload_that_pauses_for_five_seconds_succeeds() {
    let service = Service::answering(|_, body| ok(&body.len().to_string()));
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
    pause(Duration::from_secs(5));
    client.send("cd");
    assert_eq!(client.response().text(), "4");
}

#[test]
#[ignore = "slow"]
fn a_websocket_that_is_silent_for_longer_than_any_deadline_is_alive() {
    let service = Service::start(|mut conn| {
        be_patient(&conn);
        conn.request_head();
        conn.send(SWITCHING);
        while let Ok(byte) = conn.exactly(1) {
            conn.send(byte);
        }
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send(HANDSHAKE);
    assert_eq!(client.head().unwrap().status(), 101);
    pause(LONG);
    client.send("still here");
    assert_eq!(client.exactly(10).unwrap(), b"still here");
}

#[test]
#[ignore = "slow"]
fn a_client_that_drips_its_header_is_cut_after_two_seconds() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    let mut sender = Wire::new(client.stream.try_clone().unwrap());
    let watch = Stopwatch::start();
    let sending = thread::spawn(move || drip(&mut sender, "GET / HTTP/1.1\r\nHost: h\r\nX: "));
    assert_eq!(client.response().status(), 408);
    client.assert_closed();
    watch.assert_about(HEADER);
    drop(client);
    sending.join().unwrap();
}

#[test]
#[ignore = "slow"]
fn a_client_that_stops_reading_is_cut_after_half_a_minute_and_so_is_its_service() {
    let (tell, cut) = mpsc::channel();
    let tell = Mutex::new(tell);
    let service = Service::start(move |mut conn| {
        be_patient(&conn);
        conn.request();
        let length = 100 << 20;
        conn.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
        ));
        let part = vec![b'x'; 1 << 20];
        let whole = (0..length / part.len()).all(|_| conn.stream.write_all(&part).is_ok());
        tell.lock().unwrap().send(whole).unwrap();
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    let watch = Stopwatch::start();
    client.send(get("/"));
    let whole = cut.recv_timeout(WRITE_IDLE + PATIENCE).unwrap();
    watch.assert_about(WRITE_IDLE);
    assert!(!whole);
    assert!(client.drain());
    gateway.logged(&["499 DC", "timeouts.write_idle passed"]);
}
