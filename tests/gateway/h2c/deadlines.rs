//! Deadlines of single streams: the others on the connection don't notice.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::client::{connect, get, read, send};
use super::raw::{self, Raw};
use crate::support::gateway::Gateway;
use crate::support::{Config, PATIENCE, Service, Stopwatch, ok, outlast, pause};

const LIMIT: Duration = Duration::from_millis(400);

/// It answers `/hello`, begins an answer to `/begins` that has no end, and is silent
/// otherwise.
fn service() -> Service {
    Service::start(|mut conn| {
        while let Some((head, _)) = conn.request() {
            match head.second() {
                "/hello" => conn.send(ok("hello")),
                "/begins" => {
                    conn.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    while conn.try_send("1\r\nx\r\n").is_ok() {
                        pause(Duration::from_millis(20));
                    }
                    return;
                }
                _ => {
                    conn.drain();
                    return;
                }
            }
        }
    })
}

fn over_h2(service: &Service, timeouts: &str) -> Gateway {
    let keys = format!("timeouts: {{ {timeouts} }}");
    Config::new()
        .server("h2c: true")
        .service("svc", &service.url(), &keys)
        .start()
}

#[test]
fn a_stream_whose_service_is_silent_is_reset_and_its_neighbours_are_served() {
    let service = service();
    let gateway = over_h2(&service, "response_header: 400ms");
    Runtime::new().unwrap().block_on(async {
        let mut client = connect(&gateway).await;
        let watch = Stopwatch::start();
        let silent = get(&mut client, "/silent");
        assert_eq!(get(&mut client, "/hello").await.unwrap().status(), 200);
        let error = silent.await.unwrap_err();
        watch.assert_about(LIMIT);
        assert!(error.is_reset() && error.is_remote(), "{error:?}");
        assert_eq!(get(&mut client, "/hello").await.unwrap().status(), 200);
    });
    gateway.logged(&["504 UT", "timeouts.response_header passed"]);
}

#[test]
fn the_whole_exchange_of_a_stream_is_cut_where_request_is_set() {
    let service = service();
    let gateway = over_h2(&service, "request: 400ms, response_header: 9s");
    Runtime::new().unwrap().block_on(async {
        let mut client = connect(&gateway).await;
        let watch = Stopwatch::start();
        let silent = get(&mut client, "/silent");
        let begins = get(&mut client, "/begins").await.unwrap();
        assert_eq!(begins.status(), 200);
        let (body, end) = read(&mut begins.into_body()).await;
        assert!(end.unwrap_err().is_reset());
        assert!(!body.is_empty());
        assert!(silent.await.unwrap_err().is_reset());
        watch.assert_about(LIMIT);
        assert_eq!(get(&mut client, "/hello").await.unwrap().status(), 200);
    });
    gateway.logged(&["504 UT", "timeouts.request passed"]);
}

#[test]
fn a_request_body_that_stops_ends_its_stream() {
    let service = Service::answering(|_, body| ok(&body.len().to_string()));
    let gateway = Config::to(&service)
        .server("h2c: true")
        .server("timeouts: { request_body_idle: 400ms }")
        .start();
    let post = || Request::post("http://h/x").body(()).unwrap();
    Runtime::new().unwrap().block_on(async {
        let mut client = connect(&gateway).await;
        for parts in 0..3 {
            let mut watch = Stopwatch::start();
            let (response, mut body) = client.send_request(post(), false).unwrap();
            for _ in 0..parts {
                tokio::time::sleep(LIMIT / 2).await;
                watch = Stopwatch::start();
                body.send_data(Bytes::from_static(b"x"), false).unwrap();
            }
            let error = response.await.unwrap_err();
            watch.assert_about(LIMIT);
            assert!(error.is_reset(), "after {parts}: {error:?}");
        }
        let (response, mut body) = client.send_request(post(), false).unwrap();
        for part in 0..4 {
            tokio::time::sleep(LIMIT / 2).await;
            body.send_data(Bytes::from_static(b"x"), part == 3).unwrap();
        }
        assert_eq!(response.await.unwrap().status(), 200);
    });
    gateway.logged(&["408 DT", "timeouts.request_body_idle passed"]);
}

#[test]
fn a_connection_that_waits_for_its_answer_is_no_body_that_stops() {
    let service = Service::answering(|_, _| {
        pause(LIMIT * 2);
        ok("late")
    });
    let gateway = Config::to(&service)
        .server("h2c: true")
        .server("timeouts: { request_body_idle: 400ms, request_header: 400ms }")
        .start();
    Runtime::new().unwrap().block_on(async {
        let mut client = connect(&gateway).await;
        assert_eq!(get(&mut client, "/x").await.unwrap().status(), 200);
    });
}

/// A service that tells when a large answer was cut.
fn large() -> (Service, mpsc::Receiver<()>) {
    let (tell, cut) = mpsc::channel();
    let tell = Mutex::new(tell);
    let service = Service::start(move |mut conn| {
        let Some((head, _)) = conn.request() else {
            return;
        };
        if head.second() == "/hello" {
            return conn.send(ok("hello"));
        }
        let length = 100 << 20;
        conn.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
        ));
        let part = vec![b'x'; 1 << 20];
        if (0..length / part.len()).any(|_| conn.try_send(&part).is_err()) {
            tell.lock().unwrap().send(()).unwrap();
        }
    });
    (service, cut)
}

fn impatient(service: &Service) -> Gateway {
    Config::to(service)
        .server("h2c: true")
        .server("timeouts: { write_idle: 400ms }")
        .start()
}

#[test]
fn a_stream_whose_client_gives_it_no_room_is_cut_and_so_is_its_service() {
    let (service, cut) = large();
    let gateway = impatient(&service);
    for window in [0, 100] {
        Runtime::new().unwrap().block_on(async {
            let stream = TcpStream::connect(gateway.address).await.unwrap();
            let mut client = h2::client::Builder::new();
            client.initial_window_size(window);
            let (mut client, connection) = client.handshake(stream).await.unwrap();
            tokio::spawn(connection);
            let watch = Stopwatch::start();
            let response = get(&mut client, "/large").await.unwrap();
            let mut body = response.into_body();
            let mut got = 0;
            let error = loop {
                match body.data().await.unwrap() {
                    Ok(part) => got += part.len(),
                    Err(error) => break error,
                }
            };
            watch.assert_about(LIMIT);
            assert!(error.is_reset(), "{error:?}");
            assert_eq!(got, window as usize);
        });
        cut.recv_timeout(PATIENCE).unwrap();
    }
    gateway.logged(&["499 DC", "GET /large"]);
    assert_eq!(send(&gateway, Request::get("http://h/hello")).status(), 200);
}

#[test]
fn clients_of_http_2_that_stop_reading_are_cut_and_so_are_their_services() {
    let (service, cut) = large();
    let gateway = impatient(&service);
    let mut clients = [(); 8].map(|()| Raw::with_room(&gateway));
    let watch = Stopwatch::start();
    for client in &mut clients {
        client.ask(1, &raw::get("/large"));
    }
    for _ in &clients {
        cut.recv_timeout(PATIENCE).unwrap();
    }
    // Filling all buffers takes a moment too.
    watch.assert_between(LIMIT, LIMIT * 2);
    // The streams may have been cut first: the clients go on not to read.
    outlast(LIMIT);
    for mut client in clients {
        assert!(client.wire.drain());
    }
}
