//! GW008: Prometheus asks in plaintext where only the mesh's TLS is taken.

use super::Found;
use super::scene::{Scene, Workload, at};
use super::tls::target;
use crate::mesh::manifests::{Node, Object, selects};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    for monitor in scene.of("ServiceMonitor") {
        for endpoint in monitor.node.items("spec.endpoints") {
            let scheme = endpoint.text_at("scheme").unwrap_or("http");
            if !scheme.eq_ignore_ascii_case("http") {
                continue;
            }
            for workload in scene.workloads.iter().filter(|of| of.has_sidecar()) {
                scraped(scene, monitor, endpoint, workload, found);
            }
        }
    }
}

fn scraped(
    scene: &Scene<'_>,
    monitor: &Object,
    endpoint: &Node,
    workload: &Workload<'_>,
    found: &mut Found,
) {
    let name = endpoint.text_at("port").unwrap_or_default();
    for service in scene.own().filter(|of| is_meant(scene, monitor, of)) {
        let mut ports = service.node.items("spec.ports").iter();
        let Some(port) = ports.find(|of| of.text_at("name") == Some(name)) else {
            continue;
        };
        let Some(target) = target(scene, service, port) else {
            continue;
        };
        let namespace = scene.namespace_of(service);
        let by = scene.mode(namespace, workload.labels(), Some(&target));
        let Some((by, "STRICT")) = by else { continue };
        let annotations = workload
            .object
            .node
            .at("spec.template.metadata.annotations");
        let own = annotations
            .and_then(|of| of.get("traffic.sidecar.istio.io/excludeInboundPorts"))
            .and_then(Node::text)
            .unwrap_or_default();
        if own.split(',').any(|port| port.trim() == target) {
            continue;
        }
        found.add(
            at(monitor, endpoint),
            format!(
                "Prometheus asks port {target} of the gateway in plaintext, and {} makes its \
                 sidecar take mutual TLS only: the scrape is reset",
                by.title()
            ),
            "let Istio merge the metrics (prometheus.io/scrape, port and path annotations, \
             scraped at 15020), or make the port PERMISSIVE in portLevelMtls",
        );
    }
}

/// Whether a ServiceMonitor selects this Service.
fn is_meant(scene: &Scene<'_>, monitor: &Object, service: &Object) -> bool {
    let spec = "spec.namespaceSelector";
    let any = monitor.node.text_at(&format!("{spec}.any")) == Some("true");
    let own = scene.namespace_of(service);
    let mut names = monitor.node.texts(&format!("{spec}.matchNames")).peekable();
    let near = match names.peek() {
        Some(_) => names.any(|name| name == own),
        None => scene.namespace_of(monitor) == own,
    };
    let labels = service.node.at("metadata.labels");
    (any || near) && selects(monitor.node.at("spec.selector"), labels) == Some(true)
}
