//! The stratum of filter chains: ports, networks, transport and protocol, with the inspector
//! of HTTP and without.

use serde_json::{Value, json};

use super::probe::{Probe, Stratum};
use super::random::Random;
use crate::server::manager;

const TYPE: &str = "type.googleapis.com/envoy.extensions.filters";

pub(super) fn chains() -> Stratum {
    let mut random = Random::new(31);
    let listeners: Vec<Value> = (0..60).map(|_| listener(&mut random)).collect();
    let mut probes = Vec::new();
    for index in 0..180 {
        probes.push(Probe {
            listener: index % listeners.len(),
            method: "GET",
            host: "h".to_owned(),
            target: random.pick(&["/", "/a", "/b?q"]).to_owned(),
            headers: Vec::new(),
            // Each listener is one that is hard to get right.
            adversarial: true,
        });
    }
    Stratum {
        name: "filter chain",
        listeners,
        probes,
        refuses: false,
    }
}

fn listener(random: &mut Random) -> Value {
    let mut matches: Vec<Value> = Vec::new();
    for _ in 0..=random.below(4) {
        let matched = chain_match(random);
        // Envoy refuses two for the same connection.
        if !matches.iter().any(|other| overlap(other, &matched)) {
            matches.push(matched);
        }
    }
    let chains: Vec<Value> = matches
        .into_iter()
        .enumerate()
        .map(|(at, matched)| chain(random, &format!("chain{at}"), Some(matched)))
        .collect();
    let mut listener = json!({ "filter_chains": chains });
    if random.one_in(3) {
        listener["default_filter_chain"] = chain(random, "default", None);
    }
    let mut inspectors = Vec::new();
    for (name, message, one_in) in [
        ("tls_inspector", "TlsInspector", 3),
        ("http_inspector", "HttpInspector", 2),
    ] {
        if random.one_in(one_in) {
            let mut inspector = json!({
                "name": format!("envoy.filters.listener.{name}"),
                "typed_config": { "@type": format!("{TYPE}.listener.{name}.v3.{message}") },
            });
            if random.one_in(4) {
                inspector["filter_disabled"] = random.pick(&[
                    json!({ "any_match": true }),
                    json!({ "destination_port_range": { "start": 1, "end": 2 } }),
                    json!({ "not_match": { "destination_port_range": { "start": 1, "end": 2 } } }),
                    json!({ "or_match": { "rules": [
                        { "destination_port_range": { "start": 1, "end": 2 } },
                        { "destination_port_range": { "start": 1024, "end": 65535 } },
                    ] } }),
                ]);
            }
            inspectors.push(inspector);
        }
    }
    listener["listener_filters"] = json!(inspectors);
    listener
}

/// Whether two are the same, or differ only in some of their protocols.
fn overlap(one: &Value, other: &Value) -> bool {
    let (mut one, mut other) = (one.clone(), other.clone());
    let take = |of: &mut Value| {
        let protocols = of.as_object_mut().unwrap().remove("application_protocols");
        protocols.and_then(|list| list.as_array().cloned())
    };
    let shared = match (take(&mut one), take(&mut other)) {
        (None, None) => true,
        (Some(a), Some(b)) => a.iter().any(|protocol| b.contains(protocol)),
        _ => false,
    };
    shared && one == other
}

fn chain_match(random: &mut Random) -> Value {
    let mut matched = json!({});
    if random.one_in(4) {
        matched["destination_port"] = json!(random.pick(&[1, 80]));
    }
    if random.one_in(3) {
        let (prefix, bits) = random.pick(&[
            ("127.0.0.0", 8),
            ("127.0.0.1", 32),
            ("10.0.0.0", 8),
            ("127.0.0.2", 32),
            ("127.0.0.0", 24),
        ]);
        matched["prefix_ranges"] = json!([{ "address_prefix": prefix, "prefix_len": bits }]);
    }
    if random.one_in(5) {
        matched["server_names"] = json!(["h"]);
    }
    match random.below(4) {
        0 => matched["transport_protocol"] = json!("raw_buffer"),
        1 => matched["transport_protocol"] = json!("tls"),
        _ => {}
    }
    match random.below(5) {
        0 => matched["application_protocols"] = json!(["http/1.0", "http/1.1", "h2c"]),
        1 => matched["application_protocols"] = json!(["http/1.1"]),
        2 => matched["application_protocols"] = json!(["h2c", "istio"]),
        _ => {}
    }
    matched
}

fn chain(random: &mut Random, name: &str, matched: Option<Value>) -> Value {
    let filter = if random.one_in(5) {
        json!({
            "name": "tcp",
            "typed_config": {
                "@type": format!("{TYPE}.network.tcp_proxy.v3.TcpProxy"),
                "stat_prefix": name, "cluster": "c0",
            },
        })
    } else {
        let route =
            json!({ "name": name, "match": { "prefix": "/" }, "route": { "cluster": "c0" } });
        manager(json!({
            "route_config": { "virtual_hosts": [
                { "name": "all", "domains": ["*"], "routes": [route] },
            ] },
            "local_reply_config": super::reply(),
        }))
    };
    let mut chain = json!({ "name": name, "filters": [filter] });
    if let Some(matched) = matched {
        chain["filter_chain_match"] = matched;
    }
    chain
}
