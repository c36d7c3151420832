//! GW004: a service that is spoken to in HTTP/2 has a port that isn't.

use super::Found;
use super::scene::{Scene, at};
use crate::config::Protocol;
use crate::mesh::manifests::{Spoken, spoken};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    for (_, service) in scene.used() {
        let (Protocol::H2c, Some((object, port))) = (service.protocol, scene.port(service)) else {
            continue;
        };
        let name = scene.name_of(object);
        // A DestinationRule may upgrade, and one that isn't clear might.
        let ruled = scene.of("DestinationRule").any(|rule| {
            let host = rule.node.text_at("spec.host").unwrap_or_default();
            host.contains(name.service.as_str()) || host.contains('*')
        });
        if spoken(port) == Spoken::Http1 && !ruled {
            found.add(
                at(object, port),
                format!(
                    "services.{} is h2c, but port {} is declared as HTTP/1.1: the sidecar turns \
                     its requests into HTTP/1.1, and gRPC fails",
                    service.name, service.authority.port
                ),
                "set appProtocol: http2 (or grpc), or begin the port's name with one of them",
            );
        }
    }
}
