//! GW005: an entry of a VirtualService takes all that a later one is for.

use super::Found;
use super::scene::{Scene, at};
use crate::mesh::manifests::virtual_service::{hides, is_for};
use crate::mesh::manifests::{Name, Node, Object};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    for object in scene.of("VirtualService") {
        let entries = object.node.items("spec.http");
        let ours = is_for_a_service(scene, object);
        for (index, later) in entries.iter().enumerate() {
            if !ours && !sends_to_the_gateway(scene, object, later) {
                continue;
            }
            let Some(first) = entries[..index].iter().find(|of| hides(of, later)) else {
                continue;
            };
            let name = match later.text_at("name") {
                Some(name) => format!("the route {name}"),
                None => format!("http[{index}]"),
            };
            found.add(
                at(object, later),
                format!(
                    "{name} gets no request: the entry on line {} takes all that it matches",
                    first.line
                ),
                "put the more specific entry first",
            );
        }
    }
}

fn is_for_a_service(scene: &Scene<'_>, object: &Object) -> bool {
    let mut names = scene.used().filter_map(|(_, service)| scene.name(service));
    names.any(|name| is_for(object, &name, &scene.namespace))
}

fn sends_to_the_gateway(scene: &Scene<'_>, object: &Object, entry: &Node) -> bool {
    let from = scene.namespace_of(object);
    entry.items("route").iter().any(|route| {
        let host = route.text_at("destination.host").unwrap_or_default();
        let name = Name::of(host, from);
        name.is_some_and(|name| scene.own().any(|own| scene.name_of(own) == name))
    })
}
