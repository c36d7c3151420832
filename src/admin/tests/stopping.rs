use std::thread::yield_now;
use std::time::Instant;

use super::*;

/// Waits until nobody listens any more.
fn refused(address: SocketAddr) {
    let started = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(started.elapsed() < HANGS);
        yield_now();
    }
}

#[test]
fn an_open_request_is_finished_and_no_connection_taken() {
    let running = running();
    let mut client = connect(running.public);
    ask_on(&mut client, "GET /livez").is(200, "ok\n");
    client.write_all(b"GET /readyz HTTP/1.1\r\nHo").unwrap();

    running.admin.stop_accepting();
    refused(running.public);
    refused(running.operator);

    client.write_all(b"st: h\r\n\r\n").unwrap();
    let answer = read_answer(&mut client);
    answer.is(200, r#"{"ready":true,"pending":[]}"#);
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(rest(&mut client), "");
}

#[test]
fn a_kept_connection_gets_one_more_answer() {
    let running = running();
    let mut client = connect(running.operator);
    ask_on(&mut client, "GET /livez").is(200, "ok\n");
    running.admin.stop_accepting();
    let answer = ask_on(&mut client, "GET /status");
    answer.is(200, r#"{"generation":7}"#);
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(rest(&mut client), "");
}

#[test]
fn dropping_the_handle_stops_accepting() {
    let Running {
        admin,
        public,
        _runtime,
        ..
    } = running();
    drop(admin);
    refused(public);
}
