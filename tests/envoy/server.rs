//! An Envoy with a listener for each connection manager, and a client that sends bytes as
//! they are.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::tools;

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
        let start = Instant::now();
        while !self
            .listeners
            .iter()
            .all(|at| TcpStream::connect(at).is_ok())
        {
            let ended = self.process.try_wait().unwrap().is_some();
            if ended || start.elapsed() > Duration::from_secs(30) {
                let log = fs::read_to_string(self.dir.path().join("envoy.log"));
                panic!("Envoy does not serve:\n{}", log.unwrap());
            }
            sleep(Duration::from_millis(20));
        }
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

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_slice())
    }
}

/// A connection that is kept while Envoy keeps it.
pub(crate) struct Client {
    at: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    pub(crate) fn new(at: SocketAddr) -> Self {
        Self { at, stream: None }
    }

    /// Sends a head, lines with their ends but without the empty one.
    pub(crate) fn ask(&mut self, head: &[u8]) -> Answer {
        let at = self.at;
        let stream = self.stream.get_or_insert_with(|| {
            let stream = TcpStream::connect(at).unwrap();
            stream
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            BufReader::new(stream)
        });
        let head = [head, b"\r\n"].concat();
        stream.get_mut().write_all(&head).unwrap();
        let answer = read(stream);
        // After an error of the protocol Envoy reads no further.
        if answer.status == 400 || answer.header("connection") == Some(b"close") {
            self.stream = None;
        }
        answer
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> Answer {
    let mut line = || {
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line).unwrap();
        line.trim_ascii_end().to_vec()
    };
    let status = line();
    let status = std::str::from_utf8(&status[9..12]).unwrap();
    let status = status.parse().unwrap();
    let mut headers = Vec::new();
    loop {
        let line = line();
        let Some(colon) = line.iter().position(|&b| b == b':') else {
            break;
        };
        let name = String::from_utf8(line[..colon].to_vec()).unwrap();
        let value = line[colon + 1..].trim_ascii().to_vec();
        headers.push((name.to_ascii_lowercase(), value));
    }
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
    };
    if let Some(length) = answer.header("content-length") {
        let length: usize = std::str::from_utf8(length).unwrap().parse().unwrap();
        answer.body = vec![0; length];
        stream.read_exact(&mut answer.body).unwrap();
    }
    answer
}
