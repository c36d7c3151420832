//! Go, found or asked for; never silently done without.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Go: `$API_GATEWAY_GO`, then what `make test` installs, then the one on `PATH`.
fn go() -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/venv/bin/go");
    let found = match env::var_os("API_GATEWAY_GO").map(PathBuf::from) {
        Some(path) => Some(path),
        None if installed.exists() => Some(installed),
        None => on_path("go"),
    };
    found
        .filter(|path| path.exists())
        .expect("the comparison with Go needs Go: run `make test`, or set API_GATEWAY_GO")
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

/// Builds the program beside this file. Caches, and what Go keeps about its own
/// use, stay in cargo's directory for tests.
pub fn build() -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go");
    let program = place.join("reference");
    let output = Command::new(go())
        .args(["build", "-trimpath", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go/reference"))
        .env("GOCACHE", place.join("cache"))
        .env("GOPATH", place.join("path"))
        .env("XDG_CONFIG_HOME", place.join("config"))
        .env("GOENV", "off")
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off")
        .env("CGO_ENABLED", "0")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "go build: {said}");
    program
}
