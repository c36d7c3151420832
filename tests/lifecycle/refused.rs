//! Upgrades that can't succeed: the command says why, and the old process serves on.

use std::net::TcpListener;
use std::path::PathBuf;

use super::alone;
use super::instance::{Instance, UPGRADE};
use super::load::Load;
use super::plan::Plan;
use super::service::Echo;
use super::upgrade::{assert_handed_over, drain_timeout};
use crate::support::until;

/// What an upgrade is asked for: the configuration, and the binary to start.
type Asked = (PathBuf, Option<PathBuf>);

/// An upgrade to this fails, for a reason with this word, and nothing else does.
fn assert_refused(gateway: &mut Instance, load: &Load, word: &str, (config, binary): Asked) {
    let refused = gateway.upgrade_to(&config, binary.as_deref());
    assert!(
        refused.status.code().is_some_and(|code| code != 0),
        "{refused:?}"
    );
    let reason = refused.reason(word);
    assert!(refused.took < UPGRADE, "{refused:?}");
    eprintln!("refused after {:.1?}: {reason}", refused.took);
    assert!(!gateway.has_ended());
    assert_eq!(gateway.pid(), gateway.first());
    assert!(gateway.is_ready());
    load.proceeds();
    until("nothing is left of the new process", || {
        gateway.processes() == [gateway.first()]
    });
}

/// This script in place of a gateway.
fn script(gateway: &Instance, text: &str, mode: u32) -> Asked {
    let script = format!("#!/bin/sh\n{text}\n");
    let path = gateway.place.file("binary", &script, mode);
    (gateway.place.config(), Some(path))
}

/// A configuration that is not the one in use.
fn configuration(gateway: &Instance, text: &str) -> Asked {
    (gateway.place.file("other.yaml", text, 0o644), None)
}

#[test]
fn bad_binaries_and_configurations_replace_nothing() {
    let _alone = alone();
    let service = Echo::start();
    let plan = Plan::upgrading(&service, drain_timeout());
    let mut gateway = Instance::start(&plan);
    let good = plan.text(&gateway.place);
    let load = Load::start(gateway.address);
    load.proceeds();
    let mut refuse = |word: &str, asked: &dyn Fn(&Instance) -> Asked| {
        let asked = asked(&gateway);
        assert_refused(&mut gateway, &load, word, asked);
    };

    refuse("exit status: 1", &|g| script(g, "exit 1", 0o755));
    refuse("exit status: 0", &|g| script(g, "exit 0", 0o755));
    refuse("Permission denied", &|g| script(g, "exit 1", 0o644));
    refuse("No such file", &|g| {
        (g.place.config(), Some(g.place.path().join("nowhere")))
    });
    // It keeps what it was given and never says a word; its command names the place.
    let silent = "exec tail -f \"$0\" >/dev/null";
    refuse("ready", &|g| script(g, silent, 0o755));

    refuse("none", &|g| {
        configuration(g, &good.replace("service: svc", "service: none"))
    });
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    refuse(&address.to_string(), &|g| {
        configuration(g, &plan.clone().also_on(address).text(&g.place))
    });
    refuse("YAML", &|g| {
        g.place.rename("server: [\n");
        (g.place.config(), None)
    });

    gateway.place.rename(&good);
    assert_handed_over(&gateway, gateway.first());
    load.renew();
    load.finish(&service).assert_clean();
}

#[test]
fn an_upgrade_of_what_does_not_run_fails() {
    let _alone = alone();
    let service = Echo::start();
    let plan = Plan::upgrading(&service, drain_timeout());
    let gateway = Instance::start(&plan);
    let text = plan.text(&gateway.place).replace("/run\n", "/elsewhere\n");
    let config = gateway.place.file("other.yaml", &text, 0o644);
    let refused = gateway.upgrade_to(&config, None);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    refused.reason("elsewhere");
    assert_eq!(gateway.get("/x").status(), 200);
}
