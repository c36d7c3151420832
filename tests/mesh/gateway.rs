//! The gateway: the real binary, in its pod, configured as the team would.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::client::get;
use crate::mesh::{Mesh, OUTSIDE};
use crate::place::Place;
use crate::process::Process;
use crate::support::message::Response;
use crate::support::{eventually, until};

/// What clients send: the name at the ingress gateway, which no service has.
pub const CLIENTS_HOST: &str = "shop.example";

/// `services.*.host`.
#[derive(Clone, Copy)]
pub enum Host {
    /// Not written: the default.
    Unset,
    Preserve,
}

pub struct Gateway {
    process: Process,
    place: Place,
    at: SocketAddr,
    log: PathBuf,
}

impl Gateway {
    /// Starts it and waits until every service's name is resolved.
    pub fn start(mesh: &Mesh, host: Host) -> Self {
        let gateway = Self::launch(mesh, host);
        for path in ["/api/users/", "/blog/api/", "/blog/api/posts", "/outside/"] {
            let path = format!("{path}?is-it-ready");
            // Until then it answers 503 itself, as problem+json (RFC 9457).
            until(&format!("{path} is answered by the mesh"), || {
                let answer = gateway.get(&path).unwrap();
                answer.head.get("content-type") != Some("application/problem+json")
            });
        }
        gateway
    }

    /// Starts it and waits until it listens.
    pub fn launch(mesh: &Mesh, host: Host) -> Self {
        let config = mesh.dir.path().join("gateway.yaml");
        let log = mesh.dir.path().join("gateway.log");
        fs::write(&config, configuration(mesh, host)).unwrap();
        let output = File::create(&log).unwrap();
        let place = mesh.network.gateway.clone();
        let mut command = Command::new(env!("CARGO_BIN_EXE_api-gateway"));
        command
            .args(["run", "--config"])
            .arg(&config)
            .env("RUST_LOG", "info")
            .stdout(output.try_clone().unwrap())
            .stderr(output);
        let mut process = Process::start(&place, &mut command);
        let at = eventually("the gateway logs where it listens", || {
            let text = fs::read_to_string(&log).unwrap();
            assert!(process.is_running(), "the gateway ended:\n{text}");
            listening(&text)
        });
        Self {
            process,
            place,
            at,
            log,
        }
    }

    /// A client's GET. An error means that the gateway gave no whole answer.
    pub fn get(&self, path: &str) -> io::Result<Response> {
        get(&self.place, self.at, CLIENTS_HOST, path)
    }

    /// What `explain` says of a client's GET, as an object; the exit code is in it.
    pub fn explain(&self, mesh: &Mesh, dump: &Path, path: &str) -> Value {
        let (code, said) = self.explain_as("json", mesh, dump, path);
        let mut answer: Value = serde_json::from_str(&said).unwrap();
        answer["exit"] = code.into();
        answer
    }

    /// The exit code of `explain`, and what it says. It asks the cluster's DNS from where the
    /// gateway is, and has the sidecar's configuration from a file.
    pub fn explain_as(
        &self,
        output: &str,
        mesh: &Mesh,
        dump: &Path,
        path: &str,
    ) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_api-gateway"));
        command
            .args(["explain", "--config"])
            .arg(mesh.dir.path().join("gateway.yaml"))
            .arg("--config-dump")
            .arg(dump)
            .args(["--resolve", "--output", output])
            .arg(format!("http://{CLIENTS_HOST}{path}"));
        let ended = self.place.run(|| command.output().unwrap());
        let complaint = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(complaint, "", "{path}");
        (
            ended.status.code(),
            String::from_utf8(ended.stdout).unwrap(),
        )
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    pub fn address(&self) -> SocketAddr {
        self.at
    }

    /// Waits until its log, or its access log, has a line with all of these words.
    pub fn says(&self, words: &[&str]) {
        until(&format!("the gateway says {words:?}"), || {
            let log = fs::read_to_string(&self.log).unwrap();
            log.lines()
                .any(|line| words.iter().all(|word| line.contains(word)))
        });
    }

    /// Panics unless it still runs and no task of it has panicked.
    pub fn assert_unharmed(&mut self) {
        let log = fs::read_to_string(&self.log).unwrap();
        assert!(!log.contains("panicked"), "{log}");
        assert!(self.process.is_running(), "the gateway ended:\n{log}");
    }
}

/// Says in a test's output what the gateway had to say, when it is about to be thrown away.
impl Drop for Gateway {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let from = log.len().saturating_sub(4000);
            eprintln!(
                "the end of the gateway's log:\n{}",
                log.get(from..).unwrap_or(&log)
            );
        }
    }
}

fn listening(log: &str) -> Option<SocketAddr> {
    let (_, after) = log.split_once("listening on ")?;
    // A line that isn't whole yet may lack digits of the port.
    let (line, _) = after.split_once('\n')?;
    let end = line.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
    line.get(..end.unwrap_or(line.len()))?.parse().ok()
}

/// The team's routes, and one to the service outside the mesh.
fn configuration(mesh: &Mesh, host: Host) -> String {
    let plan = &mesh.network.plan;
    // One worker: a task that blocks it stalls every route, and the test sees it.
    let mut yaml = format!(
        "server: {{ listen: '127.0.0.1:0', threads: 1 }}\n\
         dns: {{ servers: ['{}'], timeout: 2s, min_ttl: 100ms, max_ttl: 1s, max_stale: 5m }}\n\
         services:\n",
        mesh.dns.address()
    );
    let host = match host {
        Host::Unset => "",
        Host::Preserve => ", host: preserve",
    };
    for service in &plan.services {
        let (name, authority) = (service.name, service.authority());
        writeln!(yaml, "  {name}: {{ url: 'http://{authority}'{host} }}").unwrap();
    }
    let port = plan.outside[0].port();
    writeln!(yaml, "  {OUTSIDE}: {{ url: 'http://{OUTSIDE}:{port}' }}").unwrap();
    yaml + "\
routes:
  - name: posts
    match: { path: { prefix: /blog/api/posts } }
    service: blog-service
  - name: categories
    match: { path: { prefix: /blog/api/categories } }
    service: blog-service
  - name: auth
    match: { path: { prefix: /blog/api/ } }
    rewrite: { strip_prefix: /blog/api }
    service: auth-service
  - name: users
    match: { path: { prefix: /api/users/ } }
    rewrite: { strip_prefix: /api/users }
    service: user-service
  - name: outside
    match: { path: { prefix: /outside/ } }
    service: outside-service
"
}
