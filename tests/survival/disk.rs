//! An access log whose disk is full.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{alone, limited};
use crate::support::{Config, Gateway, Service, until};

/// A file system in memory with little room, for as long as it lives.
struct Tiny {
    dir: tempfile::TempDir,
}

impl Tiny {
    /// `None` where nobody may mount, as without root.
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]);
        let mounted = mount.arg(dir.path()).stderr(Stdio::null()).status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(Self { dir })
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("access.log")
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        // Lazily: the gateway may still have the file.
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.dir.path())
            .status();
    }
}

fn config(path: &Path, service: &Service) -> Config {
    Config::to(service).top(&format!("access_log: {{ output: {} }}", path.display()))
}

fn logging_to(path: &Path, service: &Service) -> Gateway {
    config(path, service).start()
}

fn requests(gateway: &Gateway, many: usize) {
    let mut client = gateway.connect();
    for n in 0..many {
        client.send(crate::support::gateway::get(&format!("/{n}")));
        assert_eq!(client.response().text(), "hello");
    }
}

fn told(gateway: &Gateway) -> usize {
    let log = gateway.log();
    log.iter()
        .filter(|line| line.contains("access_log:"))
        .count()
}

#[test]
fn a_device_without_room_costs_no_request() {
    let _alone = alone();
    let service = Service::hello();
    let gateway = logging_to(Path::new("/dev/full"), &service);
    requests(&gateway, 200);
    gateway.logged(&["access_log: the output failed", "os error 28"]);
    requests(&gateway, 200);
    assert_eq!(told(&gateway), 1);
}

/// The system sends a signal, too, that ends a process that doesn't listen to it.
#[test]
fn a_file_as_large_as_files_may_be_costs_no_request() {
    let _alone = alone();
    let service = Service::hello();
    let dir = tempfile::tempdir().unwrap();
    let config = config(&dir.path().join("access.log"), &service);
    let gateway = Gateway::start_by(&mut limited("ulimit -f 32"), &config.text());
    requests(&gateway, 200);
    gateway.logged(&["access_log: the output failed", "os error 27"]);
    requests(&gateway, 200);
    assert_eq!(told(&gateway), 1);
}

#[test]
fn a_full_disk_costs_no_request_and_takes_the_lines_when_it_has_room() {
    let _alone = alone();
    let Some(tiny) = Tiny::mount() else {
        eprintln!("no file system can be mounted here: only /dev/full is tried");
        return;
    };
    let service = Service::hello();
    let gateway = logging_to(&tiny.log(), &service);
    // More than 64 KiB, and less than twice that.
    requests(&gateway, 150);
    gateway.logged(&["access_log: the output failed", "os error 28"]);
    requests(&gateway, 40);
    assert_eq!(told(&gateway), 1);
    let before = whole_lines(&tiny.log());
    assert!(before < 150, "{before} lines in 64 KiB");

    // As whoever rotates logs does.
    fs::remove_file(tiny.log()).unwrap();
    gateway.signal("USR1");
    until("what waited is written, once", || {
        before + whole_lines(&tiny.log()) == 190
    });
    requests(&gateway, 1);
    until("and what comes", || {
        before + whole_lines(&tiny.log()) == 191
    });
}

/// Those of which nothing is missing.
fn whole_lines(path: &Path) -> usize {
    let text = fs::read_to_string(path).unwrap_or_default();
    let is_whole = |line: &&str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    text.lines().filter(is_whole).count()
}
