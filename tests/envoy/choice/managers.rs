//! Strata of connection managers: filters that are off, and settings that refuse or change a
//! request before it is routed.

use serde_json::{Value, json};

use super::filters::{probe, router, typed};
use super::probe::Stratum;
use super::random::Random;
use crate::server::listener;

/// Filters that are off, or that a route switches off, and that do what nobody can tell.
pub(super) fn off() -> Stratum {
    let mut random = Random::new(43);
    let around = "type.googleapis.com/envoy.config.route.v3.FilterConfig";
    let name = "envoy.filters.http.lua";
    let mut listeners = Vec::new();
    for index in 0..8 {
        let code = "function envoy_on_request(h) h:respond({[':status'] = '429'}, 'x FI') end";
        let mut filter = json!({ "name": name, "typed_config": {
            "@type": typed("lua", "Lua"), "default_source_code": { "inline_string": code } } });
        let off = json!({ name: { "@type": around, "disabled": true } });
        let mut routes: Vec<Value> = (0..4)
            .map(|at| {
                json!({ "name": format!("r{at}"), "match": { "prefix": format!("/r{at}") },
                    "route": { "cluster": "c0" } })
            })
            .collect();
        let mut host = json!({ "name": "h", "domains": ["*"] });
        let mut config = json!({});
        match index % 4 {
            0 => filter["disabled"] = json!(true),
            1 => {
                for route in &mut routes {
                    route["typed_per_filter_config"] = off.clone();
                }
                // For what no route takes the filter is on.
                routes.push(json!({ "name": "rest", "match": { "prefix": "/" },
                    "direct_response": { "status": 204 }, "typed_per_filter_config": off }));
            }
            2 => {
                host["typed_per_filter_config"] = off;
                routes.push(json!({ "name": "rest", "match": { "prefix": "/" },
                    "redirect": { "path_redirect": "/x" } }));
            }
            _ => {
                config["typed_per_filter_config"] = off;
                routes.push(json!({ "name": "rest", "match": { "prefix": "/" },
                    "route": { "cluster": "c1" } }));
            }
        }
        host["routes"] = json!(routes);
        config["virtual_hosts"] = json!([host]);
        let filters = json!([filter, router()]);
        listeners.push(listener(
            json!({ "route_config": config, "http_filters": filters }),
        ));
    }
    let probes = (0..80).map(|index| {
        let mut probe = probe(&mut random, index % 8);
        probe.target = format!("/r{}", random.below(6));
        probe
    });
    Stratum {
        name: "filters that are off",
        probes: probes.collect(),
        listeners,
        refuses: false,
    }
}

/// Names with underscores, the scheme, and who is believed about it.
pub(super) fn managers() -> Stratum {
    let mut random = Random::new(44);
    let mut listeners = Vec::new();
    for index in 0..24 {
        let mut routes = Vec::new();
        for at in 0..6 {
            let (name, wanted) = random.pick(&[
                ("x_a", "1"),
                ("x-a", "1"),
                ("x_a_b", "1"),
                (":scheme", "https"),
                (":scheme", "http"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-proto", "ftp"),
                ("x-inside", "1"),
                ("referer", "/x"),
                ("referer", "https://a.example/x"),
            ]);
            let mut matcher = json!({ "name": name, "string_match": { "exact": wanted } });
            if random.one_in(4) {
                matcher["invert_match"] = json!(true);
            }
            routes.push(json!({
                "name": format!("r{at}"),
                "match": { "prefix": "/", "headers": [matcher] },
                "route": { "cluster": format!("c{at}") },
            }));
        }
        let tls = random.pick(&["NONE", "NONE", "ALL"]);
        let host = json!({ "name": "h", "domains": ["*"], "require_tls": tls, "routes": routes });
        let mut manager = json!({ "route_config": {
            "virtual_hosts": [host], "internal_only_headers": ["X-Inside"],
        } });
        let action = ["ALLOW", "REJECT_REQUEST", "DROP_HEADER", ""][index % 4];
        if !action.is_empty() {
            manager["common_http_protocol_options"] =
                json!({ "headers_with_underscores_action": action });
        }
        match random.below(4) {
            0 => {
                let scheme = random.pick(&["http", "https"]);
                manager["scheme_header_transformation"] = json!({ "scheme_to_overwrite": scheme });
            }
            1 => manager["use_remote_address"] = json!(true),
            _ => {}
        }
        listeners.push(listener(manager));
    }
    let count = listeners.len();
    let probes = (0..400).map(|index| {
        let mut probe = probe(&mut random, index % count);
        probe.target = "/".to_owned();
        probe.method = "GET";
        probe.headers.clear();
        for name in ["x_a", "x-a", "x_a_b", "X_A"] {
            if random.one_in(4) {
                let value = random.pick(&["1", "2"]);
                probe.headers.push((name.to_owned(), value.to_owned()));
            }
        }
        if random.one_in(2) {
            let referer = random.pick(&["/x", "https://a.example/x", "a.example", ""]);
            probe
                .headers
                .push(("referer".to_owned(), referer.to_owned()));
        }
        if random.one_in(2) {
            let proto = random.pick(&["http", "https"]);
            probe
                .headers
                .push(("x-forwarded-proto".to_owned(), proto.to_owned()));
        }
        probe
    });
    Stratum {
        name: "connection manager",
        probes: probes.collect(),
        listeners,
        refuses: true,
    }
}
