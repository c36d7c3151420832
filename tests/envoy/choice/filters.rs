//! Strata of HTTP filters that answer: what they are told at each level, off and on.

use serde_json::{Value, json};

use super::probe::{Probe, Stratum};
use super::random::Random;
use crate::server::listener;

const TYPE: &str = "type.googleapis.com/envoy.extensions.filters.http";

/// A filter under its usual name or another.
#[derive(Clone, Copy)]
struct Filter {
    name: &'static str,
    usual: &'static str,
    message: &'static str,
}

const FAULTS: [Filter; 2] = [
    Filter {
        name: "envoy.filters.http.fault",
        usual: "fault",
        message: "HTTPFault",
    },
    Filter {
        name: "mine",
        usual: "fault",
        message: "HTTPFault",
    },
];

const CORS: [Filter; 2] = [
    Filter {
        name: "envoy.filters.http.cors",
        usual: "cors",
        message: "Cors",
    },
    Filter {
        name: "yours",
        usual: "cors",
        message: "Cors",
    },
];

pub(super) fn typed(filter: &str, message: &str) -> String {
    format!("{TYPE}.{filter}.v3.{message}")
}

impl Filter {
    /// Its entry, with a configuration of its own.
    fn entry(self, random: &mut Random, mut config: Value) -> Value {
        config["@type"] = json!(typed(self.usual, self.message));
        let mut entry = json!({ "name": self.name, "typed_config": config });
        if random.one_in(4) {
            entry["disabled"] = json!(true);
        }
        entry
    }
}

pub(super) fn router() -> Value {
    let config = json!({ "@type": typed("router", "Router") });
    json!({ "name": "envoy.filters.http.router", "typed_config": config })
}

/// What is told at a level: as it is, within another message, or only that it is off.
fn told(random: &mut Random, config: Value) -> Value {
    let around = "type.googleapis.com/envoy.config.route.v3.FilterConfig";
    match random.below(6) {
        0 => json!({ "@type": around, "disabled": true }),
        1 => json!({ "@type": around, "config": config }),
        _ => config,
    }
}

/// A fault that aborts with this status, or almost.
fn fault(random: &mut Random, status: u16) -> Value {
    let mut fault = json!({ "@type": typed("fault", "HTTPFault") });
    let whole = json!({ "numerator": 100 });
    if !random.one_in(6) {
        let mut abort = match random.below(7) {
            0 => json!({ "grpc_status": 14 }),
            1 => json!({ "header_abort": {} }),
            _ => json!({ "http_status": status }),
        };
        match random.below(7) {
            0 => {}
            1 => abort["percentage"] = json!({ "numerator": 0 }),
            2 => {
                abort["percentage"] = json!({ "numerator": 1_000_000, "denominator": "MILLION" });
            }
            _ => abort["percentage"] = whole.clone(),
        }
        fault["abort"] = abort;
    }
    if random.one_in(4) || fault.get("abort").is_none() {
        fault["delay"] = json!({ "fixed_delay": "0.001s", "percentage": whole });
    }
    match random.below(8) {
        0 => {
            fault["headers"] = json!([{ "name": "x-fault", "string_match": { "exact": "1" } }]);
        }
        1 => fault["headers"] = json!([{ "name": "x-fault", "present_match": false }]),
        2 => fault["upstream_cluster"] = json!(random.pick(&["c0", "c1"])),
        3 => fault["downstream_nodes"] = json!(["node"]),
        4 => fault["max_active_faults"] = json!(0),
        _ => {}
    }
    fault
}

/// What one origin is compared with, and near to others.
fn origin(random: &mut Random) -> Value {
    random.pick(&[
        json!({ "exact": "http://a.example" }),
        json!({ "exact": "*" }),
        json!({ "prefix": "http://a" }),
        json!({ "suffix": ".example" }),
        json!({ "contains": "b." }),
        json!({ "exact": "HTTP://B.example", "ignore_case": true }),
        json!({ "safe_regex": { "regex": "https?://[ab]\\.example" } }),
    ])
}

fn policy(random: &mut Random) -> Value {
    let origins: Vec<Value> = (0..random.below(3)).map(|_| origin(random)).collect();
    let mut policy = json!({ "allow_methods": "GET" });
    if !origins.is_empty() {
        policy["allow_origin_string_match"] = json!(origins);
    }
    match random.below(6) {
        0 => policy["filter_enabled"] = json!({ "default_value": { "numerator": 0 } }),
        1 => policy["filter_enabled"] = json!({ "default_value": { "numerator": 100 } }),
        _ => {}
    }
    match random.below(4) {
        0 => policy["forward_not_matching_preflights"] = json!(false),
        1 => policy["forward_not_matching_preflights"] = json!(true),
        _ => {}
    }
    policy
}

/// What filters are told at a level, by chance.
struct Chance {
    fault: Option<Filter>,
    cors: Option<Filter>,
    /// One in so many levels is told something.
    one_in: usize,
}

impl Chance {
    fn tell(&self, random: &mut Random, level: &mut Value, status: u16) {
        let mut all = json!({});
        if let Some(filter) = self.fault.filter(|_| random.one_in(self.one_in)) {
            let config = fault(random, status);
            all[filter.name] = told(random, config);
        }
        if let Some(filter) = self.cors.filter(|_| random.one_in(self.one_in)) {
            let mut config = policy(random);
            config["@type"] = json!(typed("cors", "CorsPolicy"));
            all[filter.name] = told(random, config);
        }
        if all != json!({}) {
            level["typed_per_filter_config"] = all;
        }
    }

    /// The older field, which counts where nothing newer is.
    fn tell_older(&self, random: &mut Random, level: &mut Value) {
        if self.cors.is_some() && random.one_in(3) {
            level["cors"] = policy(random);
        }
    }

    fn route(&self, random: &mut Random, name: &str) -> Value {
        let mut route = json!({ "name": name, "match": { "prefix": format!("/{name}") } });
        match random.below(7) {
            0 => route["direct_response"] = json!({ "status": 204 }),
            1 => route["redirect"] = json!({ "path_redirect": "/x" }),
            2 => route["route"] = json!({ "cluster_header": "x-cluster" }),
            3 | 4 => {
                let first = random.below(2);
                let mut clusters = [
                    json!({ "name": "c0", "weight": first }),
                    json!({ "name": "c1", "weight": 1 - first }),
                ];
                for cluster in &mut clusters {
                    self.tell(random, cluster, 451);
                }
                route["route"] = json!({ "weighted_clusters": { "clusters": clusters } });
            }
            _ => route["route"] = json!({ "cluster": random.pick(&["c0", "c1", "c2"]) }),
        }
        if route.get("route").is_some() {
            self.tell_older(random, &mut route["route"]);
        }
        self.tell(random, &mut route, 429);
        route
    }

    fn manager(&self, random: &mut Random) -> Value {
        let hosts: Vec<Value> = (0..3)
            .map(|at| {
                let routes: Vec<Value> = (0..4)
                    .map(|route| self.route(random, &format!("h{at}r{route}")))
                    .collect();
                let mut host = json!({
                    "name": format!("h{at}"), "domains": [format!("h{at}.example")],
                    "routes": routes,
                });
                if random.one_in(6) {
                    host["require_tls"] = json!("ALL");
                }
                self.tell_older(random, &mut host);
                self.tell(random, &mut host, 410);
                host
            })
            .collect();
        let mut config = json!({ "virtual_hosts": hosts, "validate_clusters": false });
        self.tell(random, &mut config, 409);
        let mut filters = Vec::new();
        if let Some(filter) = self.fault {
            let own = match random.one_in(3) {
                true => fault(random, 418),
                false => json!({}),
            };
            filters.push(filter.entry(random, own));
        }
        if let Some(filter) = self.cors {
            filters.push(filter.entry(random, json!({})));
        }
        if random.one_in(2) {
            filters.reverse();
        }
        filters.push(router());
        json!({ "route_config": config, "http_filters": filters })
    }
}

pub(super) fn probe(random: &mut Random, listener: usize) -> Probe {
    let host = random.below(3);
    let route = random.below(5);
    let mut headers = Vec::new();
    if random.one_in(2) {
        headers.push(("x-fault".to_owned(), random.pick(&["1", "2"]).to_owned()));
    }
    if random.one_in(2) {
        headers.push((
            "x-cluster".to_owned(),
            random.pick(&["c1", "gone"]).to_owned(),
        ));
    }
    Probe {
        listener,
        method: random.pick(&["GET", "POST", "OPTIONS"]),
        host: format!("h{host}.example"),
        target: format!("/h{host}r{route}"),
        headers,
        // What decides stands at several levels, of which one counts.
        adversarial: true,
    }
}

pub(super) fn faults() -> Stratum {
    let mut random = Random::new(41);
    let managers: Vec<Value> = (0..40)
        .map(|at| {
            let chance = Chance {
                fault: Some(FAULTS[at % 2]),
                cors: None,
                one_in: 2 + at % 3,
            };
            chance.manager(&mut random)
        })
        .collect();
    let count = managers.len();
    let probes = (0..400).map(|index| probe(&mut random, index % count));
    Stratum {
        name: "fault injection",
        probes: probes.collect(),
        listeners: managers.into_iter().map(listener).collect(),
        refuses: false,
    }
}

/// A preflight, or almost.
fn preflight(random: &mut Random, probe: &mut Probe) {
    if !random.one_in(6) {
        probe.method = "OPTIONS";
    }
    if !random.one_in(8) {
        let origin = random.pick(&[
            "http://a.example",
            "https://b.example",
            "http://b.example",
            "http://a.example.org",
            "HTTP://A.EXAMPLE",
            "null",
            "*",
            "",
        ]);
        probe.headers.push(("Origin".to_owned(), origin.to_owned()));
    }
    if !random.one_in(8) {
        let method = random.pick(&["GET", "PUT", ""]);
        let name = "Access-Control-Request-Method".to_owned();
        probe.headers.push((name, method.to_owned()));
    }
}

/// A fault for everybody and a policy for everybody: the one that stands first answers.
fn both(reversed: bool) -> Value {
    let abort = json!({ "http_status": 418, "percentage": { "numerator": 100 } });
    let fault = json!({ "@type": typed("fault", "HTTPFault"), "abort": abort });
    let policy = json!({
        "@type": typed("cors", "CorsPolicy"), "allow_origin_string_match": [{ "exact": "*" }],
    });
    let route = json!({ "name": "r", "match": { "prefix": "/" }, "route": { "cluster": "c0" } });
    let config = json!({
        "virtual_hosts": [{ "name": "h", "domains": ["*"], "routes": [route] }],
        "typed_per_filter_config": { CORS[0].name: policy },
    });
    let own = json!({ "@type": typed("cors", "Cors") });
    let mut filters = vec![
        json!({ "name": FAULTS[0].name, "typed_config": fault }),
        json!({ "name": CORS[0].name, "typed_config": own }),
    ];
    if reversed {
        filters.reverse();
    }
    filters.push(router());
    json!({ "route_config": config, "http_filters": filters })
}

/// Preflights; one in three listeners has faults as well, before CORS or after it.
pub(super) fn cors() -> Stratum {
    let mut random = Random::new(42);
    let mut managers: Vec<Value> = (0..40)
        .map(|at| {
            let chance = Chance {
                fault: (at % 3 == 0).then_some(FAULTS[0]),
                cors: Some(CORS[at % 2]),
                one_in: 1 + at % 4,
            };
            chance.manager(&mut random)
        })
        .collect();
    managers.extend([both(false), both(true)]);
    let count = managers.len();
    let probes = (0..630).map(|index| {
        let mut probe = probe(&mut random, index % count);
        preflight(&mut random, &mut probe);
        probe
    });
    Stratum {
        name: "cors",
        probes: probes.collect(),
        listeners: managers.into_iter().map(listener).collect(),
        refuses: false,
    }
}
