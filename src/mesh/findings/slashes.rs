//! GW006: a rewrite that makes a path begin with `//`.

use super::scene::{Scene, at};
use super::{Found, Place};
use crate::mesh::manifests::virtual_service::is_for;
use crate::mesh::manifests::{Node, Object};

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    for asked in scene.input.asked {
        let Some(trace) = &asked.trace else { continue };
        let Some(target) = &trace.rewritten.target else {
            continue;
        };
        if target.starts_with("//") && !asked.target.starts_with("//") {
            found.add_once(
                Place::Key(format!("routes[{}]", asked.route)),
                format!(
                    "the sidecar turns the path of {} into {target}, which begins with //: the \
                     service finds no such path",
                    Scene::request(asked)
                ),
                "end both the prefix and the rewrite of the VirtualService with a slash",
            );
        }
    }
    for object in scene.of("VirtualService") {
        let ours = scene
            .used()
            .filter_map(|(_, service)| scene.name(service))
            .any(|name| is_for(object, &name, &scene.namespace));
        if ours {
            rewrites(object, found);
        }
    }
}

fn rewrites(object: &Object, found: &mut Found) {
    let mut before: Vec<&Node> = Vec::new();
    for entry in object.node.items("spec.http") {
        for of in entry.items("match") {
            if let Some(prefix) = of.text_at("uri.prefix")
                && let Some(uri) = entry.text_at("rewrite.uri")
                && uri.ends_with('/')
                && !prefix.ends_with('/')
                && !is_taken(&before, prefix)
            {
                found.add(
                    at(object, of),
                    format!(
                        "the prefix {prefix} becomes {uri}, so {prefix}/x becomes {uri}/x: the \
                         service gets a path with //"
                    ),
                    format!("match {prefix}/ first, with the same rewrite"),
                );
            }
            before.push(of);
        }
    }
}

/// Whether what follows the prefix with a slash is taken already.
fn is_taken(before: &[&Node], prefix: &str) -> bool {
    before.iter().any(|of| {
        let alone = of
            .entries()
            .iter()
            .all(|(key, _)| key == "uri" || key == "name");
        let taken = of.text_at("uri.prefix");
        alone && taken.is_some_and(|taken| format!("{prefix}/").starts_with(taken))
    })
}
