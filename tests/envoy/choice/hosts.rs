//! Strata of hosts and of what routes do.

use serde_json::{Value, json};

use super::probe::{PORT, Probe, Stratum, near};
use super::random::Random;
use crate::server::listener;

const DOMAINS: [&str; 22] = [
    "a.b", "A.b", "b", "*.b", "*.a.b", "*b", "*-x.b", "a.*", "a.b.*", "a*", "a-*", "x.a.b",
    "x-x.b", "a.b:80", "[::1]", "10.0.0.1", "a.b.c", "*.c", "a.b.", "svc.ns", "*.ns", "svc*",
];

const HOSTS: [&str; 26] = [
    "a.b",
    "A.B",
    "x.a.b",
    "y.x.a.b",
    "x-x.b",
    "z-x.b",
    "b",
    "ab",
    "a.b:80",
    "a.b:81",
    "a.b:x",
    "[::1]",
    "[::1]:80",
    "10.0.0.1",
    "10.0.0.1:80",
    "a.b.",
    "a.b.:80",
    "a.b.c",
    "a-c",
    "a.",
    "svc",
    "svc.ns",
    "x.ns:80",
    ".b",
    "-x.b",
    "zzz",
];

/// A configuration of some of the domains; the matching of ports and dots differs by listener.
pub(super) fn hosts() -> Stratum {
    let mut random = Random::new(21);
    let mut listeners = Vec::new();
    let mut all = Vec::new();
    for index in 0..10 {
        let mut left = DOMAINS.to_vec();
        let mut hosts = Vec::new();
        let mut used = Vec::new();
        for host in 0..(2 + random.below(5)) {
            let mut domains = Vec::new();
            for _ in 0..=random.below(3) {
                let domain = left.remove(random.below(left.len()));
                // Envoy compares them in lower case and refuses two alike.
                if !used
                    .iter()
                    .any(|own: &&str| own.eq_ignore_ascii_case(domain))
                {
                    used.push(domain);
                    domains.push(domain);
                }
            }
            hosts.push(virtual_host(&format!("h{host}"), &domains));
        }
        if index % 2 == 0 {
            hosts.push(virtual_host("all", &["*"]));
        }
        let mut manager = json!({ "route_config": { "virtual_hosts": hosts } });
        match index % 5 {
            0 => manager["route_config"]["ignore_port_in_host_matching"] = json!(true),
            1 => manager["strip_any_host_port"] = json!(true),
            2 => manager["strip_matching_host_port"] = json!(true),
            3 => manager["strip_trailing_host_dot"] = json!(true),
            _ => {}
        }
        listeners.push(listener(manager));
        all.push(used);
    }
    let mut probes = Vec::new();
    for index in 0..320 {
        let at = random.below(listeners.len());
        let adversarial = index % 2 == 0;
        let host = if adversarial {
            let domain = random.pick(&all[at]).replace('*', "w");
            match random.below(4) {
                0 => format!("{domain}:{PORT}"),
                1 => format!("{domain}."),
                _ => near(&mut random, &domain).replace('/', ""),
            }
        } else {
            random.pick(&HOSTS).to_owned()
        };
        probes.push(Probe {
            listener: at,
            method: "GET",
            host,
            target: "/".to_owned(),
            headers: Vec::new(),
            adversarial,
        });
    }
    Stratum {
        name: "host",
        listeners,
        probes,
        refuses: false,
    }
}

fn virtual_host(name: &str, domains: &[&str]) -> Value {
    let route = json!({ "name": name, "match": { "prefix": "/" }, "route": { "cluster": "c0" } });
    json!({ "name": name, "domains": domains, "routes": [route] })
}

/// What routes do with a request.
pub(super) fn actions() -> Stratum {
    let mut random = Random::new(22);
    let mut routes = Vec::new();
    let weights = |a: u32, b: u32| {
        json!({ "weighted_clusters": { "clusters": [
            { "name": "c1", "weight": a }, { "name": "c2", "weight": b },
        ] } })
    };
    for (name, field, action) in [
        ("sent", "route", json!({ "cluster": "c0" })),
        ("first", "route", weights(100, 0)),
        ("second", "route", weights(0, 1)),
        ("header", "route", json!({ "cluster_header": "x-cluster" })),
        ("missing", "route", json!({ "cluster": "nowhere" })),
        (
            "missing-404",
            "route",
            json!({ "cluster": "nowhere", "cluster_not_found_response_code": "NOT_FOUND" }),
        ),
        ("moved", "redirect", json!({ "path_redirect": "/x" })),
        (
            "found",
            "redirect",
            json!({ "host_redirect": "h", "response_code": "FOUND" }),
        ),
        (
            "other",
            "redirect",
            json!({ "https_redirect": true, "response_code": "SEE_OTHER" }),
        ),
        (
            "kept",
            "redirect",
            json!({ "prefix_rewrite": "/y", "response_code": "PERMANENT_REDIRECT" }),
        ),
        ("teapot", "direct_response", json!({ "status": 418 })),
        ("no-content", "direct_response", json!({ "status": 204 })),
        ("bad-gateway", "direct_response", json!({ "status": 502 })),
    ] {
        let path = format!("/{name}");
        routes.push(json!({ "name": name, "match": { "prefix": path }, field: action }));
    }
    let names: Vec<String> = routes
        .iter()
        .map(|route| route["name"].as_str().unwrap().to_owned())
        .collect();
    let host = |name: &str, tls: &str| {
        json!({
            "name": name, "domains": [format!("{name}.example")],
            "require_tls": tls, "routes": routes,
        })
    };
    let manager = json!({ "route_config": {
            "virtual_hosts": [host("any", "NONE"), host("tls", "ALL")],
            // As Istio has it: a route may name a cluster that isn't there.
            "validate_clusters": false,
        } });
    let mut probes = Vec::new();
    for index in 0..200 {
        let adversarial = index % 2 == 0;
        let mut path = format!("/{}", random.pick(&names));
        if adversarial && random.one_in(2) {
            path = near(&mut random, &path);
        }
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        let mut headers = Vec::new();
        if random.one_in(2) {
            let cluster = random.pick(&["c1", "c9", "nowhere", "C1"]);
            headers.push(("x-cluster".to_owned(), cluster.to_owned()));
        }
        if random.one_in(2) {
            headers.push(("x-forwarded-proto".to_owned(), "https".to_owned()));
        }
        probes.push(Probe {
            listener: 0,
            method: "GET",
            host: random
                .pick(&["any.example", "any.example", "tls.example"])
                .to_owned(),
            target: path,
            headers,
            adversarial,
        });
    }
    Stratum {
        name: "action",
        listeners: vec![listener(manager)],
        probes,
        refuses: false,
    }
}
