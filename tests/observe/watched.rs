//! A gateway that writes its access log to a file, and the page of its metrics.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::gateway::get;
use crate::support::{Config, Gateway, Response, Wire, eventually};

pub struct Watched {
    pub gateway: Gateway,
    dir: TempDir,
}

impl Watched {
    pub fn start(config: &Config) -> Self {
        Self::start_with(config, "")
    }

    /// `keys` stand in `access_log`, after a comma.
    pub fn start_with(config: &Config, keys: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("access.log");
        let log = format!("access_log: {{ output: {}{keys} }}", path.display());
        let config = config
            .clone()
            .trusting_loopback()
            .server("builtin_endpoints: { metrics: /metrics }")
            .top(&log);
        Self {
            gateway: config.start(),
            dir,
        }
    }

    /// With an operator's listener.
    pub fn operated(config: &Config) -> Self {
        Self::start(&config.clone().top(OPERATED))
    }

    /// The same for a configuration that says where its access log goes.
    pub fn operated_with(config: &Config) -> Self {
        let config = config.clone().trusting_loopback().top(OPERATED);
        Self {
            gateway: config.start(),
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("access.log")
    }

    pub fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path()).unwrap_or_default();
        // The last one may not be whole yet.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let lines = whole.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The first line for which this holds.
    pub fn line(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        eventually(what, || self.lines().into_iter().find(&holds))
    }

    pub fn line_of(&self, path: &str) -> Value {
        self.line(path, |line| line["path"] == path)
    }

    /// The value of a sample; 0 when it isn't there.
    pub fn metric(&self, sample: &str) -> f64 {
        let page = self.gateway.get("/metrics");
        assert_eq!(page.status(), 200);
        let line = page
            .text()
            .lines()
            .find_map(|line| line.strip_prefix(sample));
        line.map_or(0.0, |value| value.trim().parse().unwrap())
    }
}

pub const OPERATED: &str = "admin: { listen: off, operator: \"127.0.0.1:0\" }";

/// The operator's listener of a gateway.
#[derive(Clone, Copy)]
pub struct Operator(SocketAddr);

impl Operator {
    pub fn of(watched: &Watched) -> Self {
        Self::on(&watched.gateway)
    }

    pub fn on(gateway: &Gateway) -> Self {
        Self::named(gateway, "operator on ")
    }

    /// The listener whose address the log says after these words.
    pub fn named(gateway: &Gateway, words: &str) -> Self {
        let line = gateway.logged(&[words]);
        let (_, rest) = line.split_once(words).unwrap();
        // The log may be of objects.
        let address = rest.split('"').next().unwrap();
        Self(address.parse().unwrap())
    }

    pub fn address(self) -> SocketAddr {
        self.0
    }

    /// `GET /status`, and further lines of the head.
    pub fn ask(self, request: &str, lines: &[&str]) -> Response {
        self.ask_as(request, &self.0.to_string(), lines)
    }

    pub fn ask_as(self, request: &str, host: &str, lines: &[&str]) -> Response {
        let mut wire = Wire::connect(self.0);
        let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let head = format!("{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        wire.send(format!("{head}{lines}\r\n"));
        wire.response_to(request.split(' ').next().unwrap())
    }

    pub fn get(self, path: &str) -> Response {
        self.ask(&format!("GET {path}"), &[])
    }
}

/// The path of a GET that nobody else makes.
pub fn ask(path: &str) -> String {
    get(path)
}
