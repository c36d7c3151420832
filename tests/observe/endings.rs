//! Requests that the end of the process cuts, and connections that find no place.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::watched::{Operator, Watched, ask};
use crate::support::{Config, Service, Stopwatch, until};

/// The service takes requests and never answers.
fn silent() -> Service {
    Service::start(|mut conn| {
        conn.request();
        conn.drain();
    })
}

/// Ends shortly after it is told to, whatever is in progress.
fn hasty(service: &Service, timeout: &str) -> Config {
    let drain = format!("drain: {{ delay: 0s, timeout: {timeout} }}");
    Config::unlimited(service).server(&drain)
}

#[test]
fn a_request_that_is_cut_at_the_end_is_told_so_and_has_its_line() {
    let service = silent();
    let mut watched = Watched::start(&hasty(&service, "200ms"));
    let mut client = watched.gateway.connect();
    client.send(ask("/cut?token=x"));
    service.received(1);
    watched.gateway.signal("TERM");
    let response = client.response();
    assert_eq!(response.status(), 503, "{response:?}");
    let error = "api-gateway; error=destination_unavailable";
    assert_eq!(response.head.get("proxy-status"), Some(error));
    assert_eq!(response.head.get("connection"), Some("close"));
    assert_eq!(response.problem()["status"], 503);
    let id = response.problem()["request_id"].clone();
    client.assert_closed();
    assert_eq!(watched.gateway.wait().code(), Some(0));
    let line = watched.line_of("/cut?token=[redacted]");
    assert_eq!(line["request_id"], id, "{line}");
    assert_eq!(line["response_code"], 503, "{line}");
    assert_eq!(line["response_flags"], "DR", "{line}");
    assert_eq!(line["error_origin"], "gateway", "{line}");
    let details = &line["response_code_details"];
    assert_eq!(details, "draining{drain.timeout}", "{line}");
    watched
        .gateway
        .logged(&["503 DR GET /cut", "drain.timeout"]);
}

#[test]
fn an_answer_and_a_tunnel_that_are_cut_have_lines_with_what_they_began_with() {
    let service = Service::start(|mut conn| {
        while let Some((head, _)) = conn.request() {
            match head.second() {
                "/stream" => conn.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),
                _ => {
                    conn.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
                }
            }
        }
    });
    let mut watched = Watched::start(&hasty(&service, "200ms"));
    let mut stream = watched.gateway.connect();
    stream.send(ask("/stream"));
    assert_eq!(stream.head().unwrap().status(), 200);
    let mut tunnel = watched.gateway.connect();
    tunnel.send(
        "GET /tunnel HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    assert_eq!(tunnel.head().unwrap().status(), 101);
    watched.gateway.signal("TERM");
    assert_eq!(watched.gateway.wait().code(), Some(0));
    for (path, status) in [("/stream", 200), ("/tunnel", 101)] {
        let line = watched.line_of(path);
        assert_eq!(line["response_code"], status, "{line}");
        assert_eq!(line["response_flags"], "DR", "{line}");
    }
}

/// There is no time for an answer then, nor a way to a stream of HTTP/2.
#[test]
fn what_is_dropped_at_the_end_has_its_line_too() {
    let service = silent();
    for (signals, timeout) in [(1, "200ms"), (2, "1h")] {
        let config = hasty(&service, timeout).server("h2c: true");
        let mut watched = Watched::start(&config);
        let before = service.heads().len();
        let runtime = Runtime::new().unwrap();
        let address = watched.gateway.address;
        let _stream = runtime.block_on(async move {
            let stream = TcpStream::connect(address).await.unwrap();
            let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
            tokio::spawn(connection);
            let request = http::Request::get("http://shop.example/h2").body(());
            client.send_request(request.unwrap(), true).unwrap()
        });
        let mut client = watched.gateway.connect();
        client.send(ask("/h1"));
        service.received(before + 2);
        watched.gateway.signal("TERM");
        if signals == 2 {
            watched.gateway.logged(&["finishing"]);
            watched.gateway.signal("TERM");
        }
        assert_eq!(watched.gateway.wait().code(), Some(signals - 1));
        let line = watched.line_of("/h1");
        assert_eq!(line["response_flags"], "DR", "{line}");
        let line = watched.line_of("/h2");
        assert_eq!(line["response_flags"], "DR", "{line}");
        assert_eq!(line["response_code"], 503, "{line}");
        assert_eq!(line["protocol"], "HTTP/2", "{line}");
        assert_eq!(line["authority"], "shop.example", "{line}");
    }
}

/// A pipe that nobody reads.
pub fn pipe(path: &Path) -> File {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
    // Whoever opens it for both waits for nobody.
    let mut options = File::options();
    options.read(true).write(true);
    options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    options.open(path).unwrap()
}

/// What is in the pipe fills it: from then on the log stalls.
fn fill(watched: &Watched, pipe: &mut File) {
    let long = "x".repeat(7000);
    for _ in 0..40 {
        assert_eq!(watched.gateway.get(&format!("/{long}")).status(), 200);
    }
    until("the pipe is full", || {
        let bytes = rustix::io::ioctl_fionread(&*pipe).unwrap();
        bytes > 50_000
    });
}

/// The end waits for a log that stalls, for a second. So long the count can be seen.
#[test]
fn requests_that_are_cut_are_counted() {
    let service = Service::start(|mut conn| {
        while let Some((head, _)) = conn.request() {
            if head.second() == "/cut" {
                conn.drain();
                return;
            }
            conn.send(crate::support::ok("hello"));
        }
    });
    let dir = tempfile::tempdir().unwrap();
    let mut pipe = pipe(&dir.path().join("pipe"));
    let output = format!(
        "access_log: {{ output: {} }}",
        dir.path().join("pipe").display()
    );
    let config = hasty(&service, "200ms").top(&output);
    let mut watched = Watched::operated_with(&config);
    let operator = Operator::of(&watched);
    fill(&watched, &mut pipe);
    let mut client = watched.gateway.connect();
    client.send(ask("/cut"));
    until("the request is at the service", || {
        service.heads().iter().any(|head| head.second() == "/cut")
    });
    let watch = Stopwatch::start();
    watched.gateway.signal("TERM");
    assert_eq!(client.response().status(), 503);
    let counted = "gateway_requests_total{route=\"all\",service=\"svc\",code=\"503\",\
                   flag=\"DR\",origin=\"gateway\"} 1";
    until("it is counted", || {
        operator.get("/metrics").text().contains(counted)
    });
    let failures = operator.get("/status").json()["failures"][0].clone();
    assert_eq!(
        (&failures["flag"], &failures["path"], &failures["origin"]),
        (&"DR".into(), &"/cut".into(), &"gateway".into())
    );
    assert_eq!(watched.gateway.wait().code(), Some(0));
    // drain.timeout, and a second for the log.
    watch.assert_between(Duration::from_secs(1), Duration::from_millis(1900));
    let mut rest = Vec::new();
    let _ = pipe.read_to_end(&mut rest);
}

/// At once means at once.
#[test]
fn a_log_that_stalls_does_not_hold_up_who_is_told_to_stop_twice() {
    let service = silent();
    let dir = tempfile::tempdir().unwrap();
    let mut pipe = pipe(&dir.path().join("pipe"));
    let output = format!(
        "access_log: {{ output: {} }}",
        dir.path().join("pipe").display()
    );
    let hello = Service::hello();
    let config = hasty(&service, "1h")
        .service("hello", &hello.url(), "")
        .route("cut", "svc", "match: { path: { exact: /cut } }")
        .route("rest", "hello", "")
        .top(&output);
    let mut watched = Watched::operated_with(&config);
    fill(&watched, &mut pipe);
    let mut client = watched.gateway.connect();
    client.send(ask("/cut"));
    service.received(1);
    watched.gateway.signal("TERM");
    watched.gateway.logged(&["finishing"]);
    let watch = Stopwatch::start();
    watched.gateway.signal("TERM");
    assert_eq!(watched.gateway.wait().code(), Some(1));
    watch.assert_within(Duration::from_millis(200));
}

/// Of those that come in a crowd only some have a line, and all are counted.
#[test]
fn connections_too_many_are_counted_and_have_a_line_now_and_then() {
    let service = Service::hello();
    let config = Config::to(&service).server("limits: { connections: 1 }");
    let watched = Watched::operated(&config);
    let operator = Operator::of(&watched);
    let mut first = watched.gateway.connect();
    first.send(ask("/first"));
    assert_eq!(first.response().status(), 200);
    let watch = std::time::Instant::now();
    const CROWD: usize = 50;
    for _ in 0..CROWD {
        let mut refused = watched.gateway.connect();
        let response = refused.response_to("GET");
        assert_eq!(response.status(), 503);
        // It is one answer for all, whoever asks: without an id and a Proxy-Status.
        assert_eq!(response.head.get("proxy-status"), None);
        let problem = response.json();
        assert_eq!(problem["status"], 503, "{problem}");
        assert!(problem["request_id"].is_null(), "{problem}");
    }
    let seconds = usize::try_from(watch.elapsed().as_secs()).unwrap();
    let is_refused = |line: &serde_json::Value| line["response_flags"] == "UO";
    let line = watched.line("a connection too many", is_refused);
    assert_eq!(line["response_code"], 503, "{line}");
    let details = &line["response_code_details"];
    assert_eq!(details, "overloaded{limits.connections}", "{line}");
    assert_eq!(line["error_origin"], "gateway", "{line}");
    assert_eq!(line["downstream_remote_address"], "127.0.0.1", "{line}");
    assert_eq!((&line["method"], &line["path"]), (&"-".into(), &"-".into()));
    assert!(line["request_id"].is_null(), "{line}");
    let lines = watched.lines().into_iter().filter(is_refused).count();
    assert!((1..=seconds + 1).contains(&lines), "{lines} in {seconds} s");
    let page = operator.get("/metrics");
    for sample in [
        "gateway_client_connections_refused_total 50",
        "gateway_limits_total{limit=\"connections\"} 50",
    ] {
        assert!(page.text().contains(sample), "{sample}");
    }
}
