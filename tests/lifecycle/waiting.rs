//! A new process that was started by hand and waits for its turn.

use std::process::{Child, Stdio};

use super::alone;
use super::instance::{Instance, signal};
use super::plan::Plan;
use super::service::Echo;
use super::upgrade::drain_timeout;
use crate::support::gateway::program;
use crate::support::{eventually, until};

/// Ends with the test.
struct Waiting(Child);

impl Waiting {
    fn start(gateway: &Instance) -> Self {
        let mut command = program();
        command.args(["run", "--upgrade", "--config"]);
        let command = command.arg(gateway.place.config()).stderr(Stdio::null());
        let waiting = Self(command.spawn().unwrap());
        gateway.logged(&format!("process {} waits to take over", waiting.0.id()));
        waiting
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_changed_while_it_waited_is_in_use_when_it_serves() {
    let _alone = alone();
    let service = Echo::start();
    let plan = Plan::upgrading(&service, drain_timeout());
    let mut gateway = Instance::start(&plan);
    let waiting = Waiting::start(&gateway);
    let gone = "name: gone, match: { path: { exact: /gone } }, redirect: { path: /x }";
    gateway
        .place
        .rename(&plan.clone().route(gone).text(&gateway.place));
    gateway.logged("configuration 2 is in use");
    assert_eq!(gateway.get("/gone").status(), 302);
    gateway.signal("QUIT");
    assert_eq!(gateway.wait().code(), Some(0));
    assert_eq!(gateway.pid(), waiting.0.id());
    until("it has read the file again", || {
        gateway.get("/gone").status() == 302
    });
}

#[test]
fn it_ends_when_it_is_told_to_and_the_old_process_serves_on() {
    let _alone = alone();
    let service = Echo::start();
    let mut gateway = Instance::start(&Plan::upgrading(&service, drain_timeout()));
    let mut waiting = Waiting::start(&gateway);
    // A reload is not for it.
    signal(waiting.0.id(), "HUP");
    signal(waiting.0.id(), "TERM");
    let ended = eventually("it ends", || waiting.0.try_wait().unwrap());
    assert_eq!(ended.code(), Some(1));
    gateway.logged("the process that waited to take over has gone");
    assert_eq!(gateway.get("/x").status(), 200);
    assert!(!gateway.has_ended());
}

#[test]
fn it_is_sent_away_when_the_old_process_stops() {
    let _alone = alone();
    let service = Echo::start();
    let mut gateway = Instance::start(&Plan::upgrading(&service, drain_timeout()));
    let mut waiting = Waiting::start(&gateway);
    gateway.signal("TERM");
    let ended = eventually("it ends", || waiting.0.try_wait().unwrap());
    assert_eq!(ended.code(), Some(1));
    assert_eq!(gateway.wait().code(), Some(0));
}
