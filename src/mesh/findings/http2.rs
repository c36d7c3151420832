//! GW004: a service that is spoken to in HTTP/2 has a port that isn't.

use super::Found;
use super::scene::{Scene, at, key};
use crate::config::{Protocol, Service};
use crate::mesh::Verdict;
use crate::mesh::manifests::{Name, Node, Object, Spoken, fit, spoken};

const FIX: &str = "set appProtocol: http2 (or grpc) of the Service's port, or begin the port's \
                   name with one of them";

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let h2c = |(_, service): &(usize, &Service)| service.protocol == Protocol::H2c;
    for (index, service) in scene.used().filter(h2c) {
        match scene.port(service) {
            Some((object, port)) => written(scene, service, object, port, found),
            None => asked(scene, index, service, found),
        }
    }
}

fn written(scene: &Scene<'_>, service: &Service, object: &Object, port: &Node, found: &mut Found) {
    if spoken(port) == Spoken::Http1 && !is_upgraded(scene, &scene.name_of(object)) {
        found.add(
            at(object, port),
            format!(
                "services.{} is h2c, but port {} is declared as HTTP/1.1: the sidecar turns \
                 its requests into HTTP/1.1, and gRPC fails",
                service.name, service.authority.port
            ),
            FIX,
        );
    }
}

/// What the sidecar does by its own configuration.
fn asked(scene: &Scene<'_>, index: usize, service: &Service, found: &mut Found) {
    let mut of_service = scene.input.asked.iter().filter(|of| of.service == index);
    let turned = of_service.find_map(|of| {
        let trace = of.trace.as_ref()?;
        let target = trace.target.as_ref()?;
        let routed = trace.verdict == Verdict::Routed && !trace.tcp;
        (routed && !target.http2).then_some((of, target))
    });
    if let Some((asked, target)) = turned {
        found.add(
            key(service, "protocol"),
            format!(
                "services.{} is h2c, but the sidecar speaks HTTP/1.1 to {}: it turns {} into \
                 HTTP/1.1, and gRPC fails",
                service.name,
                target.cluster,
                Scene::request(asked)
            ),
            FIX,
        );
    }
}

/// Whether a DestinationRule lets the sidecar speak HTTP/2, or might.
fn is_upgraded(scene: &Scene<'_>, name: &Name) -> bool {
    scene.of("DestinationRule").any(|rule| {
        let host = rule.node.text_at("spec.host").unwrap_or_default();
        let ours = fit(host, scene.namespace_of(rule), name).is_some();
        let spec = rule.node.get("spec").map(Node::written);
        let spec = spec.unwrap_or_default();
        let upgrades = ["\"UPGRADE\"", "\"useClientProtocol\": \"true\""];
        ours && upgrades.iter().any(|of| spec.contains(of))
    })
}
