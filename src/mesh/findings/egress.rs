//! GW009: the `Sidecar` that holds for the gateway leaves out a service.

use super::Found;
use super::scene::{ROOT, Scene, at};
use crate::mesh::manifests::{Name, Node, Object, selects};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let Some((sidecar, own)) = own(scene) else {
        return;
    };
    let egress = sidecar.node.items("spec.egress");
    // Without any it is inherited.
    if egress.is_empty() || scene.namespace.is_empty() {
        return;
    }
    let mut hidden: Vec<String> = Vec::new();
    for (_, service) in scene.used() {
        let Some(name) = scene.name(service) else {
            continue;
        };
        let port = u64::from(service.authority.port);
        let mut hosts = egress
            .iter()
            .filter(|of| of.number_at("port.number").is_none_or(|own| own == port))
            .flat_map(|of| of.texts("hosts"));
        let shown = hosts.any(|host| shows(host, &name, own));
        if !shown && !is_destination(scene, &name) {
            hidden.push(format!("{}/{}", name.namespace, name.full()));
        }
    }
    if hidden.is_empty() {
        return;
    }
    let hidden = hidden.join(", ");
    let place = sidecar.node.at("spec.egress").unwrap_or(&sidecar.node);
    found.add(
        at(sidecar, place),
        format!(
            "the hosts leave out {hidden}: what the gateway sends there leaves in plaintext \
             (503 or 502 where the service is STRICT), or with REGISTRY_ONLY is refused"
        ),
        format!("add {hidden}"),
    );
}

/// The one for the gateway's pods, else the one for their namespace, else the mesh's; and
/// their namespace, which `.` stands for in each of them.
fn own<'a, 's>(scene: &'s Scene<'a>) -> Option<(&'a Object, &'s str)> {
    let workload = scene.workloads.first()?;
    let namespace = scene.namespace_of(workload.object);
    let within = |namespace: &str| {
        let all = scene.of("Sidecar");
        all.filter(|of| scene.namespace_of(of) == namespace)
            .collect::<Vec<_>>()
    };
    let (near, far) = (within(namespace), within(ROOT));
    let selected = near
        .iter()
        .find(|of| selects(selector(of), workload.labels()) == Some(true));
    let mut whole = near.iter().chain(&far).filter(|of| selector(of).is_none());
    let own = selected.or_else(|| whole.next()).copied()?;
    Some((own, namespace))
}

fn selector(of: &Object) -> Option<&Node> {
    of.node.at("spec.workloadSelector.labels")
}

/// Whether a VirtualService sends to it, which may bring it with itself.
fn is_destination(scene: &Scene<'_>, name: &Name) -> bool {
    scene.of("VirtualService").any(|of| {
        let from = scene.namespace_of(of);
        let mut routes = of.node.items("spec.http").iter();
        routes.any(|entry| {
            let mut all = entry.items("route").iter();
            all.any(|route| {
                let host = route.text_at("destination.host").unwrap_or_default();
                Name::of(host, from).as_ref() == Some(name)
            })
        })
    })
}

/// Whether `namespace/host` of an egress listener means the service.
fn shows(host: &str, name: &Name, own: &str) -> bool {
    let Some((namespace, host)) = host.split_once('/') else {
        return true;
    };
    let near = match namespace {
        "*" => true,
        "." => name.namespace == own,
        "~" => false,
        other => other == name.namespace,
    };
    let full = name.full();
    let meant = match host.strip_prefix('*') {
        Some(end) => full.ends_with(end),
        // A short name is no name here.
        None => host == full,
    };
    near && meant
}
