//! GW012: callers keep connections longer than the gateway does.

use std::time::Duration;

use super::Found;
use super::deadline::text;
use super::scene::{Scene, at};
use super::tls::target;
use crate::mesh::manifests::{Node, Object, Spoken, span, spoken};

/// Istio's, which is Envoy's, where a DestinationRule doesn't say.
const DEFAULT: Duration = Duration::from_secs(3600);

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let Some(idle) = scene.config().server.timeouts.idle else {
        return;
    };
    for service in &scene.own {
        let Some(rule) = scene.rule(&scene.name_of(service)) else {
            continue;
        };
        for port in service.node.items("spec.ports") {
            if is_ours(scene, service, port) {
                kept(rule, port, idle, found);
            }
        }
    }
}

/// What callers of this port do with connections that nobody uses.
fn kept(rule: &Object, port: &Node, idle: Duration, found: &mut Found) {
    let Some(number) = port.number_at("port").and_then(|of| u16::try_from(of).ok()) else {
        return;
    };
    let policy = Scene::policy(rule, number);
    let written = policy.and_then(|of| of.at("connectionPool.http.idleTimeout"));
    // One for many services says nothing of the gateway's.
    let host = rule.node.text_at("spec.host").unwrap_or_default();
    if written.is_none() && host.starts_with('*') {
        return;
    }
    let kept = match written.map(|of| of.text().and_then(span)) {
        None => Some(DEFAULT),
        Some(Some(Duration::ZERO)) => None,
        Some(Some(kept)) => Some(kept),
        Some(None) => return,
    };
    if kept.is_some_and(|kept| kept < idle) {
        return;
    }
    let how_long = match (kept, written) {
        (None, _) => "for ever".to_owned(),
        (Some(_), None) => "for an hour, as there is no idleTimeout".to_owned(),
        (Some(kept), Some(_)) => format!("for {}", text(kept)),
    };
    let node = written.or(policy).or(rule.node.get("spec"));
    found.add(
        at(rule, node.unwrap_or(&rule.node)),
        format!(
            "callers keep unused connections {how_long}, the gateway for {} \
             (server.timeouts.idle): a request that a caller sends while the gateway closes \
             ends with 503 at the caller",
            text(idle)
        ),
        "set connectionPool.http.idleTimeout below server.timeouts.idle",
    );
}

/// Whether the port is HTTP and may be one that the gateway listens on, whose idle connections
/// `server.timeouts` is about.
fn is_ours(scene: &Scene<'_>, service: &Object, port: &Node) -> bool {
    let http = !matches!(spoken(port), Spoken::Other | Spoken::Tls);
    let target = target(scene, service, port).and_then(|target| target.parse::<u16>().ok());
    let listen = &scene.config().server.listen;
    http && target.is_none_or(|target| listen.iter().any(|at| at.port() == target))
}
