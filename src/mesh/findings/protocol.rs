//! GW003: the port of a service isn't HTTP for Istio.

use super::Found;
use super::scene::{Scene, at, key};
use crate::mesh::Verdict;
use crate::mesh::manifests::{Spoken, spoken};

const FIX: &str = "set appProtocol: http, or begin the port's name with http";

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    for (index, service) in scene.used() {
        if let Some((object, port)) = scene.port(service) {
            if matches!(spoken(port), Spoken::Other | Spoken::Tls) {
                found.add(
                    at(object, port),
                    format!(
                        "port {} isn't declared as HTTP: the sidecar takes what the gateway \
                         sends to {} for bytes, without routes, retries, deadlines or metrics \
                         of requests",
                        service.authority.port, service.name
                    ),
                    FIX,
                );
            }
            continue;
        }
        let mut traces = scene.input.asked.iter().filter(|of| of.service == index);
        let tcp = traces.find_map(|of| {
            let trace = of.trace.as_ref()?;
            (trace.tcp && trace.verdict == Verdict::Routed).then_some(of)
        });
        if let Some(asked) = tcp {
            found.add(
                key(service, "url"),
                format!(
                    "the sidecar takes {} to {} for bytes, without routes, retries, deadlines \
                     or metrics of requests",
                    Scene::request(asked),
                    service.authority.text
                ),
                FIX,
            );
        }
    }
}
