use std::io::ErrorKind;
use std::pin::pin;
use std::time::Instant;

use tokio::io::AsyncWriteExt;

use super::super::client::serve;
use super::super::turn::Turn;
use super::*;

const SHORT: Duration = Duration::from_millis(250);

fn patient() -> Limits {
    Limits {
        connections: 64,
        head: 2 * HANGS,
        idle: 2 * HANGS,
        answer: 2 * HANGS,
        ..Limits::default()
    }
}

#[test]
fn a_slow_head_is_cut_though_bytes_arrive() {
    let running = running_with(Limits {
        head: SHORT,
        ..patient()
    });
    let started = Instant::now();
    let mut client = connect(running.public);
    client
        .write_all(b"GET /livez HTTP/1.1\r\nHost: h\r\nX: ")
        .unwrap();
    client
        .set_read_timeout(Some(Duration::from_millis(1)))
        .unwrap();
    loop {
        // It fails once the server has closed.
        let _ = client.write_all(b"x");
        match client.read(&mut [0; 64]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Ok(0) => break,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            other => panic!("{other:?}"),
        }
        assert!(started.elapsed() < HANGS);
    }
    assert!(started.elapsed() >= SHORT);
}

#[test]
fn a_client_that_never_asks_is_cut() {
    let running = running_with(Limits {
        head: SHORT,
        ..patient()
    });
    assert_eq!(rest(&mut connect(running.public)), "");
}

#[test]
fn a_slow_head_is_cut_on_a_kept_connection_too() {
    let running = running_with(Limits {
        head: SHORT,
        ..patient()
    });
    let mut client = connect(running.public);
    ask_on(&mut client, "GET /livez").is(200, "ok\n");
    client.write_all(b"GET /livez HT").unwrap();
    assert_eq!(rest(&mut client), "");
}

#[test]
fn a_connection_idles_longer_than_a_head_may_take_but_not_forever() {
    let running = running_with(Limits {
        head: SHORT,
        idle: 3 * SHORT,
        ..patient()
    });
    let started = Instant::now();
    let mut client = connect(running.public);
    ask_on(&mut client, "GET /livez").is(200, "ok\n");
    assert_eq!(rest(&mut client), "");
    assert!(started.elapsed() >= 3 * SHORT);
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_cut() {
    let limits = Limits {
        answer: SHORT,
        ..patient()
    };
    let (_stop, stopping) = watch::channel(false);
    let site = Site {
        audience: Audience::Everybody,
        limits,
        subject: Arc::new(Fake::default()),
        stopping,
        watchers: Watchers::new(limits),
    };
    let (mut client, server) = tokio::io::duplex(64);
    let mut served = pin!(serve(server, Arc::new(site), Arc::new(Turn::new(limits))));
    let asked = client.write_all(b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n");
    asked.await.unwrap();
    let ended = tokio::time::timeout(HANGS, served.as_mut()).await.unwrap();
    assert_eq!(ended.unwrap_err().to_string(), "the client took too long");
}

/// Events that nobody takes aren't heaped up.
#[tokio::test]
async fn who_watches_without_reading_is_cut() {
    let limits = Limits {
        answer: SHORT,
        look: Duration::from_millis(1),
        ..patient()
    };
    let (_stop, stopping) = watch::channel(false);
    let site = Site {
        audience: Audience::Operator,
        limits,
        subject: Arc::new(Fake::default()),
        stopping,
        watchers: Watchers::new(limits),
    };
    let (mut client, server) = tokio::io::duplex(1024);
    let mut served = pin!(serve(server, Arc::new(site), Arc::new(Turn::new(limits))));
    let asked = client.write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    asked.await.unwrap();
    let ended = tokio::time::timeout(HANGS, served.as_mut()).await.unwrap();
    assert_eq!(ended.unwrap_err().to_string(), "the client took too long");
}

#[test]
fn a_large_head_is_not_held() {
    let running = running();
    let mut client = connect(running.public);
    let long = "x".repeat(20 << 10);
    let head = format!("GET /livez HTTP/1.1\r\nHost: h\r\nX: {long}\r\n\r\n");
    client.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // What wasn't read resets the connection, with the answer or after it.
    let ended = client.read_to_end(&mut answer);
    let refused = answer.starts_with(b"HTTP/1.1 431 ");
    assert!(refused || ended.is_err(), "{ended:?}");
}

#[test]
fn the_65th_connection_is_served_for_the_one_that_is_silent_longest() {
    let running = running_with(Limits {
        connections: Limits::default().connections,
        ..patient()
    });
    let mut silent: Vec<_> = (0..64).map(|_| connect(running.public)).collect();
    let mut another = connect(running.public);
    ask_on(&mut another, "GET /livez").is(200, "ok\n");
    assert_eq!(rest(&mut silent[0]), "");
    for client in &mut silent[1..] {
        ask_on(client, "GET /livez").is(200, "ok\n");
    }
    // Each listener has places of its own.
    ask(running.operator, "GET /livez", &[]).is(200, "ok\n");
}

#[test]
fn a_crowd_of_silent_clients_keeps_no_probe_out() {
    let running = running_with(Limits {
        connections: 2,
        ..patient()
    });
    let _crowd: Vec<_> = (0..200).map(|_| connect(running.public)).collect();
    for _ in 0..20 {
        ask(running.public, "GET /livez", &[]).is(200, "ok\n");
    }
}
