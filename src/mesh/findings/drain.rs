//! GW013: the grace period, or the sidecar's, ends before the gateway's drain does.

use std::time::Duration;

use super::Found;
use super::deadline::text;
use super::scene::{Scene, Workload, at};
use crate::mesh::manifests::{Manifests, Node, span};

/// Kubernetes' own.
const GRACE: u64 = 30;

/// Istio's `terminationDrainDuration`.
const LIVES: Duration = Duration::from_secs(5);

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    let drain = &scene.config().server.drain;
    for workload in &scene.workloads {
        let Some(pod) = workload.object.node.at("spec.template.spec") else {
            continue;
        };
        // It ends before the gateway is told to stop, and the grace period runs meanwhile.
        let hook = pre_stop(workload.container);
        let whole = hook + drain.delay + drain.timeout;
        let own = match hook {
            Duration::ZERO => format!(
                "server.drain takes up to {} (delay and timeout)",
                text(whole)
            ),
            hook => format!(
                "a preStop hook of {} and server.drain take up to {} together",
                text(hook),
                text(whole)
            ),
        };
        let written = pod.number_at("terminationGracePeriodSeconds");
        let grace = written.unwrap_or(GRACE);
        if Duration::from_secs(grace) < whole {
            let place = pod.get("terminationGracePeriodSeconds").unwrap_or(pod);
            found.add(
                at(workload.object, place),
                format!("{own}, but the kubelet kills the gateway after {grace}s"),
                "raise terminationGracePeriodSeconds above all of that",
            );
        }
        let Some((place, lives, whose)) = lives(scene, workload, pod) else {
            continue;
        };
        if lives < whole {
            found.add(
                at(workload.object, place),
                format!(
                    "{own}, but the sidecar ends {} after it is told to{whose}, together with \
                     the gateway (unless it is a native one): what is in flight then is cut",
                    text(lives)
                ),
                "set terminationDrainDuration in the annotation proxy.istio.io/config above all \
                 of that",
            );
        }
    }
}

/// How long the sidecar lives after it is told to stop, and where that is said; `None` where it
/// ends by itself, or nobody can tell.
fn lives<'a>(
    scene: &Scene<'_>,
    workload: &Workload<'a>,
    pod: &'a Node,
) -> Option<(&'a Node, Duration, &'static str)> {
    let annotations = workload
        .object
        .node
        .at("spec.template.metadata.annotations");
    let annotation = |key: &str| annotations.and_then(|of| of.get(key));
    // A native one outlives the other containers.
    let proxy = |of: &&Node| of.text_at("name") == Some("istio-proxy");
    let native = annotation("sidecar.istio.io/nativeSidecar").and_then(Node::text) == Some("true")
        || pod.items("initContainers").iter().any(|of| proxy(&of));
    // What is changed of its container may be a hook that lets it wait.
    let changed = pod.items("containers").iter().find(proxy);
    if native || changed.is_some_and(|of| of.get("lifecycle").is_some()) {
        return None;
    }
    let Some(config) = annotation("proxy.istio.io/config") else {
        let inside = scene.has_sidecar(workload.object) == Some(true);
        let template = workload.object.node.at("spec.template.metadata");
        return inside.then_some((template.unwrap_or(pod), LIVES, BY_DEFAULT));
    };
    let read = Manifests::value(config.text()?)?;
    // Then it lives as long as there are connections.
    if read.text_at("proxyMetadata.EXIT_ON_ZERO_ACTIVE_CONNECTIONS") == Some("true") {
        return None;
    }
    match read.get("terminationDrainDuration") {
        Some(written) => Some((config, span(written.text()?)?, "")),
        None => Some((config, LIVES, BY_DEFAULT)),
    }
}

const BY_DEFAULT: &str = " (Istio's default)";

/// How long a hook takes at least: one that sleeps; of others nobody can tell.
fn pre_stop(container: &Node) -> Duration {
    let Some(hook) = container.at("lifecycle.preStop") else {
        return Duration::ZERO;
    };
    if let Some(seconds) = hook.number_at("sleep.seconds") {
        return Duration::from_secs(seconds);
    }
    let command: Vec<_> = hook.texts("exec.command").collect();
    let command = command.join(" ");
    let mut words = command.split(|c: char| c.is_whitespace() || ";&|'\"()".contains(c));
    let sleeps = words.any(|word| word.rsplit('/').next() == Some("sleep"));
    let time = words.find(|word| !word.is_empty()).filter(|_| sleeps);
    time.and_then(|time| span(time).or_else(|| span(&format!("{time}s"))))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_that_sleeps_takes_that_long() {
        for (hook, seconds) in [
            ("{ sleep: { seconds: 7 } }", 7),
            ("{ exec: { command: [sleep, '7'] } }", 7),
            ("{ exec: { command: [/bin/sleep, 1m] } }", 60),
            (
                "{ exec: { command: [sh, -c, 'echo x; sleep 7 && true'] } }",
                7,
            ),
            ("{ exec: { command: [sh, -c, 'sleepy 7'] } }", 0),
            ("{ exec: { command: [sleep] } }", 0),
            ("{ httpGet: { path: /drain, port: 9001 } }", 0),
        ] {
            let container = format!("lifecycle: {{ preStop: {hook} }}");
            let container = Manifests::value(&container).unwrap();
            assert_eq!(pre_stop(&container), Duration::from_secs(seconds), "{hook}");
        }
    }
}
