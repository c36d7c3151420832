//! A service gets another address, as when it is deleted and made again.

use crate::dns::v4;
use crate::echo::Echo;
use crate::gateway::{Gateway, Host};
use crate::mesh::{Mesh, OUTSIDE};
use crate::probe::Probe;
use crate::support::until;

/// Requests after a change that must all have followed it.
const AFTER: usize = 50;

#[test]
fn a_new_address_in_dns_is_followed_without_a_failed_request() {
    let mesh = Mesh::start();
    let mut gateway = Gateway::start(&mesh, Host::Unset);
    let probe = Probe::start(&gateway, "/api/users/probe");
    probe.more(AFTER);

    let service = &mesh.pod("user-service").service;
    // The old ClusterIP is gone at once. Nobody is hurt: the sidecar goes by the Host.
    mesh.network.route_cluster_ips(Some(service.name));
    mesh.dns.set(service.name, service.moved_ip);
    let new = service.at(service.moved_ip).to_string();
    let mut tries = 0..;
    until("a request goes to the new address", || {
        let path = format!("/moved/{}", tries.next().unwrap());
        assert_eq!(
            gateway.get(&format!("/api/users{path}")).unwrap().status(),
            200
        );
        mesh.outbound.logged(&path)["destination"] == new.as_str()
    });
    for number in 0..AFTER {
        let path = format!("/after/{number}");
        assert_eq!(
            gateway.get(&format!("/api/users{path}")).unwrap().status(),
            200
        );
        let logged = mesh.outbound.logged(&path);
        assert_eq!(logged["destination"], new, "{logged}");
        assert_eq!(logged["cluster"], service.cluster(), "{logged}");
    }
    probe.more(AFTER);

    let seen = probe.finish();
    assert!(seen.failures.is_empty(), "{seen:?}");
    gateway.assert_unharmed();
}

/// No sidecar hides the address here: once the old one is closed, a request sent there fails.
#[test]
fn a_new_address_outside_the_mesh_is_followed_before_the_old_one_closes() {
    let mut mesh = Mesh::start();
    let mut gateway = Gateway::start(&mesh, Host::Unset);
    let probe = Probe::start(&gateway, "/outside/probe");
    probe.more(AFTER);

    let new = mesh.network.plan.outside[1];
    let _moved = Echo::start("moved", &mesh.network.gateway, new);
    mesh.dns.set(OUTSIDE, v4(new));
    let answers = |gateway: &Gateway| gateway.get("/outside/").unwrap().json()["service"].clone();
    until("the new address answers", || answers(&gateway) == "moved");
    mesh.outside.kill();
    for _ in 0..AFTER {
        assert_eq!(answers(&gateway), "moved");
    }
    probe.more(AFTER);

    let seen = probe.finish();
    assert!(seen.failures.is_empty(), "{seen:?}");
    gateway.assert_unharmed();
}
