//! The image, without an engine that could build it: what the last stage of the Dockerfile
//! says, and the gateway run by it, as the user that it names, with a read-only view of the
//! files that it lists and of the libraries that its base has.
//!
//! Running it takes root, who alone may change the root directory and make namespaces. With
//! another user, or `API_GATEWAY_MESH_ROOTLESS=1`, that test says that it is skipped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod container;
mod dockerfile;
mod libraries;
mod root;

#[path = "../support/mod.rs"]
mod support;

use std::io::Write as _;
use std::process::Command;

use rustix::process::geteuid;

use container::{Container, Run};
use dockerfile::Stage;
use libraries::{closure, foreign};
use root::Root;
use support::until;

const GATEWAY: &str = env!("CARGO_BIN_EXE_api-gateway");
const NEED: &str = include_str!("../../scripts/need");

#[test]
fn the_gateway_links_what_the_base_has() {
    let linked = closure(GATEWAY.as_ref());
    assert!(linked.len() >= 3, "{linked:?}");
    assert_eq!(foreign(&linked), Vec::<&str>::new());
}

#[test]
fn a_program_that_links_something_else_is_found() {
    let place = tempfile::tempdir().unwrap();
    let program = place.path().join("program");
    std::fs::write(place.path().join("main.c"), "int main(void) { return 0; }").unwrap();
    let mut compiler = Command::new("cc");
    compiler
        .arg("-o")
        .arg(&program)
        .arg(place.path().join("main.c"));
    support::tools::must_succeed(compiler.args(["-Wl,--no-as-needed", "-lresolv"]));
    assert_eq!(foreign(&closure(&program)), ["libresolv.so.2"]);
}

#[test]
fn the_stages_are_of_one_debian() {
    let of = |stage: &str| Stage::named(stage).from;
    assert_eq!(of("toolchain"), "rust:1.95-bookworm");
    assert_eq!(Stage::last().from, "gcr.io/distroless/cc-debian12:nonroot");
    let base = Stage::last().label("org.opencontainers.image.base.name");
    assert_eq!(base, Stage::last().from);
}

#[test]
fn the_last_stage_adds_what_is_laid_out_and_runs_nothing() {
    let stage = Stage::last();
    assert_eq!(
        stage.all("COPY"),
        [
            "--from=build /image/root/ /",
            "--from=build --chown=65532:65532 /image/run/ /run/"
        ]
    );
    assert!(stage.all("RUN").is_empty() && stage.all("ADD").is_empty());
    assert_eq!(stage.one("USER"), root::USER);
    let build = Stage::named("build").all("RUN").join("\n");
    assert!(
        build.contains("scripts/rootfs /api-gateway /api-gateway.cdx.json /image"),
        "{build}"
    );
}

#[test]
fn the_labels_say_what_it_is() {
    let stage = Stage::last();
    let of = |name: &str| stage.label(&format!("org.opencontainers.image.{name}"));
    assert_eq!(of("title"), env!("CARGO_PKG_NAME"));
    assert_eq!(of("description"), env!("CARGO_PKG_DESCRIPTION"));
    assert_eq!(of("licenses"), env!("CARGO_PKG_LICENSE"));
    assert_eq!(of("version"), "${VERSION}");
    assert_eq!(of("revision"), "${REVISION}");
    let version = concat!("VERSION=", env!("CARGO_PKG_VERSION"));
    assert_eq!(stage.all("ARG"), [version, "REVISION=unknown"]);
}

#[test]
fn one_version_of_the_tool_makes_both_boms() {
    let ours = NEED
        .lines()
        .find_map(|l| l.strip_prefix("CARGO_CYCLONEDX="));
    let stage = Stage::named("cyclonedx");
    let install = stage.one("RUN");
    let wanted = format!("cargo-cyclonedx --version {} --locked", ours.unwrap());
    assert!(install.contains(&wanted), "{install}");
}

/// Whether containers can be made here; says so where they can't.
fn can_contain() -> bool {
    let rootless = std::env::var_os("API_GATEWAY_MESH_ROOTLESS").is_some();
    let can = geteuid().is_root() && !rootless;
    if !can {
        // Not by a macro, whose words are shown for tests that fail only.
        let said = b"SKIPPED: the image's files are run by root only\n";
        std::io::stderr().write_all(said).unwrap();
    }
    can
}

/// As the image's default command, until it is told to stop.
fn serves_upgrades_and_stops(run: Run) {
    if !can_contain() {
        return;
    }
    let root = Root::lay_out();
    let stage = Stage::last();
    let mut container = Container::start(
        &root,
        run,
        &[stage.words("ENTRYPOINT"), stage.words("CMD")].concat(),
    );
    let health = stage.words("HEALTHCHECK");
    until("it is healthy", || {
        container.alive();
        container.ran(&health).0
    });
    let _service = container.spawn(&[
        "/api-gateway",
        "demo",
        "--echo",
        "auth-service",
        "--listen",
        "127.0.0.1:8002",
    ]);
    let asks = || {
        let response = container.ask(
            "POST /blog/api/login HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n\r\n",
        );
        let told = response.text().to_owned();
        (response.status() == 200).then_some(told)
    };
    let seen = support::eventually("the service answers", asks);
    assert!(seen.contains("auth-service:8002"), "{seen}");
    assert!(seen.contains("\"/login\""), "{seen}");

    let upgrade = [
        "/api-gateway",
        "upgrade",
        "--config",
        "/etc/api-gateway/gateway.yaml",
    ];
    let (upgraded, said) = container.ran(&upgrade.map(str::to_owned));
    assert!(upgraded, "{said}");
    assert!(said.contains(" serves"), "{said}");
    assert!(asks().is_some(), "after the upgrade");
    let (healthy, said) = container.ran(&health);
    assert!(healthy, "{said}");

    assert_eq!(container.stop().code(), Some(0), "{:#?}", container.log());
}

#[test]
fn it_serves_upgrades_and_stops_as_docker_runs_it() {
    serves_upgrades_and_stops(Run::Image);
}

#[test]
fn it_serves_upgrades_and_stops_with_a_volume_at_run() {
    serves_upgrades_and_stops(Run::Volume);
}

#[test]
fn it_runs_as_somebody_who_can_change_nothing() {
    if !can_contain() {
        return;
    }
    let root = Root::lay_out();
    let demo = ["/api-gateway", "demo", "--listen", "127.0.0.1:8000"];
    let container = Container::start(&root, Run::Image, &demo.map(str::to_owned));
    let status = container.status();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(field("Uid:"), "65532 65532 65532 65532");
    assert_eq!(field("Gid:"), "65532 65532 65532 65532");
    assert_eq!(field("CapEff:"), "0000000000000000");
    assert!(container.is_read_only("etc/api-gateway"));
    assert!(!container.is_read_only("run"));
    until("the demo answers", || {
        container
            .try_ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .is_some()
    });
}
