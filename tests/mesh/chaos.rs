//! Parts of the mesh die, freeze and come back. What doesn't need them must not notice.

use std::time::{Duration, Instant};

use crate::dns::Behaviour;
use crate::gateway::{Gateway, Host};
use crate::mesh::Mesh;
use crate::probe::Probe;
use crate::support::until;

const AUTH: &str = "/blog/api/login";
const USERS: &str = "/api/users/probe";
const BLOG: &str = "/blog/api/posts";
/// Never disturbed: this service is outside the mesh.
const OUTSIDE: &str = "/outside/probe";

/// How much slower than in peace the slowest undisturbed request may be: an Envoy that
/// starts takes the processor for a while. Any deadline of the gateway that such a request
/// were held up by is longer: DNS 2 s, connect 1 s, response header 2 s.
const MARGIN: Duration = Duration::from_millis(700);

/// What a request on a broken route may take: the connect and the response header deadline,
/// twice for the one repetition there may be, and some time for a busy machine.
const PATIENCE: Duration = Duration::from_secs(8);

struct Peace {
    slowest: Duration,
}

impl Peace {
    /// Measures the paths while nothing happens.
    fn measure(gateway: &Gateway, paths: &[&str]) -> Self {
        let probes: Vec<Probe> = paths
            .iter()
            .map(|path| Probe::start(gateway, path))
            .collect();
        let seen = probes.into_iter().map(|probe| {
            probe.more(150);
            probe.finish()
        });
        let slowest = seen.map(|seen| {
            assert!(seen.failures.is_empty(), "in peace: {seen:?}");
            seen.slowest
        });
        Self {
            slowest: slowest.max().unwrap(),
        }
    }

    /// Asks for the paths without a pause while `chaos` happens and a little after it.
    fn stays(&self, gateway: &Gateway, what: &str, paths: &[&str], chaos: impl FnOnce()) {
        let probes: Vec<Probe> = paths
            .iter()
            .map(|path| Probe::start(gateway, path))
            .collect();
        chaos();
        for (probe, path) in probes.into_iter().zip(paths) {
            probe.more(20);
            let seen = probe.finish();
            assert!(seen.failures.is_empty(), "{what}: {path}: {seen:?}");
            let limit = self.slowest + MARGIN;
            assert!(
                seen.slowest < limit,
                "{what}: {path}: not within {limit:?}: {seen:?}"
            );
        }
    }
}

/// The mesh and its gateway in peace, with how slow that is.
fn peaceful() -> (Mesh, Gateway, Peace) {
    let mesh = Mesh::start();
    let gateway = Gateway::start(&mesh, Host::Unset);
    let peace = Peace::measure(&gateway, &[USERS, OUTSIDE]);
    (mesh, gateway, peace)
}

/// A client always gets an answer, and in time, whatever is broken.
fn status(gateway: &Gateway, path: &str) -> u16 {
    let start = Instant::now();
    let answer = gateway.get(path);
    let took = start.elapsed();
    assert!(took < PATIENCE, "{path}: {took:?}: {answer:?}");
    answer
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .status()
}

fn becomes(gateway: &Gateway, path: &str, expected: u16) {
    until(&format!("{path} is answered {expected}"), || {
        status(gateway, path) == expected
    });
}

#[test]
fn a_service_and_its_sidecar_die_and_no_other_route_notices() {
    let (mut mesh, mut gateway, peace) = peaceful();
    let auth = mesh.pod_mut("auth-service");
    let others = [USERS, OUTSIDE];
    // The service is dead, its sidecar answers for it.
    peace.stays(&gateway, "service killed", &others, || {
        auth.echo.kill();
        becomes(&gateway, AUTH, 503);
        auth.echo.restart();
        becomes(&gateway, AUTH, 200);
    });
    // Nobody is there; the sidecar beside the gateway answers.
    peace.stays(&gateway, "inbound sidecar killed", &others, || {
        auth.sidecar.kill();
        becomes(&gateway, AUTH, 503);
        auth.sidecar.restart();
        becomes(&gateway, AUTH, 200);
    });
    // Nobody answers; the gateway's own deadline ends the wait.
    peace.stays(&gateway, "inbound sidecar frozen", &others, || {
        auth.sidecar.freeze();
        becomes(&gateway, AUTH, 504);
        auth.sidecar.thaw();
        becomes(&gateway, AUTH, 200);
    });
    gateway.assert_unharmed();
}

#[test]
fn dns_dies_and_no_route_notices() {
    let (mut mesh, mut gateway, peace) = peaceful();
    let all = [AUTH, USERS, BLOG, OUTSIDE];
    for behaviour in [Behaviour::ServFail, Behaviour::NxDomain, Behaviour::Silent] {
        peace.stays(&gateway, &format!("{behaviour:?}"), &all, || {
            mesh.dns.behave(behaviour);
            mesh.dns.asked_again(2);
            mesh.dns.behave(Behaviour::Answers);
        });
    }
    peace.stays(&gateway, "DNS stopped", &all, || {
        mesh.dns.stop();
        // Every address is older than its TTL of 1 s before this ends.
        let stopped = Instant::now();
        until("the TTL runs out", || {
            stopped.elapsed() > Duration::from_millis(2500)
        });
        mesh.dns.restart();
        mesh.dns.asked_again(1);
    });
    // And it still follows what DNS says.
    let service = &mesh.pod("user-service").service;
    mesh.network.route_cluster_ips(Some(service.name));
    mesh.dns.set(service.name, service.moved_ip);
    let new = service.at(service.moved_ip).to_string();
    let mut tries = 0..;
    until("a request goes to the new address", || {
        let path = format!("/moved/{}", tries.next().unwrap());
        assert_eq!(status(&gateway, &format!("/api/users{path}")), 200);
        mesh.outbound.logged(&path)["destination"] == new.as_str()
    });
    gateway.assert_unharmed();
}

/// After a power cut everything starts at once, and the gateway may be first.
#[test]
fn the_gateway_starts_before_dns_and_recovers() {
    let mut mesh = Mesh::start();
    mesh.dns.stop();
    let mut gateway = Gateway::launch(&mesh, Host::Unset);
    for path in [AUTH, USERS, BLOG, OUTSIDE] {
        assert_eq!(status(&gateway, path), 503, "{path}");
        assert_eq!(status(&gateway, "/health"), 200);
    }
    mesh.dns.restart();
    for path in [AUTH, USERS, BLOG, OUTSIDE] {
        becomes(&gateway, path, 200);
    }
    gateway.assert_unharmed();
}

#[test]
fn the_gateways_own_sidecar_dies_and_what_does_not_need_it_goes_on() {
    let (mut mesh, mut gateway, peace) = peaceful();
    for _ in 0..2 {
        peace.stays(
            &gateway,
            "outbound sidecar killed",
            &[OUTSIDE, "/health"],
            || {
                mesh.outbound.kill();
                for path in [AUTH, USERS, BLOG] {
                    becomes(&gateway, path, 502);
                }
                mesh.outbound.restart();
                for path in [AUTH, USERS, BLOG] {
                    becomes(&gateway, path, 200);
                }
            },
        );
    }
    // Frozen, it accepts connections and says nothing on them.
    peace.stays(
        &gateway,
        "outbound sidecar frozen",
        &[OUTSIDE, "/health"],
        || {
            mesh.outbound.freeze();
            for path in [AUTH, USERS, BLOG] {
                becomes(&gateway, path, 504);
            }
            mesh.outbound.thaw();
            for path in [AUTH, USERS, BLOG] {
                becomes(&gateway, path, 200);
            }
        },
    );
    gateway.assert_unharmed();
}
