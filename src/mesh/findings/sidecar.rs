//! GW001: the sidecar has no service for what the gateway sends.

use super::scene::Scene;
use super::{Asked, Found, Place};
use crate::config::{Action, HostPolicy, ServiceHost};
use crate::mesh::Verdict;
use crate::mesh::manifests::Name;

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    for asked in scene.input.asked {
        let Some(trace) = &asked.trace else { continue };
        let lost = matches!(
            trace.verdict,
            Verdict::Passthrough | Verdict::BlackHole | Verdict::NoRoute
        );
        if !lost {
            continue;
        }
        let service = &scene.config().services[asked.service];
        if trace.verdict == Verdict::Passthrough && is_elsewhere(scene, asked) {
            continue;
        }
        let route = &scene.config().routes[asked.route];
        let own = matches!(&route.action, Action::Proxy { host: Some(_), .. });
        let fix = match &service.host {
            _ if own => format!(
                "remove the route's host, so that {} is sent",
                service.authority.text
            ),
            HostPolicy::Preserve => format!(
                "remove host: preserve, so that {} is sent",
                service.authority.text
            ),
            HostPolicy::Literal(host) if *host != service.authority.text => {
                format!("remove host, so that {} is sent", service.authority.text)
            }
            HostPolicy::Literal(_) => "write the url with the name and the port of a Service \
                                       that the gateway's sidecar knows"
                .to_owned(),
        };
        found.add_once(
            Place::Key(format!("routes[{}]", asked.route)),
            format!(
                "{} is sent to {} with Host {}: {}",
                Scene::request(asked),
                service.authority.text,
                asked.host,
                trace.why
            ),
            fix,
        );
    }
}

/// Whether a service is outside the cluster, as its name says: passing through is then what
/// it takes.
fn is_elsewhere(scene: &Scene<'_>, asked: &Asked) -> bool {
    let service = &scene.config().services[asked.service];
    let ServiceHost::Name(host) = &service.authority.host else {
        return false;
    };
    let Some(name) = Name::of(host, "") else {
        return true;
    };
    // `shop.example` is a domain, unless somebody knows a namespace of this name.
    let clear = name.namespace.is_empty() || host.trim_end_matches('.').ends_with(".svc");
    let clear = clear || host.contains(".svc.");
    let known = scene
        .input
        .namespaces
        .iter()
        .any(|of| *of == name.namespace)
        || scene
            .of("Service")
            .any(|of| scene.namespace_of(of) == name.namespace);
    let own = asked.host.eq_ignore_ascii_case(&service.authority.text);
    !clear && !known && own
}
