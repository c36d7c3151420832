//! GW013: the grace period, or the sidecar's, ends before the gateway's drain does.

use std::time::Duration;

use super::Found;
use super::deadline::text;
use super::scene::{Scene, at};
use crate::mesh::manifests::{Manifests, span};

/// Kubernetes' own.
const GRACE: u64 = 30;

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let drain = &scene.config().server.drain;
    let whole = drain.delay + drain.timeout;
    let own = format!(
        "server.drain takes up to {} (delay and timeout)",
        text(whole)
    );
    for workload in &scene.workloads {
        let node = &workload.object.node;
        let Some(pod) = node.at("spec.template.spec") else {
            continue;
        };
        let written = pod.number_at("terminationGracePeriodSeconds");
        let grace = written.unwrap_or(GRACE);
        if Duration::from_secs(grace) < whole {
            let place = pod.get("terminationGracePeriodSeconds").unwrap_or(pod);
            found.add(
                at(workload.object, place),
                format!("{own}, but the kubelet kills the gateway after {grace}s"),
                "raise terminationGracePeriodSeconds above both together",
            );
        }
        let annotations = node.at("spec.template.metadata.annotations");
        let Some(proxy) = annotations.and_then(|of| of.get("proxy.istio.io/config")) else {
            continue;
        };
        let read = proxy.text().map(Manifests::value);
        let Some(Some(read)) = read else { continue };
        // Then it lives as long as there are connections.
        if read.text_at("proxyMetadata.EXIT_ON_ZERO_ACTIVE_CONNECTIONS") == Some("true") {
            continue;
        }
        let lives = read.text_at("terminationDrainDuration").and_then(span);
        if let Some(lives) = lives.filter(|lives| *lives < whole) {
            found.add(
                at(workload.object, proxy),
                format!(
                    "{own}, but the sidecar ends {} after it is told to, together with the \
                     gateway (unless it is a native one): what is in flight then is cut",
                    text(lives)
                ),
                "raise terminationDrainDuration above both together",
            );
        }
    }
}
