//! The first process of a container.

use std::fs;

use super::alone;
use super::instance::{Instance, signal};
use super::load::Load;
use super::plan::Plan;
use super::service::Echo;
use super::upgrade::{assert_handed_over, drain_timeout};
use crate::support::clock::eventually_within;
use crate::support::gateway::{file, program};
use crate::support::until;

fn supervised(service: &Echo) -> Instance {
    let mut command = program();
    command.args(["supervise", "--"]);
    Instance::start_by(command, &Plan::upgrading(service, drain_timeout()))
}

fn parent(id: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"));
    line.unwrap().trim().parse().unwrap()
}

#[test]
fn it_outlives_handoffs_and_passes_signals_on_to_whoever_serves() {
    let _alone = alone();
    let service = Echo::start();
    let mut gateway = supervised(&service);
    let load = Load::start(gateway.address);
    load.proceeds();
    for _ in 0..2 {
        let before = gateway.pid();
        assert_ne!(before, gateway.first());
        assert_handed_over(&gateway, before);
        load.renew();
        let last = gateway.pid();
        eventually_within(drain_timeout(), "the old process is collected", || {
            let mut left = gateway.processes();
            left.sort_unstable();
            let mut expected = [gateway.first(), last];
            expected.sort_unstable();
            (left == expected).then_some(())
        });
        until("the new one is a child of the first", || {
            parent(last) == gateway.first()
        });
    }
    load.finish(&service).assert_clean();
    gateway.signal("HUP");
    gateway.logged("the configuration is the same as before");
    gateway.signal("TERM");
    assert_eq!(gateway.wait().code(), Some(0));
    assert!(gateway.processes().is_empty());
}

#[test]
fn it_ends_with_a_gateway_that_was_killed_and_says_so() {
    let _alone = alone();
    let service = Echo::start();
    let mut gateway = supervised(&service);
    signal(gateway.pid(), "KILL");
    assert_eq!(gateway.wait().code(), Some(128 + 9));
}

#[test]
fn a_gateway_that_can_not_start_ends_it_with_the_same_code() {
    let config = file("routes: []\n");
    let mut command = program();
    command.args(["supervise", "--", "run", "--config"]);
    let ended = command.arg(config.path()).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("routes"), "{said}");
}

#[test]
fn a_second_signal_reaches_the_gateway_too() {
    let _alone = alone();
    let service = Echo::start();
    let mut gateway = supervised(&service);
    gateway.signal("TERM");
    gateway.logged("draining");
    gateway.signal("TERM");
    assert_eq!(gateway.wait().code(), Some(1));
    until("nobody is left", || gateway.processes().is_empty());
}
