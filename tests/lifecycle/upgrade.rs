//! One process hands over to the next, again and again.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::instance::{Instance, UPGRADE, Upgraded};
use super::load::Load;
use super::plan::{Plan, free};
use super::service::Echo;
use super::{alone, setting};
use crate::support::clock::eventually_within;
use crate::support::gateway::get;
use crate::support::{Wire, until};

/// For a download that has just begun, and some more.
pub fn drain_timeout() -> Duration {
    Duration::from_secs(setting::<u64>("LIFECYCLE_DOWNLOAD", 6) + 14)
}

pub fn assert_handed_over(gateway: &Instance, before: u32) {
    let upgraded @ Upgraded { status, took, .. } = &gateway.upgrade();
    assert_eq!(status.code(), Some(0), "{upgraded:?}");
    assert!(*took < UPGRADE, "{upgraded:?}");
    assert_ne!(gateway.pid(), before, "{upgraded:?}");
    assert!(gateway.is_ready(), "{upgraded:?}");
}

#[test]
fn upgrades_in_a_row_fail_no_request() {
    let _alone = alone();
    let upgrades: u32 = setting("LIFECYCLE_UPGRADES", 3);
    let service = Echo::start();
    let mut gateway = Instance::start(&Plan::upgrading(&service, drain_timeout()));
    let load = Load::start(gateway.address);
    load.proceeds();
    assert_eq!(gateway.pid(), gateway.first());
    for number in 1..=upgrades {
        let before = gateway.pid();
        assert_handed_over(&gateway, before);
        load.renew();
        load.proceeds();
        eprintln!(
            "{number} of {upgrades}: process {before} became {}",
            gateway.pid()
        );
    }
    // Its clients leave a process because they are told to, not because the load ends.
    let last = gateway.pid();
    let status = gateway.wait_within(drain_timeout());
    eventually_within(drain_timeout(), "all processes but the last end", || {
        (gateway.processes() == [last]).then_some(())
    });
    load.proceeds();
    load.finish(&service).assert_clean();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn the_last_of_several_processes_stops_like_the_first() {
    let _alone = alone();
    let service = Echo::start();
    let mut gateway = Instance::start(&Plan::upgrading(&service, drain_timeout()));
    assert_handed_over(&gateway, gateway.first());
    assert_eq!(gateway.wait().code(), Some(0));
    assert_eq!(gateway.get("/x").status(), 200);
    super::instance::signal(gateway.pid(), "TERM");
    until("it ends", || gateway.processes().is_empty());
}

/// The address of the new configuration takes IPv4, the old socket doesn't.
#[test]
fn a_socket_that_does_not_do_what_the_file_says_is_not_taken_over() {
    let _alone = alone();
    let service = Echo::start();
    let plan = Plan::upgrading(&service, drain_timeout());
    let port = plan.port();
    let both = plan.clone().on(&format!("[::]:{port}\", \"0.0.0.0:{port}"));
    let gateway = Instance::start(&both);
    let one = plan.on(&format!("[::]:{port}"));
    gateway.place.rename(&one.text(&gateway.place));
    let refused = gateway.upgrade();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(refused.said.contains("can't listen on"), "{refused:?}");
    let mut client = Wire::connect((Ipv4Addr::LOCALHOST, port).into());
    client.send(get("/x"));
    assert_eq!(client.response().status(), 200);
}

#[test]
fn an_address_that_the_new_file_does_not_have_is_told() {
    let _alone = alone();
    let service = Echo::start();
    let plan = Plan::upgrading(&service, drain_timeout());
    let more = free();
    let gateway = Instance::start(&plan.clone().also_on(more));
    gateway.place.rename(&plan.text(&gateway.place));
    let upgraded = gateway.upgrade();
    assert_eq!(upgraded.status.code(), Some(0), "{upgraded:?}");
    gateway.logged(&format!("{more} is given up"));
}

/// As a user's gateway is managed by root.
#[test]
fn root_upgrades_the_gateway_of_another_user() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let _alone = alone();
    let service = Echo::start();
    let plan = Plan::upgrading(&service, drain_timeout());
    // All of it belongs to that user.
    let dir = tempfile::tempdir().unwrap();
    let binary = dir.path().join("api-gateway");
    std::fs::copy(env!("CARGO_BIN_EXE_api-gateway"), &binary).unwrap();
    chown(dir.path());
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&binary);
    let gateway = Instance::start_owned(command, &plan, chown);
    let before = gateway.pid();
    let upgraded = gateway.upgrade_to(&gateway.place.config(), Some(&binary));
    assert_eq!(upgraded.status.code(), Some(0), "{upgraded:?}");
    assert_ne!(gateway.pid(), before);
}

fn chown(path: &Path) {
    let changed = Command::new("chown")
        .args(["-R", "65534:65534"])
        .arg(path)
        .status();
    assert!(changed.unwrap().success());
}
