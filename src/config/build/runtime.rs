//! `server.runtime_dir:`, `server.upgrade_socket:` and `server.pid_file:`.

use std::os::unix::ffi::OsStrExt as _;

use super::super::model::Runtime;
use super::super::raw;
use super::super::report::Report;
use super::super::value::MAX_SOCKET_PATH;
use super::value;

const DIR: &str = "server.runtime_dir";
const SOCKET: &str = "server.upgrade_socket";
const PID: &str = "server.pid_file";

pub(super) fn runtime(raw: &raw::Server, report: &mut Report) -> Runtime {
    let dir = value(DIR, raw.runtime_dir.as_ref(), report);
    let default = dir.map_or_else(Runtime::default, Runtime::below);
    let runtime = Runtime {
        upgrade_socket: value(SOCKET, raw.upgrade_socket.as_ref(), report)
            .unwrap_or(default.upgrade_socket),
        pid_file: value(PID, raw.pid_file.as_ref(), report).unwrap_or(default.pid_file),
        dir: default.dir,
        written: [DIR, SOCKET, PID].iter().any(|key| report.is_written(key)),
    };
    check_default_socket(&runtime, report);
    check_distinct(&runtime, report);
    runtime
}

/// Reports a directory in which the socket has no room for its name.
fn check_default_socket(runtime: &Runtime, report: &mut Report) {
    let length = runtime.upgrade_socket.as_os_str().as_bytes().len();
    if length > MAX_SOCKET_PATH && !report.is_written(SOCKET) && !report.is_covered(SOCKET) {
        report.error(
            DIR,
            format!(
                "makes the path of upgrade.sock {length} bytes long, and a socket's path has \
                 room for {MAX_SOCKET_PATH}"
            ),
            "write a shorter path, or an upgrade_socket elsewhere",
        );
    }
}

/// Reports paths that are one.
fn check_distinct(runtime: &Runtime, report: &mut Report) {
    let all = [
        (DIR, &runtime.dir),
        (SOCKET, &runtime.upgrade_socket),
        (PID, &runtime.pid_file),
    ];
    for (at, (key, path)) in all.iter().enumerate() {
        let same = all[..at].iter().find(|(_, other)| other == path);
        let Some((other, _)) = same else { continue };
        // What could not be read has been replaced by its default, which nobody wrote.
        if report.is_covered(key) || report.is_covered(other) {
            continue;
        }
        let (key, other) = match report.is_written(key) {
            true => (key, other),
            false => (other, key),
        };
        let default = match report.is_written(other) {
            true => "",
            false => " (the default)",
        };
        let message = format!("is also the path of {other}{default}");
        report.error(key, message, "write another path");
    }
}
