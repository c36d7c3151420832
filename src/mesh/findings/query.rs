//! GW016: an alert or a panel asks for a value of a label that the gateway never has.

mod promql;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::scene::{Scene, at};
use super::{Found, Label};
use crate::mesh::manifests::{Manifests, Node, Object, Patterns, RULES};
use promql::{Matcher, Selector, selectors};

/// What says whose metrics are asked for.
const WHOSE: [&str; 4] = ["job", "service", "container", "app"];

pub(super) fn find(scene: &Scene<'_>, found: &mut Found) {
    if scene.workloads.is_empty() {
        return;
    }
    let mut asker = Asker::new(scene);
    for object in scene.of("PrometheusRule") {
        let spec = object.node.get("spec");
        rules(spec, &mut |expr| {
            asker.ask(object, expr, expr.text(), found)
        });
    }
    for object in scene.of(RULES) {
        let node = Some(&object.node);
        rules(node, &mut |expr| {
            asker.ask(object, expr, expr.text(), found)
        });
    }
    for object in scene.of("ConfigMap") {
        let data = object.node.at("data").map_or(&[][..], Node::entries);
        for (key, node) in data {
            let text = node.text().unwrap_or_default();
            if key.ends_with(".json") {
                let Ok(value) = serde_json::from_str::<Value>(text) else {
                    continue;
                };
                let mut queries = Vec::new();
                collect(&value, &mut queries);
                for query in queries {
                    asker.ask(object, node, Some(query), found);
                }
            } else if text.contains("expr:") {
                // Rules of a Prometheus that reads files.
                let file = Manifests::value(text);
                let each = &mut |expr: &Node| asker.ask(object, node, expr.text(), found);
                rules(file.as_ref(), each);
            }
        }
    }
    found.notes.extend(asker.patterns.note());
}

/// The queries of groups of rules.
fn rules(spec: Option<&Node>, each: &mut dyn FnMut(&Node)) {
    let groups = spec.map_or(&[][..], |spec| spec.items("groups")).iter();
    for rule in groups.flat_map(|group| group.items("rules")) {
        rule.get("expr").into_iter().for_each(&mut *each);
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

/// Knows what may be the gateway's.
struct Asker<'s, 'a> {
    scene: &'s Scene<'a>,
    /// Its Services, Deployments, and what `app` says.
    names: BTreeSet<&'a str>,
    patterns: Patterns,
    /// Whether some value satisfies these matchers.
    known: HashMap<String, bool>,
}

impl<'s, 'a> Asker<'s, 'a> {
    fn new(scene: &'s Scene<'a>) -> Self {
        let services = scene.own.iter().map(|of| of.name.as_str());
        let pods = scene.workloads.iter().map(|of| of.object.name.as_str());
        let labels = scene
            .workloads
            .iter()
            .filter_map(|of| of.labels()?.text_at("app"));
        let names = services.chain(pods).chain(labels).chain(["api-gateway"]);
        Self {
            scene,
            names: names.collect(),
            patterns: Patterns::default(),
            known: HashMap::new(),
        }
    }

    fn ask(&mut self, object: &Object, node: &Node, query: Option<&str>, found: &mut Found) {
        for selector in selectors(query.unwrap_or_default()) {
            let labels = self.scene.input.labels.iter();
            for label in labels.filter(|of| of.metric == selector.metric) {
                let Some(own) = self.misses(&selector, label) else {
                    continue;
                };
                found.add(
                    at(object, node),
                    format!(
                        "{} never has {}=\"{}\" from this gateway, so the query finds nothing; \
                         it has {}",
                        label.metric,
                        label.label,
                        own.value,
                        label.values.told()
                    ),
                    match label.metric {
                        "http_requests_total" => {
                            "ask for a class, or for a code in gateway_requests_total{code}"
                        }
                        "gateway_requests_total" => "ask for a code, or for a class by =~\"4..\"",
                        _ => "ask for one of these values",
                    },
                );
            }
        }
    }

    /// The matcher of a selector of ours that no value of the label satisfies.
    fn misses<'m>(&mut self, selector: &'m Selector, label: &Label<'_>) -> Option<&'m Matcher> {
        let mut all = selector.matchers.iter();
        // Its label `service` is the service that a request was for, not whose metrics they are.
        let upstream = [
            "gateway_upstream_connections_total",
            "gateway_requests_total",
        ];
        let upstream = upstream.contains(&selector.metric.as_str());
        if !all.all(|of| upstream && of.label == "service" || self.may_be_ours(of)) {
            return None;
        }
        let own = selector
            .matchers
            .iter()
            .filter(|of| of.label == label.label && !of.is_open());
        let own: Vec<_> = own.collect();
        // Many queries ask for the same.
        let key = format!("{} {own:?}", label.metric);
        let has = match self.known.get(&key) {
            Some(has) => *has,
            None => {
                let satisfies = |value: &str| {
                    let mut all = own.iter();
                    all.all(|of| self.takes(of, value) != of.negative)
                };
                let has = label.values.any(satisfies);
                self.known.insert(key, has);
                has
            }
        };
        match has {
            true => None,
            false => own.into_iter().find(|of| !of.negative),
        }
    }

    /// Whether a matcher leaves the gateway's series in.
    fn may_be_ours(&mut self, matcher: &Matcher) -> bool {
        if matcher.is_open() {
            return true;
        }
        if matcher.label == "namespace" && !self.scene.namespace.is_empty() {
            return self.takes(matcher, &self.scene.namespace) != matcher.negative;
        }
        if !WHOSE.contains(&matcher.label.as_str()) {
            return true;
        }
        if !matcher.expression && !matcher.negative {
            return self.names.contains(matcher.value.as_str());
        }
        let names: Vec<_> = self.names.iter().copied().collect();
        names
            .iter()
            .any(|name| self.takes(matcher, name) != matcher.negative)
    }

    /// Whether a value is what is asked for, the negation left out. What isn't understood may
    /// be anything.
    fn takes(&mut self, matcher: &Matcher, value: &str) -> bool {
        match matcher.expression {
            true => {
                let found = self.patterns.matches(&matcher.value, value);
                found.unwrap_or(!matcher.negative)
            }
            false => matcher.value == value,
        }
    }
}
