//! GW006: a rewrite that makes a path begin with `//`.

use super::scene::{Scene, at};
use super::{Found, Place};
use crate::config::Normalization;
use crate::mesh::manifests::{Object, Taken};

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
        rewrites(scene, object, found);
    }
}

fn rewrites(scene: &Scene<'_>, object: &Object, found: &mut Found) {
    let ours = scene.is_for_a_service(object);
    // The gateway merges slashes, where it isn't told not to.
    let own = matches!(
        scene.config().server.path_normalization,
        Normalization::None | Normalization::Base
    );
    let mut taken = Taken::default();
    for entry in object.node.items("spec.http") {
        for of in entry.items("match") {
            let prefix = of.text_at("uri.prefix");
            let uri = entry.text_at("rewrite.uri");
            if let Some((prefix, uri)) = prefix.zip(uri)
                && uri.ends_with('/')
                && !prefix.ends_with('/')
                && (ours || own && scene.sends_to_the_gateway(object, entry))
                && taken.by_prefix(&format!("{prefix}/")).is_none()
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
            taken.take(of, entry.line);
        }
    }
}
