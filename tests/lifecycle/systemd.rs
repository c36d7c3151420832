//! What a service manager hears on its socket.

use std::os::unix::net::UnixDatagram;

use super::alone;
use super::instance::{Instance, signal};
use super::plan::Plan;
use super::service::Echo;
use super::upgrade::{assert_handed_over, drain_timeout};
use crate::support::PATIENCE;
use crate::support::gateway::program;

struct Manager(UnixDatagram);

impl Manager {
    fn hears(&self) -> String {
        let mut message = [0; 256];
        let length = self.0.recv(&mut message).unwrap();
        String::from_utf8_lossy(&message[..length])
            .trim_end()
            .to_owned()
    }
}

#[test]
fn it_hears_of_the_start_the_succession_and_the_end() {
    let _alone = alone();
    let service = Echo::start();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notify");
    let manager = Manager(UnixDatagram::bind(&path).unwrap());
    manager.0.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut command = program();
    command.env("NOTIFY_SOCKET", &path);
    let gateway = Instance::start_by(command, &Plan::upgrading(&service, drain_timeout()));
    assert_eq!(manager.hears(), "READY=1");
    assert_handed_over(&gateway, gateway.first());
    let mut both = [manager.hears(), manager.hears()];
    both.sort();
    // The first from the old process, which is the one that may say it.
    assert_eq!(
        both,
        [format!("MAINPID={}", gateway.pid()), "READY=1".into()]
    );
    signal(gateway.pid(), "TERM");
    assert_eq!(manager.hears(), "STOPPING=1");
}
