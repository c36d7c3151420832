//! GW017: an overlay's `namePrefix` renamed the Services, and the URLs still have the old
//! names.

use super::Found;
use super::scene::{Scene, key};
use crate::mesh::manifests::Name;

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    if scene.input.guessed {
        return;
    }
    for (_, service) in scene.used() {
        let Some(name) = scene.name(service) else {
            continue;
        };
        let Some(renamed) = named(scene, &name) else {
            continue;
        };
        found.add(
            key(service, "url"),
            format!(
                "there is no Service {}, but {renamed}, and the gateway's Deployment has the \
                 same prefix: the old name doesn't resolve, so requests for {} get 503",
                name.service, service.name
            ),
            format!(
                "write {renamed} in the url, or set its variable in the container's env to \
                 http://{renamed}:{}",
                service.authority.port
            ),
        );
    }
}

/// The name that a service has got, with the prefix that the gateway's Deployment has too.
pub(super) fn named(scene: &Scene<'_>, name: &Name) -> Option<String> {
    if scene.service(name).is_some() {
        return None;
    }
    let mut all = scene.of("Service").filter(|of| {
        let prefix = of
            .name
            .strip_suffix(name.service.as_str())
            .unwrap_or_default();
        let shared = |of: &super::scene::Workload<'_>| of.object.name.starts_with(prefix);
        prefix.ends_with('-')
            && scene.namespace_of(of) == name.namespace
            && scene.workloads.iter().any(shared)
    });
    all.next().map(|of| of.name.clone())
}
