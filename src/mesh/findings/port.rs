//! GW002: the manifests have no such Service, or it has no such port.

use super::Found;
use super::prefix;
use super::scene::{Scene, at, key};
use crate::config::Service;
use crate::mesh::manifests::Name;

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    if scene.input.guessed {
        return;
    }
    for (_, service) in scene.used() {
        let Some(name) = scene.name(service) else {
            continue;
        };
        let Some(object) = scene.service(&name) else {
            if is_expected(scene, &name) && prefix::named(scene, &name).is_none() {
                found.add(
                    key(service, "url"),
                    format!(
                        "no manifest has a Service {} in the namespace {}, where others of the \
                         gateway's services are: unless it comes from elsewhere its name doesn't \
                         resolve, and requests for {} get 503",
                        name.service, name.namespace, service.name
                    ),
                    "write the name of a Service that exists, or add its manifest",
                );
            }
            continue;
        };
        if scene.port(service).is_none() && object.node.at("spec.externalName").is_none() {
            let ports: Vec<_> = object.node.items("spec.ports").iter().collect();
            let numbers: Vec<_> = ports.iter().filter_map(|of| of.text_at("port")).collect();
            found.add(
                at(object, object.node.at("spec").unwrap_or(&object.node)),
                format!(
                    "services.{}.url asks for port {}, which the Service doesn't have; it has {}",
                    service.name,
                    service.authority.port,
                    numbers.join(", ")
                ),
                "write one of its ports in the url, or add the port to the Service",
            );
        }
    }
}

/// Whether the manifests are those where it should be: other services of the gateway are in
/// the same namespace, and nothing else brings the name.
fn is_expected(scene: &Scene<'_>, name: &Name) -> bool {
    let is_near = |other: &Service| {
        scene.name(other).is_some_and(|other| {
            other.namespace == name.namespace && scene.service(&other).is_some()
        })
    };
    let elsewhere = scene.of("Service").any(|of| of.name == name.service);
    let entered = scene.of("ServiceEntry").any(|of| {
        let from = scene.namespace_of(of);
        let mut hosts = of.node.texts("spec.hosts");
        hosts.any(|host| {
            host.starts_with('*') && name.full().ends_with(host.trim_start_matches('*'))
                || Name::of(host, from).as_ref() == Some(name)
        })
    });
    // Without a namespace one can't tell where a Service is.
    let known = !scene.namespace.is_empty() || !elsewhere;
    known && !entered && scene.used().any(|(_, other)| is_near(other))
}
