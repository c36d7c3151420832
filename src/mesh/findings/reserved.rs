//! GW015: the user or a port of the sidecar.

use std::net::SocketAddr;
use std::ops::RangeInclusive;

use super::scene::{Scene, at};
use super::{Found, Place};

const USER: u64 = 1337;
const PORTS: RangeInclusive<u16> = 15000..=15090;

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let config = scene.config();
    let mut asked: Vec<(&str, SocketAddr)> = Vec::new();
    asked.extend(config.server.listen.iter().map(|at| ("server.listen", *at)));
    let admin = &config.admin;
    asked.extend(admin.listen.iter().map(|of| ("admin.listen", of.value)));
    asked.extend(admin.operator.iter().map(|of| ("admin.operator", of.value)));
    for (key, address) in asked {
        if PORTS.contains(&address.port()) {
            found.add(
                Place::Key(key.to_owned()),
                format!(
                    "port {} is one of 15000 to 15090, which are the sidecar's own",
                    address.port()
                ),
                "take another port",
            );
        }
    }
    for workload in &scene.workloads {
        let pod = workload.object.node.at("spec.template.spec");
        for key in ["securityContext.runAsUser", "securityContext.runAsGroup"] {
            let own = workload.container.at(key);
            let Some(node) = own.or_else(|| pod.and_then(|pod| pod.at(key))) else {
                continue;
            };
            if node.text().and_then(|id| id.parse().ok()) == Some(USER) {
                found.add(
                    at(workload.object, node),
                    "what user or group 1337 sends passes the sidecar by: every request \
                     leaves in plaintext, and a service with STRICT mTLS resets it",
                    "take another user and group; the image's are 65532",
                );
            }
        }
    }
}
