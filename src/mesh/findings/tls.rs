//! GW007: a DestinationRule's TLS against what a PeerAuthentication takes.

use super::scene::{Scene, at};
use super::{Found, Place};
use crate::config::Service;
use crate::mesh::Verdict;
use crate::mesh::manifests::{Node, Object, selects};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    for asked in scene.input.asked {
        let Some(trace) = &asked.trace else { continue };
        let service = &scene.config().services[asked.service];
        let place = || Place::Key(format!("routes[{}]", asked.route));
        if trace.verdict == Verdict::PlaintextToStrict && !takes_plaintext(scene, service) {
            let what = format!("{}: {}", Scene::request(asked), trace.why);
            found.add_once(place(), what, FIX);
        }
        // What its sidecar doesn't tell, the manifests may.
        let target = trace.target.as_ref();
        let rule = target.and_then(|of| of.plaintext_by.as_ref());
        if let (Some(rule), Some((by, "STRICT"))) = (rule, taken(scene, service)) {
            let what = format!(
                "{}: the sidecar speaks plaintext to {} under the DestinationRule {rule}, and \
                 {} in {} takes the mesh's TLS only: it ends with 503",
                Scene::request(asked),
                service.name,
                by.title(),
                by.file
            );
            found.add_once(place(), what, FIX);
        }
    }
    written(scene, found);
}

const FIX: &str = "remove the DestinationRule's tls, or set its mode to ISTIO_MUTUAL";

/// Whether the manifests say that a service's pods take plaintext too. A dump doesn't tell,
/// only that they can take the mesh's TLS.
fn takes_plaintext(scene: &Scene<'_>, service: &Service) -> bool {
    let object = scene.port(service).map(|(object, _)| object);
    object.is_some_and(|of| scene.is_outside(of))
        || taken(scene, service).is_some_and(|(_, mode)| mode != "STRICT")
}

/// What the manifests say that a service's pods take, and which of them does; of pods without
/// a sidecar nothing.
fn taken<'a>(scene: &Scene<'a>, service: &Service) -> Option<(&'a Object, &'a str)> {
    let (object, port) = scene.port(service)?;
    if scene.is_outside(object) {
        return None;
    }
    let target = target(scene, object, port);
    let namespace = scene.namespace_of(object);
    scene.mode(namespace, scene.labels(object), target.as_deref())
}

/// What the manifests say.
fn written(scene: &Scene<'_>, found: &mut Found) {
    for (_, service) in scene.used() {
        let Some((object, port)) = scene.port(service) else {
            continue;
        };
        let name = scene.name_of(object);
        let Some(rule) = scene.rule(&name) else {
            continue;
        };
        // A route may choose a subset, whose policy it is then.
        let subsets = rule.node.items("spec.subsets").iter();
        let mut subsets = subsets.filter_map(|of| of.at("trafficPolicy"));
        if subsets.next().is_some() {
            continue;
        }
        let tls = Scene::policy(rule, service.authority.port).and_then(|of| of.get("tls"));
        let Some((tls, sent)) = tls.and_then(|tls| Some((tls, tls.text_at("mode")?))) else {
            continue;
        };
        if scene.is_outside(object) {
            if sent == "ISTIO_MUTUAL" {
                found.add(
                    at(rule, tls),
                    format!(
                        "the sidecar sends {} the mesh's TLS, and the pods have no sidecar \
                         that takes it: its requests end with 503",
                        service.name
                    ),
                    "set the mode to DISABLE, or let the pods have a sidecar",
                );
            }
            continue;
        }
        let labels = scene.labels(object);
        let target = target(scene, object, port);
        let Some((by, taken)) = scene.mode(&name.namespace, labels, target.as_deref()) else {
            continue;
        };
        let why = match (sent, taken) {
            ("DISABLE", "STRICT") => "plaintext, and the pods take mutual TLS only",
            ("SIMPLE", "STRICT") => "no client certificate, and the pods ask for the mesh's",
            ("ISTIO_MUTUAL", "DISABLE") => "the mesh's TLS, and the pods take plaintext only",
            _ => continue,
        };
        found.add(
            at(rule, tls),
            format!(
                "the sidecar sends {} {why} ({} in {}): its requests end with 503",
                service.name,
                by.title(),
                by.file
            ),
            match taken {
                "STRICT" => "set the mode to ISTIO_MUTUAL, or remove tls",
                _ => "set the mode to DISABLE, or let the PeerAuthentication take TLS",
            },
        );
    }
}

/// The number of the pods' port, which ports of a PeerAuthentication go by; `None` when only
/// a name is known.
pub(super) fn target(scene: &Scene<'_>, service: &Object, port: &Node) -> Option<String> {
    let own = port.text_at("port")?;
    let target = port.text_at("targetPort").unwrap_or(own);
    if target.bytes().all(|b| b.is_ascii_digit()) {
        return Some(target.to_owned());
    }
    let selector = service.node.at("spec.selector");
    let mut ports = scene
        .of("Deployment")
        .filter(|of| {
            let labels = of.node.at("spec.template.metadata.labels");
            scene.namespace_of(of) == scene.namespace_of(service)
                && selects(selector, labels) == Some(true)
        })
        .flat_map(|of| of.node.items("spec.template.spec.containers"))
        .flat_map(|of| of.items("ports"));
    let named = ports.find(|of| of.text_at("name") == Some(target))?;
    named.text_at("containerPort").map(str::to_owned)
}
