//! GW008: Prometheus asks in plaintext where only the mesh's TLS is taken.

use super::Found;
use super::chosen::Authentication;
use super::scene::{Scene, Workload, at};
use super::tls::target;
use crate::mesh::manifests::{Node, Object, selects};

/// Ports that the sidecar's iptables leave out: its agent's, with the merged metrics, its
/// readiness, and its own metrics.
const LEFT_OUT: [&str; 3] = ["15020", "15021", "15090"];

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let inside: Vec<_> = scene
        .in_the_mesh()
        .filter_map(|of| {
            let namespace = scene.namespace_of(of.object);
            Some((of, scene.authentication(namespace, of.labels())?))
        })
        .collect();
    for monitor in scene.of("ServiceMonitor").filter(|_| !inside.is_empty()) {
        let own = scene.own.iter();
        let meant: Vec<_> = own.filter(|of| is_meant(scene, monitor, of)).collect();
        for endpoint in monitor.node.items("spec.endpoints") {
            let scheme = endpoint.text_at("scheme").unwrap_or("http");
            if !scheme.eq_ignore_ascii_case("http") {
                continue;
            }
            for service in &meant {
                let Some(target) = asked(scene, endpoint, service) else {
                    continue;
                };
                let selector = service.node.at("spec.selector");
                for pods in &inside {
                    if selects(selector, pods.0.labels()) == Some(true) {
                        scraped((monitor, endpoint), &target, pods, found);
                    }
                }
            }
        }
    }
}

/// The pods' port that an endpoint means.
fn asked(scene: &Scene<'_>, endpoint: &Node, service: &Object) -> Option<String> {
    let mut ports = service.node.items("spec.ports").iter();
    if let Some(name) = endpoint.text_at("port") {
        let port = ports.find(|of| of.text_at("name") == Some(name))?;
        return target(scene, service, port);
    }
    let wanted = endpoint.text_at("targetPort")?;
    if wanted.bytes().all(|b| b.is_ascii_digit()) {
        return Some(wanted.to_owned());
    }
    let port = ports.find(|of| of.text_at("targetPort") == Some(wanted))?;
    target(scene, service, port)
}

fn scraped(
    (monitor, endpoint): (&Object, &Node),
    target: &str,
    (workload, by): &(&Workload<'_>, Authentication<'_>),
    found: &mut Found,
) {
    if LEFT_OUT.contains(&target) {
        return;
    }
    let by = by.mode(Some(target));
    let Some((by, "STRICT")) = by else { return };
    let annotations = workload
        .object
        .node
        .at("spec.template.metadata.annotations");
    let ports = |key: &str| annotations.and_then(|of| of.get(key)).and_then(Node::text);
    let has = |list: &str| list.split(',').any(|port| port.trim() == target);
    let out = ports("traffic.sidecar.istio.io/excludeInboundPorts").is_some_and(has);
    let within = ports("traffic.sidecar.istio.io/includeInboundPorts");
    if out || within.is_some_and(|list| list.trim() != "*" && !has(list)) {
        return;
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
