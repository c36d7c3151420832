//! An Envoy with a listener for each connection manager, and a client that sends bytes as
//! they are.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
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
        let dir = tempfile::tempdir().unwrap();
        let held: Vec<_> = managers
            .iter()
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let listeners: Vec<_> = held.iter().map(|l| l.local_addr().unwrap()).collect();
        let all = managers.into_iter().zip(&listeners);
        let all: Vec<_> = all.map(|(fields, at)| listener(fields, *at)).collect();
        let config = json!({
            "admin": { "address": { "pipe": { "path": dir.path().join("admin.sock") } } },
            "static_resources": {
                "listeners": all,
                // Without an endpoint: the answer is Envoy's own, after the rewrite.
                "clusters": [{ "name": "nowhere", "type": "STATIC" }],
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
            listeners,
            dir,
        };
        envoy.ready();
        envoy
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

fn listener(mut fields: Value, at: SocketAddr) -> Value {
    let name = "type.googleapis.com/envoy.extensions.filters";
    fields["@type"] = json!(format!(
        "{name}.network.http_connection_manager.v3.HttpConnectionManager"
    ));
    fields["stat_prefix"] = json!("comparison");
    fields["http_filters"] = json!([{
        "name": "envoy.filters.http.router",
        "typed_config": { "@type": format!("{name}.http.router.v3.Router") },
    }]);
    json!({
        "address": {
            "socket_address": { "address": at.ip().to_string(), "port_value": at.port() },
        },
        "filter_chains": [{ "filters": [{ "name": "http", "typed_config": fields }] }],
    })
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
