//! The Go program beside this file, built.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::tools::{go, must_succeed};

/// Caches, and what Go keeps about its own use, stay in cargo's directory for tests.
pub fn build() -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go");
    let program = place.join("reference");
    let mut build = Command::new(go());
    build
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
        .env("CGO_ENABLED", "0");
    must_succeed(&mut build);
    program
}
