//! An Envoy with a listener for each connection manager, and a client that sends bytes as
//! they are.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::message::Response;
use crate::support::{Wire, tools, until};

pub(crate) struct Envoy {
    process: Child,
    /// By listener, in the order given.
    pub(crate) listeners: Vec<SocketAddr>,
    dir: tempfile::TempDir,
}

impl Envoy {
    /// Each manager is the fields of one connection manager.
    pub(crate) fn start(managers: Vec<Value>) -> Self {
        // Without an endpoint: the answer is Envoy's own, after the rewrite.
        let nowhere = json!({ "name": "nowhere", "type": "STATIC" });
        let listeners = managers.into_iter().map(listener).collect();
        Self::with(listeners, vec![nowhere])
    }

    /// Each listener lacks only its address.
    pub(crate) fn with(listeners: Vec<Value>, clusters: Vec<Value>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let held: Vec<_> = listeners
            .iter()
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let places: Vec<_> = held.iter().map(|l| l.local_addr().unwrap()).collect();
        let all: Vec<_> = listeners
            .into_iter()
            .zip(&places)
            .map(|(mut listener, at)| {
                listener["address"] = json!({
                    "socket_address": { "address": at.ip().to_string(), "port_value": at.port() },
                });
                listener
            })
            .collect();
        let config = json!({
            "admin": { "address": { "pipe": { "path": dir.path().join("admin.sock") } } },
            "static_resources": {
                "listeners": all,
                "clusters": clusters,
            },
        });
        let file = dir.path().join("envoy.json");
        fs::write(&file, config.to_string()).unwrap();
        drop(held);
        let output = File::create(dir.path().join("envoy.log")).unwrap();
        let process = Command::new(tools::envoy())
            .arg("-c")
            .arg(file)
            .args(["--concurrency", "1", "--disable-hot-restart"])
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut envoy = Self {
            process,
            listeners: places,
            dir,
        };
        envoy.ready();
        envoy
    }

    /// What its admin interface answers to this.
    pub(crate) fn admin(&self, path: &str) -> Vec<u8> {
        let stream = UnixStream::connect(self.dir.path().join("admin.sock")).unwrap();
        let mut wire = Wire::over(stream);
        wire.send(format!("GET {path} HTTP/1.1\r\nHost: admin\r\n\r\n"));
        let answer = wire.response();
        assert_eq!(answer.status(), 200, "{path}");
        answer.body
    }

    fn ready(&mut self) {
        until("Envoy serves", || {
            if self.process.try_wait().unwrap().is_some() {
                let log = fs::read_to_string(self.dir.path().join("envoy.log"));
                panic!("Envoy ended:\n{}", log.unwrap());
            }
            let listens = |at| TcpStream::connect(at).is_ok();
            self.listeners.iter().all(listens)
        });
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A listener with one connection manager of these fields.
pub(crate) fn listener(fields: Value) -> Value {
    json!({ "filter_chains": [{ "filters": [manager(fields)] }] })
}

/// The filter of a connection manager of these fields.
pub(crate) fn manager(mut fields: Value) -> Value {
    let name = "type.googleapis.com/envoy.extensions.filters";
    fields["@type"] = json!(format!(
        "{name}.network.http_connection_manager.v3.HttpConnectionManager"
    ));
    fields["stat_prefix"] = json!("comparison");
    if fields.get("http_filters").is_none() {
        fields["http_filters"] = json!([{
            "name": "envoy.filters.http.router",
            "typed_config": { "@type": format!("{name}.http.router.v3.Router") },
        }]);
    }
    json!({ "name": "http", "typed_config": fields })
}

/// A connection that is kept while Envoy keeps it.
pub(crate) struct Client {
    at: SocketAddr,
    wire: Option<Wire>,
}

impl Client {
    pub(crate) fn new(at: SocketAddr) -> Self {
        Self { at, wire: None }
    }

    /// As [`Self::ask`], for an Envoy that may close the connection instead.
    pub(crate) fn try_ask(&mut self, head: &[u8]) -> Option<Response> {
        let mut wire = Wire::connect(self.at);
        wire.send([head, b"\r\n"].concat());
        wire.try_response("GET").ok()
    }

    /// Sends a head, lines with their ends but without the empty one.
    pub(crate) fn ask(&mut self, head: &[u8]) -> Response {
        let wire = self.wire.get_or_insert_with(|| Wire::connect(self.at));
        wire.send([head, b"\r\n"].concat());
        let response = wire.response();
        // After an error of the protocol Envoy reads no further.
        if response.status() == 400 || response.head.get("connection") == Some("close") {
            self.wire = None;
        }
        response
    }
}
