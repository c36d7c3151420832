//! Request and response at the same time, and either side leaving early.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use crate::support::gateway::get;
use crate::support::{Broken, Config, Service, Stopwatch, Wire, ok, until};

/// For the response header, which comes before the bodies.
const LIMIT: Duration = Duration::from_millis(200);

#[test]
fn both_bodies_flow_at_once() {
    let service = Service::start(|mut conn| {
        conn.request_head();
        conn.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        loop {
            let data = conn.next_chunk().unwrap();
            conn.chunk(&data);
            if data.is_empty() {
                return;
            }
        }
    });
    let gateway = Config::limited(&service, LIMIT).start();
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_eq!(client.head().unwrap().status(), 200);
    for word in ["one", "two", "three"] {
        client.chunk(word);
        assert_eq!(client.next_chunk().unwrap(), word.as_bytes());
    }
    client.chunk("");
    assert_eq!(client.next_chunk().unwrap(), b"");
}

/// Longer than anything waits.
const STALL: Duration = Duration::from_secs(30);

/// What a service does after it has answered early.
#[derive(Clone, Copy, Debug)]
enum After {
    Closes,
    Resets,
    Stalls,
    ReadsOn,
}

fn answers_early(after: After) -> Service {
    Service::start(move |mut conn| {
        conn.request_head();
        conn.exactly(1000).unwrap();
        let body = "x".repeat(20_000);
        conn.send(format!(
            "HTTP/1.1 413 Content Too Large\r\nContent-Length: 20000\r\n\r\n{body}"
        ));
        match after {
            After::Closes => {}
            After::Resets => conn.into_wire().reset(),
            After::Stalls => conn.stall(STALL),
            After::ReadsOn => drop(conn.rest()),
        }
    })
}

#[test]
fn an_early_answer_arrives_whole_while_the_client_still_sends() {
    for after in [After::Closes, After::Stalls, After::ReadsOn] {
        let service = answers_early(after);
        let gateway = Config::to(&service).unbounded().start();
        let mut client = gateway.connect();
        let length = 64 << 20;
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n"
        ));
        let mut sender = Wire::new(client.stream.try_clone().unwrap());
        let sending = thread::spawn(move || {
            let part = vec![b'x'; 64 << 10];
            (0..length / part.len()).all(|_| sender.try_send(&part).is_ok())
        });
        let watch = Stopwatch::start();
        let response = client.response();
        assert_eq!(response.status(), 413, "{after:?}");
        assert_eq!(response.body.len(), 20_000, "{after:?}");
        assert_eq!(response.head.get("connection"), Some("close"), "{after:?}");
        client.assert_closed();
        // The limit on a service that takes nothing, and a second for the rest.
        watch.assert_within(Duration::from_secs(3));
        drop(client);
        sending.join().unwrap();
    }
}

/// More than sockets hold, either way.
#[test]
fn a_service_that_writes_before_it_reads_holds_up_nobody() {
    const LENGTH: usize = 16 << 20;
    let service = Service::start(|mut conn| {
        let head = conn.request_head().unwrap();
        conn.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n"
        ));
        conn.send(vec![b'a'; LENGTH]);
        conn.request_body(&head).unwrap();
    });
    let gateway = Config::to(&service).unbounded().start();
    let mut client = gateway.connect();
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {LENGTH}\r\n\r\n"
    ));
    let mut sender = Wire::new(client.stream.try_clone().unwrap());
    let sending = thread::spawn(move || sender.try_send(vec![b'x'; LENGTH]));
    assert_eq!(client.response().body.len(), LENGTH);
    sending.join().unwrap().unwrap();
    until("the service has all of it", || {
        service.bodies().iter().any(|body| body.len() == LENGTH)
    });
}

/// It only reads when all is sent, as simple clients do.
#[test]
fn an_early_answer_waits_for_a_client_that_first_sends_everything() {
    let service = answers_early(After::Closes);
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    let length = 700 << 10;
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n"
    ));
    for _ in 0..700 {
        client.send([b'x'; 1 << 10]);
    }
    let response = client.response();
    assert_eq!((response.status(), response.body.len()), (413, 20_000));
}

#[test]
fn a_reset_after_an_early_answer_is_an_answer_or_a_502_but_no_hang() {
    let service = answers_early(After::Resets);
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000\r\n\r\n");
    client.send("x".repeat(2000));
    let response = client.try_response("POST");
    match response {
        Ok(response) => assert!([413, 502].contains(&response.status()), "{response:?}"),
        Err(broken) => assert_ne!(broken, Broken::Silent),
    }
}

#[test]
fn after_an_early_answer_to_a_body_that_ended_the_connection_is_in_step() {
    let service = Service::start(|mut conn| {
        while let Some(head) = conn.request_head() {
            conn.send(ok("early"));
            conn.request_body(&head).unwrap();
        }
    });
    let gateway = Config::to(&service).start();
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nGET /");
    let first = client.response();
    assert_eq!(first.text(), "early");
    if first.head.get("connection") == Some("keep-alive") {
        client.send(get("/next"));
        assert_eq!(client.response().text(), "early");
    }
    // Whatever became of the client's connection, no body was taken for a request.
    assert!(
        service
            .heads()
            .iter()
            .all(|head| head.start.ends_with(" HTTP/1.1"))
    );
    assert!(service.count("GET") <= 1);
}

#[test]
fn the_service_notices_that_the_client_left() {
    let cases: [(&str, &str, &str); 4] = [
        ("waiting", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ""),
        (
            "downloading",
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        ),
        (
            "uploading",
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc",
            "",
        ),
        (
            "event stream",
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
        ),
    ];
    for reset in [false, true] {
        for (when, request, answer) in cases {
            let (left, noticed) = mpsc::channel();
            let left = Mutex::new(left);
            let service = Service::start(move |mut conn| {
                conn.request_head();
                conn.send(answer);
                let end = conn.rest();
                left.lock().unwrap().send(end).unwrap();
            });
            let gateway = Config::unlimited(&service).start();
            let mut client = gateway.connect();
            client.send(request);
            service.received(1);
            if !answer.is_empty() {
                assert_eq!(client.head().unwrap().status(), 200);
            }
            let watch = Stopwatch::start();
            if reset {
                client.reset()
            } else {
                drop(client)
            }
            let end = noticed.recv_timeout(crate::support::PATIENCE);
            assert!(end.is_ok(), "{when}: the service was never told");
            assert_ne!(end, Ok(Err(Broken::Silent)), "{when}");
            watch.assert_within(Duration::from_millis(200));
            let line = gateway.logged(&["499 DC"]);
            assert!(line.contains("DEBUG"), "{line}");
        }
    }
}
