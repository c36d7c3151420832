//! GW014: only the ingress may call the gateway, and still it isn't believed.

use std::net::{IpAddr, Ipv4Addr};

use super::Found;
use super::scene::{Scene, at};
use crate::mesh::manifests::{Node, selects};

/// Whom a sidecar's requests come from, whoever called.
const SIDECAR: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 6));

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    if scene.config().server.trusts(SIDECAR) {
        return;
    }
    for workload in scene.workloads.iter().filter(|of| of.has_sidecar()) {
        let namespace = scene.namespace_of(workload.object);
        let policy = scene.of("AuthorizationPolicy").find(|of| {
            let selector = of.node.at("spec.selector");
            let chosen = selector.is_some()
                && selects(selector, workload.labels()) == Some(true)
                && scene.namespace_of(of) == namespace;
            chosen && admits_the_ingress_only(&of.node)
        });
        if let Some(policy) = policy {
            found.add(
                at(policy, policy.node.at("spec").unwrap_or(&policy.node)),
                "only the ingress gateway may call, but server.trusted_proxies doesn't name \
                 127.0.0.6, whom its requests come from: its X-Forwarded-For, \
                 X-Forwarded-Proto and X-Request-Id are thrown away, so services see the \
                 sidecar in place of the client",
                "set server.trusted_proxies: [127.0.0.6/32]",
            );
        }
    }
}

/// Every rule has a principal, and all of them are an ingress gateway's.
fn admits_the_ingress_only(node: &Node) -> bool {
    let action = node.text_at("spec.action").unwrap_or("ALLOW");
    let rules = node.items("spec.rules");
    let ingress = |source: &Node| {
        let mut all = source.texts("source.principals").peekable();
        all.peek().is_some() && all.all(|name| name.contains("ingress"))
    };
    let rule = |rule: &Node| {
        let from = rule.items("from");
        !from.is_empty() && from.iter().all(ingress)
    };
    action == "ALLOW" && !rules.is_empty() && rules.iter().all(rule)
}
