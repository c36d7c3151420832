//! GW010: the gateway gives up while its sidecar still tries.

use std::time::Duration;

use super::scene::{Scene, at};
use super::{Asked, Found, Place};
use crate::mesh::Ladder;
use crate::mesh::manifests::virtual_service::{Asks, entry};
use crate::mesh::manifests::{Patterns, span};

const FIX: &str = "raise the gateway's response_header (or request) above what the sidecar may \
                   take, or lower the sidecar's timeout or attempts";

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let patterns = Patterns::default();
    for asked in scene.input.asked {
        let Some(own) = own(scene, asked) else {
            continue;
        };
        let said = |sidecars: Duration| {
            format!(
                "the gateway answers {} with 504 after {}, while its sidecar may try for {}",
                Scene::request(asked),
                text(own),
                text(sidecars)
            )
        };
        let policy = asked.trace.as_ref().and_then(|of| of.policy.as_ref());
        if let Some(policy) = policy {
            let sidecar = Ladder::new(1, None, None, policy).sidecar;
            if let Some(longest) = sidecar.longest.filter(|longest| *longest > own) {
                let place = Place::Key(format!("routes[{}]", asked.route));
                found.add_once(place, said(longest), FIX);
            }
            continue;
        }
        written(scene, asked, own, &said, &patterns, found);
    }
    found.notes.extend(patterns.note());
}

/// What a VirtualService says.
fn written(
    scene: &Scene<'_>,
    asked: &Asked,
    own: Duration,
    said: &dyn Fn(Duration) -> String,
    patterns: &Patterns,
    found: &mut Found,
) {
    // Which of several counts isn't told by the manifests.
    let Some(object) = scene.virtual_service(asked.service) else {
        return;
    };
    let path = asked.target.split('?').next().unwrap_or_default();
    let asks = Asks {
        path,
        method: asked.method.as_str(),
    };
    let Some(entry) = entry(object, asks, patterns) else {
        return;
    };
    let whole = entry.text_at("timeout").and_then(span);
    let whole = whole.filter(|whole| !whole.is_zero());
    let each = entry.text_at("retries.perTryTimeout").and_then(span);
    let attempts = entry.number_at("retries.attempts");
    let tries = each.zip(attempts).map(|(each, retries)| {
        let attempts = u32::try_from(retries).unwrap_or(u32::MAX).saturating_add(1);
        each.saturating_mul(attempts)
    });
    let longest = match (whole, tries) {
        (Some(whole), Some(tries)) => Some(whole.min(tries)),
        (one, other) => one.or(other),
    };
    if let Some(longest) = longest.filter(|longest| *longest > own) {
        found.add_once(at(object, entry), said(longest), FIX);
    }
}

/// The gateway's shortest deadline for the head of an answer.
fn own(scene: &Scene<'_>, asked: &Asked) -> Option<Duration> {
    let of = &scene.config().services[asked.service].timeouts;
    let own = &scene.config().routes[asked.route].timeouts;
    let head = own.response_header.unwrap_or(of.response_header);
    let whole = own.request.unwrap_or(of.request);
    match (head, whole) {
        (Some(head), Some(whole)) => Some(head.min(whole)),
        (one, other) => one.or(other),
    }
}

/// For example `2s` or `1.5s`.
pub(super) fn text(span: Duration) -> String {
    format!("{}s", span.as_secs_f64())
}
