//! Connections of HTTP/2 that wait, and those that may become one.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::client::get;
use super::raw::{DATA, GOAWAY, PREFACE, Raw, frame};
use crate::support::gateway::Gateway;
use crate::support::{Config, Service, Stopwatch};

const LIMIT: Duration = Duration::from_millis(400);

fn gateway(service: &Service, timeouts: &str) -> Gateway {
    Config::to(service)
        .server("h2c: true")
        .server(&format!("timeouts: {{ {timeouts} }}"))
        .start()
}

#[test]
fn a_connection_without_a_stream_is_closed_when_it_was_idle_for_long() {
    let service = Service::hello();
    let gateway = gateway(&service, "idle: 400ms");
    for requests in 0..3 {
        Runtime::new().unwrap().block_on(async {
            let mut watch = Stopwatch::start();
            let stream = TcpStream::connect(gateway.address).await.unwrap();
            let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
            let connection = tokio::spawn(connection);
            for _ in 0..requests {
                tokio::time::sleep(LIMIT / 2).await;
                watch = Stopwatch::start();
                assert_eq!(get(&mut client, "/x").await.unwrap().status(), 200);
            }
            let _ = connection.await.unwrap();
            watch.assert_about(LIMIT);
        });
    }
}

#[test]
fn half_a_preface_is_a_head_that_has_no_end() {
    let service = Service::hello();
    let gateway = gateway(&service, "request_header: 400ms");
    for part in [1, PREFACE.len() / 2, PREFACE.len() - 1] {
        let mut client = gateway.connect();
        let watch = Stopwatch::start();
        client.send(&PREFACE[..part]);
        assert_eq!(client.response().status(), 408, "{part} bytes");
        client.assert_closed();
        watch.assert_about(LIMIT);
    }
}

#[test]
fn a_request_that_is_shorter_than_a_preface_does_not_wait_for_one() {
    let service = Service::hello();
    let gateway = Config::to(&service).server("h2c: true").start();
    let watch = Stopwatch::start();
    assert_eq!(gateway.ask("GET / HTTP/1.0\r\n\r\n").text(), "hello");
    watch.assert_within(Duration::ZERO);
}

/// What is behind the frame that a connection ends for stays unread, and closing alone would
/// make a reset of it, which may overtake the reason.
#[test]
fn a_connection_that_ends_early_is_not_reset() {
    let service = Service::hello();
    let gateway = Config::to(&service).server("h2c: true").start();
    let mut client = Raw::connect(&gateway);
    // DATA that belongs to no stream, and more than is read at once.
    let mut frames = frame(DATA, 0, 0, b"x");
    frames.resize(60_000, 0);
    client.wire.send(frames);
    let goaway = std::iter::from_fn(|| client.next().ok()).find(|frame| frame.kind == GOAWAY);
    assert_eq!(goaway.unwrap().code(), 1);
    client.wire.assert_closed();
}
