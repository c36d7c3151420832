//! A sidecar: an Envoy process with its files, its admin interface and its access log.

mod inbound;
mod outbound;
mod parts;

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::certs::Authority;
use crate::client::{TIMEOUT, exchange};
use crate::place::Place;
use crate::plan::{GATEWAY, Plan, Service};
use crate::process::{Process, SIDECAR_USER};
use crate::support::message::Response;
use crate::support::{eventually, until};

pub struct Sidecar {
    binary: PathBuf,
    dir: PathBuf,
    place: Place,
    process: Process,
}

impl Sidecar {
    /// Beside the gateway.
    pub fn outbound(binary: &Path, dir: &Path, place: &Place, plan: &Plan, ca: &Authority) -> Self {
        let dir = dir.join(GATEWAY);
        fs::create_dir(&dir).unwrap();
        ca.issue(GATEWAY, &dir);
        let config = outbound::bootstrap(plan, &dir);
        Self::start(binary, dir, place, &config)
    }

    /// Before a service.
    pub fn inbound(
        binary: &Path,
        dir: &Path,
        place: &Place,
        plan: &Plan,
        service: &Service,
        ca: &Authority,
    ) -> Self {
        let dir = dir.join(service.name);
        fs::create_dir(&dir).unwrap();
        ca.issue(service.name, &dir);
        let config = inbound::bootstrap(plan.mode, service, &dir);
        Self::start(binary, dir, place, &config)
    }

    fn start(binary: &Path, dir: PathBuf, place: &Place, config: &Value) -> Self {
        let text = serde_json::to_string_pretty(config).unwrap();
        fs::write(dir.join("envoy.json"), text).unwrap();
        if let Place::Namespace(_) = place {
            hand_over(&dir);
        }
        Self {
            process: Self::launch(binary, &dir, place),
            binary: binary.to_owned(),
            dir,
            place: place.clone(),
        }
    }

    fn launch(binary: &Path, dir: &Path, place: &Place) -> Process {
        let output = || {
            File::options()
                .create(true)
                .append(true)
                .open(dir.join("output.log"))
        };
        let mut command = Command::new(binary);
        command
            .arg("-c")
            .arg(dir.join("envoy.json"))
            .arg("--log-path")
            .arg(dir.join("envoy.log"))
            .args(["--concurrency", "1"])
            // Access log lines are asserted on soon after the request.
            .args(["--file-flush-interval-msec", "20"])
            // Hot restart shares memory by a number that two tests could pick alike, and
            // leaves it behind when Envoy is killed.
            .arg("--disable-hot-restart")
            .stdout(output().unwrap())
            .stderr(output().unwrap());
        Process::start_sidecar(place, &mut command)
    }

    /// Waits until it serves; panics with its log when it has ended instead.
    pub fn ready(&mut self) {
        let what = format!("Envoy in {} is ready", self.dir.display());
        until(&what, || {
            if !self.process.is_running() {
                let log = fs::read_to_string(self.dir.join("envoy.log")).unwrap_or_default();
                panic!("Envoy ended:\n{log}");
            }
            self.admin("/ready")
                .is_some_and(|answer| answer.status() == 200)
        });
    }

    pub fn kill(&mut self) {
        self.process.kill();
    }

    pub fn restart(&mut self) {
        self.kill();
        // The next process makes it anew and can't while it is there.
        let _ = fs::remove_file(self.dir.join(parts::ADMIN_SOCKET));
        self.process = Self::launch(&self.binary, &self.dir, &self.place);
        self.ready();
    }

    pub fn freeze(&self) {
        self.process.freeze();
    }

    pub fn thaw(&self) {
        self.process.thaw();
    }

    /// The value of one statistic, 0 while Envoy has not made it.
    pub fn stat(&self, name: &str) -> u64 {
        // The filter is a regular expression, and it is in a URL.
        let filter = name.replace('.', "%5C.").replace('|', "%5C%7C");
        let path = format!("/stats?filter=^{filter}$");
        let answer = self.admin(&path).expect("Envoy's admin interface answers");
        assert_eq!(answer.status(), 200, "{path}: {answer:?}");
        let value = answer
            .text()
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.map_or(0, |value| value.trim().parse().unwrap())
    }

    /// The line of the access log about the request with this path, once it is written.
    pub fn logged(&self, path: &str) -> Value {
        let what = format!("{path} in the access log in {}", self.dir.display());
        eventually(&what, || {
            self.lines().into_iter().find(|line| line["path"] == path)
        })
    }

    /// All whole lines of the access log.
    pub fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.dir.join(parts::ACCESS_LOG)).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// What it has for a configuration now, as its admin interface says it.
    pub fn config_dump(&self) -> Vec<u8> {
        let answer = self.admin("/config_dump?include_eds");
        let answer = answer.expect("Envoy's admin interface answers");
        assert_eq!(answer.status(), 200, "{answer:?}");
        answer.body
    }

    /// Where its admin interface is.
    pub fn admin_socket(&self) -> PathBuf {
        self.dir.join(parts::ADMIN_SOCKET)
    }

    fn admin(&self, path: &str) -> Option<Response> {
        let stream = UnixStream::connect(self.admin_socket()).ok()?;
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        exchange(stream, "admin", path).ok()
    }
}

/// Gives a sidecar's directory to its user, who may not be the one running the test.
fn hand_over(dir: &Path) {
    let to_sidecar = |path: &Path| chown(path, Some(SIDECAR_USER), Some(SIDECAR_USER)).unwrap();
    to_sidecar(dir);
    fs::set_permissions(dir, Permissions::from_mode(0o700)).unwrap();
    for file in fs::read_dir(dir).unwrap() {
        to_sidecar(&file.unwrap().path());
    }
}
