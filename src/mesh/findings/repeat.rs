//! GW011: the sidecar tries a POST again that may have arrived.

use http::Method;

use super::scene::{Scene, at};
use super::{Found, Place};
use crate::mesh::manifests::Patterns;
use crate::mesh::manifests::virtual_service::{Asks, entry};

/// What a service may have worked on before it happened. Not `connect-failure`,
/// `refused-stream` and `reset-before-request`: then it never arrived.
const REPEATS: [&str; 4] = ["5xx", "gateway-error", "reset", "retriable-4xx"];

const FIX: &str = "retry on connect-failure,refused-stream,reset-before-request only, or give \
                   the requests that may be repeated a route of their own";

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let posts = |of: &&super::Asked| matches!(of.method, Method::POST | Method::PATCH);
    let patterns = Patterns::default();
    for asked in scene.input.asked.iter().filter(posts) {
        let said = |on: &str| {
            format!(
                "the sidecar sends {} again on {on}, when the service may have done it already",
                Scene::request(asked)
            )
        };
        if let Some(trace) = &asked.trace {
            let Some(policy) = trace.policy.as_ref().filter(|of| of.retries > 0) else {
                continue;
            };
            let on = policy
                .retry_on
                .iter()
                .find(|on| REPEATS.contains(&on.as_str()));
            let by_code = policy
                .retry_on
                .iter()
                .any(|on| on == "retriable-status-codes");
            let code = policy.retriable_status_codes.first().filter(|_| by_code);
            let place = Place::Key(format!("routes[{}]", asked.route));
            match (on, code) {
                (Some(on), _) => found.add_once(place, said(on), FIX),
                (None, Some(code)) => found.add_once(place, said(&code.to_string()), FIX),
                (None, None) => {}
            }
            continue;
        }
        let Some(object) = scene.virtual_service(asked.service) else {
            continue;
        };
        let path = asked.target.split('?').next().unwrap_or_default();
        let asks = Asks {
            path,
            method: asked.method.as_str(),
        };
        let Some(entry) = entry(object, asks, &patterns) else {
            continue;
        };
        // Without retryOn it is Istio's default, which depends on its version.
        let (Some(retries), Some(on)) = (entry.get("retries"), entry.text_at("retries.retryOn"))
        else {
            continue;
        };
        let repeats = |on: &&str| REPEATS.contains(on) || on.parse::<u16>().is_ok();
        let again = on.split(',').map(str::trim).find(repeats);
        let some = retries
            .number_at("attempts")
            .is_some_and(|attempts| attempts > 0);
        if let Some(on) = again.filter(|_| some) {
            found.add_once(at(object, retries), said(on), FIX);
        }
    }
    found.notes.extend(patterns.note());
}
