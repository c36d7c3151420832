//! Bodies that come bit by bit, and bodies that are huge.

use std::io::{Read, Write};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use crate::support::gateway::get;
use crate::support::{Config, Service, ok, outlast};

/// For the response header, not for what follows it.
const LIMIT: Duration = Duration::from_millis(100);

#[test]
fn each_event_arrives_before_the_next_is_sent() {
    for framing in [
        "Transfer-Encoding: chunked\r\n",
        "",
        "Content-Length: 40\r\n",
    ] {
        let (next, wait) = mpsc::channel::<()>();
        let wait = Mutex::new(wait);
        let service = Service::start(move |mut conn| {
            conn.request();
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{framing}\r\n");
            conn.send(head);
            for n in 0..4 {
                wait.lock().unwrap().recv().unwrap();
                let event = format!("data: {n}\n\n");
                let chunked = framing.starts_with("Transfer");
                if chunked {
                    conn.chunk(event)
                } else {
                    conn.send(event)
                }
            }
        });
        let gateway = Config::limited(&service, LIMIT).start();
        let mut client = gateway.connect();
        client.send(get("/events"));
        // The header too, before there is any event.
        let head = client.head().unwrap();
        assert_eq!(head.get("content-type"), Some("text/event-stream"));
        for n in 0..4 {
            outlast(LIMIT);
            next.send(()).unwrap();
            let event = if head.is_chunked() {
                client.next_chunk()
            } else {
                client.exactly(9)
            };
            assert_eq!(
                event.unwrap(),
                format!("data: {n}\n\n").as_bytes(),
                "{framing}"
            );
        }
    }
}

/// More than all the buffers on the way hold together.
const GIB: usize = 1 << 30;
const PART: usize = 256 << 10;

/// A connection that is closed while something of its client is unread is reset, and what
/// the client hasn't taken of its answer by then is lost.
#[test]
fn an_answer_is_whole_whatever_its_client_sends_meanwhile() {
    const LENGTH: usize = 8 << 20;
    const PART: usize = 64 << 10;
    let service = Service::answering(|_, _| ok(&"x".repeat(LENGTH)));
    let gateway = Config::unlimited(&service).start();
    for _ in 0..5 {
        let mut client = gateway.connect();
        client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        assert_eq!(client.head().unwrap().status(), 200);
        for part in 0..LENGTH / PART {
            client.try_send(get("/more")).unwrap();
            let read = client.exactly(PART);
            assert!(read.is_ok(), "after {} KiB: {read:?}", (part * PART) >> 10);
        }
        client.assert_closed();
    }
}

#[test]
fn a_gibibyte_each_way_does_not_grow_the_gateway() {
    let service = Service::start(|mut conn| {
        let head = conn.request_head().unwrap();
        let mut stream = conn.stream.try_clone().unwrap();
        if head.method() == "GET" {
            conn.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {GIB}\r\n\r\n"));
            let part = vec![b'd'; PART];
            (0..GIB / PART).for_each(|_| stream.write_all(&part).unwrap());
        } else {
            let rest = GIB - conn.take_buffered();
            assert_eq!(count(stream, rest), rest);
            conn.send(format!(
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Got: {GIB}\r\n\r\n"
            ));
        }
        let _ = conn.rest();
    });
    let gateway = Config::to(&service).unbounded().start();
    // What a few ordinary requests need is there before it is measured.
    let mut download = gateway.connect();
    let mut upload = gateway.connect();
    let before = gateway.rss_kib();
    let sending = thread::spawn(move || {
        upload.send(format!(
            "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: {GIB}\r\n\r\n"
        ));
        let part = vec![b'u'; PART];
        (0..GIB / PART).for_each(|_| upload.send(&part));
        upload.response()
    });
    download.send(get("/"));
    assert_eq!(download.head().unwrap().length(), Some(GIB as u64));
    let mut got = download.take_buffered();
    let mut most = 0;
    while got < GIB {
        got += count(
            download.stream.try_clone().unwrap(),
            (GIB - got).min(32 << 20),
        );
        most = most.max(gateway.rss_kib());
    }
    let answer = sending.join().unwrap();
    assert_eq!(answer.head.get("x-got"), Some(GIB.to_string().as_str()));
    most = most.max(gateway.rss_kib());
    let grown = most.saturating_sub(before);
    assert!(grown < 32 << 10, "grew by {grown} KiB");
}

/// Reads up to so many bytes without keeping them.
fn count(mut stream: impl Read, most: usize) -> usize {
    let mut part = vec![0; PART];
    let mut total = 0;
    while total < most {
        let room = part.len().min(most - total);
        match stream.read(&mut part[..room]).unwrap() {
            0 => break,
            read => total += read,
        }
    }
    total
}
