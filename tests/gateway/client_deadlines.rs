//! Clients that are slow: with a head, with a body, between requests, in reading.

use std::sync::mpsc;
use std::time::Duration;

use crate::support::gateway::{Gateway, get};
use crate::support::{Broken, Config, PATIENCE, Service, Stopwatch, Wire, ok, outlast, pause};

const LIMIT: Duration = Duration::from_millis(400);

fn gateway(service: &Service, timeouts: &str) -> Gateway {
    Config::to(service)
        .server(&format!("timeouts: {{ {timeouts} }}"))
        .trusting_loopback()
        .start()
}

/// Sends a byte now and then until the gateway answers or closes.
fn drip(client: &mut Wire, bytes: &str) {
    let mut writer = client.stream.try_clone().unwrap();
    let bytes = bytes.to_owned();
    std::thread::spawn(move || {
        for byte in bytes.bytes().chain(std::iter::repeat(b'x')) {
            if std::io::Write::write_all(&mut writer, &[byte]).is_err() {
                return;
            }
            pause(Duration::from_millis(20));
        }
    });
}

fn assert_408(client: &mut Wire, gateway: &Gateway) {
    let response = client.response();
    assert_eq!(response.status(), 408);
    assert_eq!(response.head.get("connection"), Some("close"));
    let error = "api-gateway; error=http_request_error";
    assert_eq!(response.head.get("proxy-status"), Some(error));
    let id = response.problem()["request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    gateway.logged(&["408 DT", &id]);
    client.assert_closed();
}

#[test]
fn a_head_that_drips_is_cut_at_the_limit() {
    let service = Service::hello();
    let gateway = gateway(&service, "request_header: 400ms");
    for first in [true, false] {
        let mut client = gateway.connect();
        if !first {
            client.send(get("/"));
            client.response();
        }
        let watch = Stopwatch::start();
        drip(&mut client, "GET / HTTP/1.1\r\nHost: h\r\nX: ");
        assert_408(&mut client, &gateway);
        watch.assert_about(LIMIT);
    }
    assert_eq!(service.count("GET"), 1);
}

#[test]
fn two_seconds_for_a_head_hold_without_being_asked_for() {
    let service = Service::hello();
    let gateway = Config::to(&service).trusting_loopback().start();
    let mut client = gateway.connect();
    let watch = Stopwatch::start();
    client.send("GET / HT");
    assert_eq!(client.response().status(), 408);
    watch.assert_about(Duration::from_secs(2));
}

#[test]
fn the_clock_of_a_head_starts_with_its_first_byte() {
    let service = Service::hello();
    let gateway = gateway(&service, "request_header: 400ms");
    let mut client = gateway.connect();
    outlast(LIMIT);
    client.send("GET / HTTP/1.1\r\n");
    pause(Duration::from_millis(100));
    client.send("Host: h\r\n\r\n");
    assert_eq!(client.response().text(), "hello");
}

#[test]
fn a_connection_without_a_request_is_closed_when_it_was_idle_for_long() {
    let service = Service::hello();
    let gateway = gateway(&service, "idle: 400ms");
    for requests in 0..3 {
        let mut watch = Stopwatch::start();
        let mut client = gateway.connect();
        for _ in 0..requests {
            watch = Stopwatch::start();
            client.send(get("/"));
            client.response();
            pause(Duration::from_millis(100));
        }
        client.assert_closed();
        watch.assert_about(LIMIT);
    }
}

#[test]
fn a_body_that_stops_is_cut_and_one_that_pauses_is_not() {
    let service = Service::answering(|_, body| ok(&body.len().to_string()));
    let gateway = gateway(&service, "request_body_idle: 400ms");
    for framing in ["Content-Length: 4", "Transfer-Encoding: chunked"] {
        let (part, end) = match framing.starts_with('C') {
            true => ("ab", "cd"),
            false => ("2\r\nab\r\n2", "\r\ncd\r\n0\r\n\r\n"),
        };
        let head = format!("POST / HTTP/1.1\r\nHost: h\r\n{framing}\r\n\r\n");
        let mut client = gateway.connect();
        client.send(format!("{head}{part}"));
        for byte in end.bytes() {
            pause(Duration::from_millis(100));
            client.send([byte]);
        }
        assert_eq!(client.response().text(), "4", "{framing}");

        let mut client = gateway.connect();
        let watch = Stopwatch::start();
        client.send(format!("{head}{part}"));
        assert_408(&mut client, &gateway);
        watch.assert_about(LIMIT);
    }
}

/// The upload is the client's to make, however long it takes.
#[test]
fn a_pause_in_an_upload_is_not_the_services_silence() {
    let service = Service::answering(|_, body| ok(&body.len().to_string()));
    let gateway = Config::limited(&service, Duration::from_millis(300)).start();
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
    outlast(Duration::from_millis(600));
    client.send("cd");
    assert_eq!(client.response().text(), "4");
}

#[test]
fn a_client_that_sent_ahead_and_left_is_noticed() {
    let (told, left) = mpsc::channel();
    let told = std::sync::Mutex::new(told);
    let service = Service::start(move |mut conn| {
        conn.request();
        conn.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        told.lock().unwrap().send(conn.drain()).unwrap();
    });
    let gateway = Config::to(&service).start();
    for ahead in ["\r\n", "G", &get("/next").repeat(100)] {
        let mut client = gateway.connect();
        client.send(get("/") + ahead);
        assert_eq!(client.head().unwrap().status(), 200);
        drop(client);
        assert!(left.recv_timeout(PATIENCE).unwrap(), "{ahead:?}");
    }
}

#[test]
fn a_client_that_waits_for_a_100_that_never_comes_is_not_to_blame() {
    let service = Service::start(|mut conn| {
        let _ = conn.drain();
    });
    let gateway = Config::limited(&service, LIMIT).start();
    let mut client = gateway.connect();
    let watch = Stopwatch::start();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(client.response().status(), 504);
    watch.assert_about(LIMIT);
}

#[test]
fn a_client_that_stops_reading_is_cut_and_so_is_its_service() {
    let (told, cut) = mpsc::channel();
    let told = std::sync::Mutex::new(told);
    let service = Service::start(move |mut conn| {
        conn.request();
        let length = 100 << 20;
        conn.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
        ));
        let part = vec![b'x'; 1 << 20];
        let sent = (0..length / part.len()).take_while(|_| conn.try_send(&part).is_ok());
        told.lock().unwrap().send(sent.count()).unwrap();
    });
    let gateway = gateway(&service, "write_idle: 400ms");
    let mut client = gateway.connect();
    let watch = Stopwatch::start();
    client.send(get("/"));
    let sent = cut.recv_timeout(PATIENCE).unwrap();
    // The buffers between fill in no time.
    watch.assert_about(LIMIT);
    assert!(sent < 50, "the gateway read on: {sent} MiB");
    gateway.logged(&["499 DC", "timeouts.write_idle passed"]);
    let got = client.try_response("GET").map(|r| r.head);
    assert!(
        matches!(got, Err(Broken::Closed | Broken::Reset)),
        "{got:?}"
    );
}

#[test]
fn a_client_that_reads_slowly_is_served() {
    let length = 24 << 20;
    let service = Service::start(move |mut conn| {
        conn.request();
        conn.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
        ));
        conn.send(vec![b'x'; length]);
    });
    let gateway = gateway(&service, "write_idle: 400ms");
    let mut client = gateway.connect();
    client.send(get("/"));
    assert_eq!(client.head().unwrap().status(), 200);
    let mut got = 0;
    while got < length {
        pause(Duration::from_millis(100));
        let part = (512 << 10).min(length - got);
        got += client.exactly(part).unwrap().len();
    }
}

#[test]
fn a_service_is_not_silent_while_its_client_takes_nothing_even_without_a_limit_for_that() {
    let length = 24 << 20;
    let service = Service::start(move |mut conn| {
        conn.request();
        conn.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"
        ));
        // In vain where the gateway takes it for silent.
        let _ = conn.try_send(vec![b'x'; length]);
    });
    let gateway = Config::new()
        .service("svc", &service.url(), "timeouts: { body_idle: 400ms }")
        .server("timeouts: { write_idle: off }")
        .start();
    let mut client = gateway.connect();
    client.send(get("/"));
    assert_eq!(client.head().unwrap().status(), 200);
    outlast(LIMIT);
    assert_eq!(client.exactly(length).unwrap().len(), length);
}

/// The client takes nothing while the time for its request runs out, and then looks at what
/// there is: the beginning of the answer, and nothing of it twice.
#[test]
fn an_answer_that_is_cut_while_it_can_not_be_written_is_its_beginning() {
    let service = Service::start(|mut conn| {
        conn.request();
        // Until the gateway leaves.
        while conn
            .try_send("HTTP/1.1 200 OK\r\n\r\n".to_owned() + &"a".repeat(1 << 20))
            .is_ok()
        {}
    });
    let keys = "timeouts: { request: 300ms }";
    let gateway = Config::new().service("svc", &service.url(), keys).start();
    for field in ["", "Keep-Alive: by Pingora\r\n"] {
        let mut client = gateway.connect();
        let path = format!("/{}", field.len());
        client.send(format!("GET {path} HTTP/1.1\r\nHost: h\r\n{field}\r\n"));
        assert_eq!(client.head().unwrap().status(), 200);
        gateway.logged(&["504 UT", &path]);
        let raw = client.rest().unwrap();
        let mut rest = &raw[..];
        while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
            let size = std::str::from_utf8(&rest[..end]).unwrap();
            let size = usize::from_str_radix(size, 16).unwrap();
            let data = &rest[end + 2..];
            if data.len() < size + 2 {
                break;
            }
            assert_eq!(&data[size..size + 2], b"\r\n", "{field}");
            rest = &data[size + 2..];
        }
    }
}
