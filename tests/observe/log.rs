//! The operational log, which is on standard error.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;

use super::watched::{Operator, ask};
use crate::support::gateway::{file, program, signal, wait};
use crate::support::{Config, Gateway, Service, Stopwatch, Wire, eventually};

const GONE: &str = "http://127.0.0.1:1";

fn objects(gateway: &Gateway) -> Vec<Value> {
    let read = |line: String| serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
    gateway.log().into_iter().map(read).collect()
}

fn object(gateway: &Gateway, word: &str) -> Value {
    eventually(word, || {
        let says = |object: &Value| object["msg"].as_str().unwrap().contains(word);
        objects(gateway).into_iter().find(says)
    })
}

#[test]
fn each_line_is_an_object_whatever_happens() {
    let config = Config::new()
        .service("svc", GONE, "")
        .top("admin: { listen: off, operator: \"127.0.0.1:0\" }");
    let mut json = program();
    json.env("LOG_FORMAT", "json").env_remove("RUST_LOG");
    let mut gateway = Gateway::start_by(&mut json, &config.text());
    // What `check` would say of the file comes in the same form.
    let warning = object(&gateway, "is an address");
    assert_eq!(
        (&warning["level"], &warning["scope"]),
        (&"warn".into(), &"api-gateway".into())
    );
    let operator = Operator::on(&gateway);

    // A client can put nothing into it, by path, header or id.
    let hostile = "GET /x%22%7d\"}{\"level\":\"info\" HTTP/1.1\r\nHost: h\r\nUser-Agent: \"}\u{85}{\r\n\
                   X-Request-Id: a\"}{\r\n\r\n";
    assert_eq!(gateway.ask(hostile).status(), 502);
    let failed = object(&gateway, "502 UF GET /x");
    assert_eq!(failed["level"], "warn", "{failed}");
    assert_eq!(failed["scope"], "api_gateway::proxy::report", "{failed}");

    // The level is changed while it runs.
    assert_eq!(operator.get("/log-level").json()["level"], "info");
    let changed = operator.ask("POST /log-level?level=debug", &[]);
    assert_eq!(changed.json()["level"], "debug");
    gateway.ask("GET / HTTP/1.1\r\nno colon\r\n\r\n");
    assert_eq!(object(&gateway, "400 DPE")["level"], "debug");
    operator.ask("POST /log-level?level=error", &[]);
    assert_eq!(gateway.get("/unsaid").status(), 502);

    // A refused file is several lines of text, and one object.
    fs::write(gateway.config(), "services: 1\nroutes: 2\n").unwrap();
    let refused = object(&gateway, "configuration refused");
    assert!(
        refused["msg"].as_str().unwrap().lines().count() > 2,
        "{refused}"
    );
    assert_eq!(refused["level"], "error", "{refused}");
    let unsaid = |object: &Value| object["msg"].as_str().unwrap().contains("/unsaid");
    assert!(!objects(&gateway).iter().any(unsaid));
    operator.ask("POST /log-level?level=info", &[]);
    gateway.signal("INT");
    assert_eq!(gateway.wait().code(), Some(0));
    object(&gateway, "stopped: no request was cut");
}

fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

#[test]
fn what_keeps_it_from_starting_is_an_object_too() {
    let config = file("services: 1\n");
    let mut run = program();
    run.args(["run", "--config"])
        .arg(config.path())
        .env("LOG_FORMAT", "json");
    let (code, told) = said(&mut run);
    assert_eq!(code, Some(1));
    assert!(told.lines().count() > 1, "{told}");
    for line in told.lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["level"], "error", "{line}");
        assert!(object["msg"].as_str().unwrap().contains(".yaml:"), "{line}");
    }
    // As text it is what `check` says, and `check` says it as text in any case.
    let (_, text) = said(run.env("LOG_FORMAT", "text"));
    let mut check = program();
    check
        .args(["check", "--config"])
        .arg(config.path())
        .env("LOG_FORMAT", "json");
    let (_, checked) = said(&mut check);
    assert!(checked.starts_with(text.trim_end()), "{text}\n{checked}");
}

#[test]
fn another_format_is_wrong_usage() {
    let (code, told) = said(
        program()
            .args(["run", "--config", "x"])
            .env("LOG_FORMAT", "xml"),
    );
    assert_eq!(code, Some(2));
    assert_eq!(
        told,
        "LOG_FORMAT is \"xml\"; write text or json, or unset it\n"
    );
}

/// A gateway whose standard error is read up to its address and no further.
struct Unread {
    child: Child,
    address: SocketAddr,
    log: BufReader<ChildStderr>,
    _file: tempfile::NamedTempFile,
}

impl Unread {
    fn start(config: &Config) -> Self {
        let file = file(&config.text());
        let mut run = program();
        run.args(["run", "--config"]).arg(file.path());
        let mut child = run.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0);
            if let Some((_, address)) = line.trim().split_once("listening on ") {
                break address.parse().unwrap();
            }
        };
        Self {
            child,
            address,
            log,
            _file: file,
        }
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A pipe holds 64 KiB, some hundred lines. The next one used to stop the worker that said
/// it, with all its clients; and who was told to end couldn't say so, and didn't.
#[test]
fn a_standard_error_that_nobody_reads_stops_no_request_and_no_end() {
    let service = Service::hello();
    let config = Config::new()
        .server("drain: { delay: 0s }")
        .service("svc", &service.url(), "")
        .service("gone", GONE, "")
        .route("gone", "gone", "match: { path: { prefix: /gone } }")
        .route("all", "svc", "");
    let mut gateway = Unread::start(&config);
    let address = gateway.address;
    let mut clients: Vec<_> = (0..4).map(|_| Wire::connect(address)).collect();
    let long = "x".repeat(200);
    for _ in 0..300 {
        for client in &mut clients {
            client.send(ask(&format!("/gone/{long}")));
        }
        for client in &mut clients {
            assert_eq!(client.response().status(), 502);
            // It closes after a failure.
            *client = Wire::connect(address);
        }
    }
    let watch = Stopwatch::start();
    for client in &mut clients {
        client.send(ask("/"));
        assert_eq!(client.response().status(), 200);
    }
    watch.assert_within(std::time::Duration::from_millis(500));
    signal(&gateway.child, "TERM");
    assert_eq!(wait(&mut gateway.child).code(), Some(0));
    // Nobody has read it.
    let lines = gateway.log.by_ref().lines().map_while(Result::ok).count();
    assert!((100..1200).contains(&lines), "{lines}");
}
