//! GW005: an entry of a VirtualService takes all that a later one is for.

use super::Found;
use super::scene::{Scene, at};
use crate::mesh::manifests::{Object, Taken};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    for object in scene.of("VirtualService") {
        let ours = scene.is_for_a_service(object);
        entries(scene, object, ours, found);
    }
}

fn entries(scene: &Scene<'_>, object: &Object, ours: bool, found: &mut Found) {
    let mut taken = Taken::default();
    for (index, entry) in object.node.items("spec.http").iter().enumerate() {
        let matches = entry.items("match");
        let by = match matches {
            [] => taken.everything(),
            // It gets what one of them still gets.
            all => {
                let mut by = None;
                for of in all {
                    by = taken.by(of);
                    if by.is_none() {
                        break;
                    }
                }
                by
            }
        };
        if let Some(line) = by
            && (ours || scene.sends_to_the_gateway(object, entry))
        {
            let name = match entry.text_at("name") {
                Some(name) => format!("the route {name}"),
                None => format!("http[{index}]"),
            };
            found.add(
                at(object, entry),
                format!(
                    "{name} gets no request: the entry on line {line} takes all that it matches"
                ),
                "put the more specific entry first",
            );
        }
        // It takes what the other VirtualService does.
        if entry.get("delegate").is_some() {
            continue;
        }
        if matches.is_empty() {
            taken.take_all(entry.line);
        }
        matches.iter().for_each(|of| taken.take(of, entry.line));
    }
}
