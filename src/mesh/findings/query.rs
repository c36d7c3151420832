//! GW016: an alert or a panel asks for a value of a label that the gateway never has.

mod promql;

use regex::Regex;
use serde_json::Value;

use super::Found;
use super::scene::{Scene, at};
use crate::mesh::manifests::{Node, Object};
use promql::{Matcher, selectors};

/// What says whose metrics are asked for.
const WHOSE: [&str; 4] = ["job", "service", "container", "app"];

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    if scene.workloads.is_empty() {
        return;
    }
    for object in scene.of("PrometheusRule") {
        let groups = object.node.items("spec.groups").iter();
        for rule in groups.flat_map(|group| group.items("rules")) {
            if let Some(expr) = rule.get("expr") {
                ask(scene, object, expr, expr.text().unwrap_or_default(), found);
            }
        }
    }
    for object in scene.of("ConfigMap") {
        let Some(data) = object.node.at("data") else {
            continue;
        };
        for (key, node) in data.entries() {
            let dashboard = key.ends_with(".json");
            let text = node.text().filter(|_| dashboard).unwrap_or_default();
            let Ok(value) = serde_json::from_str::<Value>(text) else {
                continue;
            };
            let mut queries = Vec::new();
            collect(&value, &mut queries);
            for query in queries {
                ask(scene, object, node, query, found);
            }
        }
    }
}

/// The queries of a dashboard.
fn collect<'v>(value: &'v Value, queries: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|of| collect(of, queries)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if key == "expr" => queries.push(text),
                    other => collect(other, queries),
                }
            }
        }
        _ => {}
    }
}

fn ask(scene: &Scene<'_>, object: &Object, node: &Node, query: &str, found: &mut Found) {
    for label in scene.input.labels {
        for selector in selectors(query, label.metric) {
            if !selector.iter().all(|of| may_be_ours(scene, of)) {
                continue;
            }
            let own = selector.iter().find(|of| of.label == label.label);
            let Some(own) = own.filter(|of| !of.negative) else {
                continue;
            };
            if own.is_open() || label.values.iter().any(|value| takes(own, value)) {
                continue;
            }
            found.add(
                at(object, node),
                format!(
                    "{} never has {}=\"{}\" from this gateway, so the query finds nothing; it \
                     has {}",
                    label.metric,
                    label.label,
                    own.value,
                    label.values.join(", ")
                ),
                match label.metric {
                    "http_requests_total" => {
                        "ask for a class, or for a code in gateway_requests_total{code}"
                    }
                    _ => "ask for one of these values",
                },
            );
        }
    }
}

/// Whether a matcher leaves the gateway's series in.
fn may_be_ours(scene: &Scene<'_>, matcher: &Matcher) -> bool {
    if matcher.label == "namespace" && !matcher.is_open() && !scene.namespace.is_empty() {
        return takes(matcher, &scene.namespace) != matcher.negative;
    }
    if !WHOSE.contains(&matcher.label.as_str()) || matcher.is_open() {
        return true;
    }
    let services = scene.own().map(|of| of.name.as_str());
    let pods = scene.workloads.iter().map(|of| of.object.name.as_str());
    let labels = scene
        .workloads
        .iter()
        .filter_map(|of| of.labels()?.text_at("app"));
    let mut names = services.chain(pods).chain(labels).chain(["api-gateway"]);
    names.any(|name| takes(matcher, name) != matcher.negative)
}

/// Whether a value is what is asked for, the negation left out.
fn takes(matcher: &Matcher, value: &str) -> bool {
    if !matcher.expression {
        return matcher.value == value;
    }
    let whole = format!("^(?:{})$", matcher.value);
    // What isn't understood may be anything.
    Regex::new(&whole).map_or(true, |of| of.is_match(value))
}
