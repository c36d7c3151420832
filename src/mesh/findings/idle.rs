//! GW012: callers keep connections longer than the gateway does.

use super::Found;
use super::deadline::text;
use super::scene::{Scene, at};
use crate::mesh::manifests::span;

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let Some(idle) = scene.config().server.timeouts.idle else {
        return;
    };
    for service in scene.own() {
        let Some(rule) = scene.rule(&scene.name_of(service)) else {
            continue;
        };
        for port in service.node.items("spec.ports") {
            let number = port.number_at("port").and_then(|of| u16::try_from(of).ok());
            let policy = number.and_then(|number| Scene::policy(rule, number));
            let kept = policy.and_then(|of| of.at("connectionPool.http.idleTimeout"));
            let Some(node) = kept else { continue };
            let Some(kept) = node.text().and_then(span).filter(|kept| *kept >= idle) else {
                continue;
            };
            found.add(
                at(rule, node),
                format!(
                    "callers keep unused connections for {}, the gateway for {} \
                     (server.timeouts.idle): a request that a caller sends while the gateway \
                     closes ends with 503 at the caller",
                    text(kept),
                    text(idle)
                ),
                "set idleTimeout below server.timeouts.idle",
            );
        }
    }
}
