//! GW014: only the ingress may call the gateway, and still it isn't believed.

use std::net::{IpAddr, Ipv4Addr};

use super::Found;
use super::scene::{ROOT, Scene, at};
use crate::mesh::manifests::{Node, selects};

/// Whom a sidecar's requests come from, whoever called.
const SIDECAR: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 6));

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    if scene.config().server.trusts(SIDECAR) {
        return;
    }
    for workload in scene.in_the_mesh() {
        let namespace = scene.namespace_of(workload.object);
        let mut allowing = scene.of("AuthorizationPolicy").filter(|of| {
            let labels = of.node.at("spec.selector.matchLabels");
            let chosen = labels.is_none_or(|_| {
                // One that can't be worked out may hold.
                selects(of.node.at("spec.selector"), workload.labels()) != Some(false)
            });
            let within = scene.namespace_of(of);
            let action = of.node.text_at("spec.action").unwrap_or("ALLOW");
            // One without rules admits nobody.
            let admits = !of.node.items("spec.rules").is_empty();
            chosen && admits && (within == namespace || within == ROOT) && action == "ALLOW"
        });
        let Some(first) = allowing.next() else {
            continue;
        };
        // What one of them admits is admitted.
        let mut all = std::iter::once(first).chain(allowing);
        if !all.all(|of| is_for_the_ingress(scene, &of.node)) {
            continue;
        }
        found.add(
            at(first, first.node.at("spec").unwrap_or(&first.node)),
            "only the ingress gateway may call, but server.trusted_proxies doesn't name \
             127.0.0.6, whom its requests come from: its X-Forwarded-For, \
             X-Forwarded-Proto and X-Request-Id are thrown away, so services see the \
             sidecar in place of the client",
            "set server.trusted_proxies: [127.0.0.6/32]",
        );
    }
}

/// Every rule has a principal, and all of them are an ingress gateway's. Those for other ports
/// than the gateway's don't count.
fn is_for_the_ingress(scene: &Scene<'_>, node: &Node) -> bool {
    let ingress = |source: &Node| {
        let mut all = source.texts("source.principals").peekable();
        all.peek().is_some() && all.all(|name| name.contains("ingress"))
    };
    let listen = &scene.config().server.listen;
    let is_ours = |port: &str| listen.iter().any(|at| at.port().to_string() == port);
    let elsewhere = |to: &Node| {
        let mut ports = to.texts("operation.ports").peekable();
        ports.peek().is_some() && !ports.any(is_ours)
    };
    let mut rules = node.items("spec.rules").iter().filter(|rule| {
        let to = rule.items("to");
        to.is_empty() || !to.iter().all(elsewhere)
    });
    rules.all(|rule| {
        let from = rule.items("from");
        !from.is_empty() && from.iter().all(ingress)
    })
}
