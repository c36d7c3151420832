//! The Envoy process, and what it wrote in its access log.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::config::{self, Backends, Listeners};
use crate::support::{Wire, eventually, tools, until};

pub(crate) struct Sidecar {
    process: Child,
    pub(crate) listeners: Listeners,
    dir: tempfile::TempDir,
}

fn free() -> (TcpListener, SocketAddr) {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = held.local_addr().unwrap();
    (held, at)
}

impl Sidecar {
    pub(crate) fn start(backends: &Backends) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let held: [_; 5] = std::array::from_fn(|_| free());
        let listeners = Listeners {
            allow_any: held[0].1,
            strict_reset: held[1].1,
            registry_only: held[2].1,
            bare: held[3].1,
            inbound: held[4].1,
        };
        let config = config::bootstrap(dir.path(), &listeners, backends);
        let file = dir.path().join("envoy.json");
        fs::write(&file, config.to_string()).unwrap();
        drop(held);
        let output = File::create(dir.path().join("envoy.log")).unwrap();
        let process = Command::new(tools::envoy())
            .arg("-c")
            .arg(file)
            .args(["--concurrency", "1", "--disable-hot-restart"])
            .args(["--file-flush-interval-msec", "20"])
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut sidecar = Self {
            process,
            listeners,
            dir,
        };
        sidecar.ready();
        sidecar.use_up_the_rate();
        sidecar
    }

    fn ready(&mut self) {
        until("Envoy serves", || {
            if self.process.try_wait().unwrap().is_some() {
                let log = fs::read_to_string(self.dir.path().join("envoy.log"));
                panic!("Envoy ended:\n{}", log.unwrap());
            }
            let listens = |at| TcpStream::connect(at).is_ok();
            self.listeners.all().into_iter().all(listens)
        });
    }

    /// One request is allowed to `/limited`.
    fn use_up_the_rate(&self) {
        let mut wire = Wire::connect(self.listeners.inbound);
        wire.send("GET /limited HTTP/1.1\r\nHost: service\r\n\r\n");
        assert_eq!(wire.response().status(), 200);
    }

    /// What the listener that was asked says of the request with this id.
    pub(crate) fn logged(&self, id: &str) -> Value {
        let file = self.dir.path().join(config::ACCESS_LOG);
        eventually("the request is in the access log", || {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let lines = text.lines().filter_map(|l| serde_json::from_str(l).ok());
            let mut lines = lines.filter(|line: &Value| line["id"] == id);
            lines.next_back()
        })
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
