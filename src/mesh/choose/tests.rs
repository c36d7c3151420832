mod outside;

use serde_json::{Value, json};

use super::*;
use crate::mesh::dump::Dump;

const TYPE: &str = "type.googleapis.com/envoy.extensions.filters.network";

const HTTP: &str = "type.googleapis.com/envoy.extensions.filters.http";

/// What each dump here is made of, to be changed by a test.
struct Parts {
    node: &'static str,
    listener: Value,
    manager: Value,
    routes: Value,
    cluster: Value,
    endpoints: Value,
}

impl Parts {
    fn new() -> Self {
        Self {
            node: "sidecar~10.0.0.1~pod.ns~ns.svc.cluster.local",
            listener: json!({
                "name": "0.0.0.0_80",
                "address": { "socket_address": { "address": "0.0.0.0", "port_value": 80 } },
            }),
            manager: json!({
                "@type": format!("{TYPE}.http_connection_manager.v3.HttpConnectionManager"),
                "rds": { "route_config_name": "80" },
                "http_filters": [
                    { "name": "envoy.filters.http.fault",
                      "typed_config": { "@type": format!("{HTTP}.fault.v3.HTTPFault") } },
                    { "name": "envoy.filters.http.cors",
                      "typed_config": { "@type": format!("{HTTP}.cors.v3.Cors") } },
                    { "name": "envoy.filters.http.router" },
                ],
            }),
            routes: json!({ "name": "80", "virtual_hosts": [{
                "name": "a", "domains": ["a"],
                "routes": [{ "match": { "prefix": "/" }, "route": { "cluster": "c" } }],
            }] }),
            cluster: json!({ "name": "c", "type": "EDS" }),
            endpoints: json!([{ "endpoint": { "address": {
                "socket_address": { "address": "10.0.0.2", "port_value": 80 },
            } } }]),
        }
    }

    fn route(&mut self) -> &mut Value {
        &mut self.routes["virtual_hosts"][0]["routes"][0]
    }

    fn dump(&self) -> Dump {
        let mut listener = self.listener.clone();
        if listener.get("filter_chains").is_none() {
            listener["filter_chains"] =
                json!([{ "filters": [{ "name": "hcm", "typed_config": self.manager }] }]);
        }
        let text = json!({ "configs": [
            { "@type": "BootstrapConfigDump", "bootstrap": { "node": { "id": self.node } } },
            { "@type": "ListenersConfigDump", "static_listeners": [{ "listener": listener }] },
            { "@type": "RoutesConfigDump",
              "dynamic_route_configs": [{ "route_config": self.routes }] },
            { "@type": "ClustersConfigDump",
              "dynamic_active_clusters": [{ "cluster": self.cluster }] },
            { "@type": "EndpointsConfigDump", "dynamic_endpoint_configs": [{
                "endpoint_config": { "cluster_name": "c",
                    "endpoints": [{ "lb_endpoints": self.endpoints }] },
            }] },
        ] });
        Dump::read(text.to_string().as_bytes()).unwrap()
    }

    fn follow(&self) -> Trace {
        self.ask(&self.dump())
    }

    fn ask(&self, dump: &Dump) -> Trace {
        ask(dump, "10.96.0.1", &http::HeaderMap::new())
    }
}

fn ask(dump: &Dump, address: &str, headers: &http::HeaderMap) -> Trace {
    follow(
        dump,
        &Query {
            address: Some(address.parse().unwrap()),
            port: 80,
            method: &http::Method::GET,
            authority: b"a",
            target: b"/x?y",
            headers,
            http2: false,
            normalize: |path, _| Some(path.to_vec()),
        },
    )
}

const FAULT: &str = "envoy.filters.http.fault";

/// What the fault filter is told: it aborts a share of the requests, in per cent.
fn abort(share: u32, status: u16) -> Value {
    json!({ FAULT: {
        "@type": format!("{HTTP}.fault.v3.HTTPFault"),
        "abort": { "http_status": status, "percentage": { "numerator": share } },
    } })
}

#[test]
fn what_is_plain_is_routed() {
    let trace = Parts::new().follow();
    assert_eq!(
        (trace.verdict, trace.status),
        (Verdict::Routed, None),
        "{}",
        trace.why
    );
    assert!(trace.reaches_service());
    assert_eq!(trace.route.as_deref(), Some("routes[0]"));
    // Envoy's own where the route says nothing.
    let policy = trace.policy.unwrap();
    assert_eq!((policy.timeout.unwrap().as_secs(), policy.retries), (15, 0));
}

#[test]
fn what_is_not_covered_is_unknown_by_name() {
    type Change = fn(&mut Parts);
    let cases: [(Change, &str); 38] = [
        (|p| p.node = "waypoint~10.0.0.1~w.ns~ns", "a waypoint"),
        (
            |p| p.manager["rds"]["route_config_name"] = json!("81"),
            "81, which isn't in the dump",
        ),
        (
            |p| p.manager["http_filters"][2]["name"] = json!("envoy.filters.http.lua"),
            "lua",
        ),
        (
            |p| {
                p.manager["http_filters"][2] = json!({ "name": "router", "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua" } });
            },
            "the HTTP filter router",
        ),
        (
            |p| p.manager["scoped_routes"] = json!({}),
            "routes that depend on a scope",
        ),
        (|p| p.manager["merge_slashes"] = json!(true), ""),
        (
            |p| p.manager["codec_type"] = json!("HTTP2"),
            "for HTTP/2 alone",
        ),
        (
            |p| {
                p.manager["early_header_mutation_extensions"] =
                    json!([{ "name": "mine", "typed_config": {} }]);
            },
            "early_header_mutation_extensions of the connection manager: mine",
        ),
        (
            |p| {
                p.manager["original_ip_detection_extensions"] =
                    json!([{ "name": "custom", "typed_config": {} }]);
            },
            "original_ip_detection_extensions of the connection manager: custom",
        ),
        (
            |p| p.manager["typed_header_validation_config"] = json!({}),
            "typed_header_validation_config",
        ),
        (
            |p| p.manager["common_http_protocol_options"] = json!({ "max_headers_count": 9 }),
            "so many headers",
        ),
        (
            |p| p.manager["max_request_headers_kb"] = json!(1),
            "headers so long",
        ),
        (
            |p| {
                p.manager["scheme_header_transformation"] = json!({ "match_upstream": true });
                p.route()["match"]["headers"] = json!([{ "name": ":scheme" }]);
            },
            "header :scheme",
        ),
        (
            |p| {
                p.manager["via"] = json!("x");
                p.route()["match"]["headers"] = json!([{ "name": "via" }]);
            },
            "header via",
        ),
        (
            |p| {
                p.manager["append_x_forwarded_port"] = json!(true);
                p.route()["match"]["headers"] = json!([{ "name": "x-forwarded-port" }]);
            },
            "header x-forwarded-port",
        ),
        (
            |p| {
                p.manager["add_user_agent"] = json!(true);
                p.route()["match"]["headers"] = json!([{ "name": "user-agent" }]);
            },
            "header user-agent",
        ),
        (
            |p| p.listener["filter_chain_matcher"] = json!({}),
            "a matcher tree",
        ),
        (
            |p| p.listener["listener_filters"] = json!([{ "name": "x.proxy_protocol" }]),
            "proxy_protocol",
        ),
        (|p| p.routes["vhost_header"] = json!("x-host"), "x-host"),
        (
            |p| p.routes["virtual_hosts"][0]["matcher"] = json!({}),
            "a matcher tree",
        ),
        (
            |p| p.routes["virtual_hosts"][0]["require_tls"] = json!("EXTERNAL_ONLY"),
            "inside only",
        ),
        (
            |p| p.route()["match"] = json!({ "path_match_policy": {} }),
            "path_match_policy",
        ),
        (|p| p.route()["match"]["cookies"] = json!([{}]), "cookies"),
        (
            |p| p.route()["match"]["headers"] = json!([{ "name": "x-envoy-peer" }]),
            "x-envoy-peer",
        ),
        (
            |p| p.route()["match"]["headers"] = json!([{ "name": "b", "new_match": {} }]),
            "new_match",
        ),
        (
            |p| {
                p.route()["match"]["query_parameters"] =
                    json!([{ "name": "q", "present_match": false }])
            },
            "absence",
        ),
        (
            |p| {
                p.route()["match"]["runtime_fraction"] =
                    json!({ "default_value": { "numerator": 1, "denominator": "TEN_THOUSAND" } });
            },
            "0.01% of the requests",
        ),
        (
            |p| p.route()["route"] = json!({ "cluster_specifier_plugin": "x" }),
            "in another way",
        ),
        (
            |p| {
                p.route().as_object_mut().unwrap().remove("route");
                p.route()["filter_action"] = json!({});
            },
            "an action that the model doesn't know",
        ),
        (
            |p| p.route()["typed_per_filter_config"] = abort(10, 500),
            "fault injection",
        ),
        (
            |p| p.route()["typed_per_filter_config"] = json!({ FAULT: { "config": {} } }),
            "what the HTTP filter envoy.filters.http.fault is told",
        ),
        (
            |p| {
                p.manager["http_filters"][0]["typed_config"] = json!({
                    "@type": "type.googleapis.com/xds.type.v3.TypedStruct", "value": {} });
            },
            "the HTTP filter envoy.filters.http.fault",
        ),
        (
            |p| {
                p.manager["http_filters"][0]["name"] = json!("mine");
                p.routes["typed_per_filter_config"] = abort(100, 500);
            },
            "where the HTTP filter is named mine",
        ),
        (
            |p| {
                let mut fault = abort(100, 500);
                fault[FAULT]["new_field"] = json!(1);
                p.routes["typed_per_filter_config"] = fault;
            },
            "fault injection with new_field",
        ),
        (
            |p| {
                p.manager["http_filters"][2]["typed_config"] = json!({
                    "@type": format!("{HTTP}.router.v3.Router"),
                    "upstream_http_filters": [{ "name": "envoy.filters.http.lua" }] });
            },
            "the HTTP filter envoy.filters.http.lua behind the router",
        ),
        (
            |p| {
                p.cluster["typed_extension_protocol_options"] = json!({
                    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                        "http_filters": [{ "name": "envoy.filters.http.lua" }] } });
            },
            "the HTTP filter envoy.filters.http.lua behind the router",
        ),
        (
            |p| p.cluster["cluster_type"] = json!({ "name": "envoy.clusters.redis" }),
            "redis",
        ),
        (
            |p| p.listener["address"]["socket_address"]["port_value"] = json!(81),
            "no virtualOutbound",
        ),
    ];
    for (change, names) in cases {
        let mut parts = Parts::new();
        change(&mut parts);
        let trace = parts.follow();
        if names.is_empty() {
            // None of Istio's ways to normalise, and a path that no way changes.
            assert_eq!(trace.verdict, Verdict::Routed, "{}", trace.why);
            continue;
        }
        assert_eq!(trace.verdict, Verdict::Unknown, "{names}: {}", trace.why);
        assert!(trace.why.contains(names), "{names}: {}", trace.why);
        assert!(!trace.reaches_service());
    }
}

#[test]
fn what_is_missing_is_not_denied_when_its_whole_kind_is() {
    let mut parts = Parts::new();
    parts.route()["route"]["cluster"] = json!("gone");
    let trace = parts.follow();
    assert_eq!((trace.verdict, trace.status), (Verdict::NoRoute, Some(503)));
    assert!(trace.why.contains("no cluster gone"), "{}", trace.why);
    let text = json!([{ "name": "80", "virtualHosts": [] }]).to_string();
    let mut dump = Dump::read(text.as_bytes()).unwrap();
    dump.listeners = parts.dump().listeners;
    dump.has.listeners = true;
    dump.routes = parts.dump().routes;
    let query_of = |dump: &Dump| {
        let headers = http::HeaderMap::new();
        let query = Query {
            address: None,
            port: 80,
            method: &http::Method::GET,
            authority: b"a",
            target: b"/",
            headers: &headers,
            http2: false,
            normalize: |path, _| Some(path.to_vec()),
        };
        follow(dump, &query)
    };
    let trace = query_of(&dump);
    assert_eq!(trace.verdict, Verdict::Unknown);
    assert!(
        trace.why.contains("the dump has no clusters"),
        "{}",
        trace.why
    );
}

#[test]
fn a_port_that_is_not_http_is_said_to_be_so() {
    let mut parts = Parts::new();
    parts.manager = json!({ "@type": format!("{TYPE}.tcp_proxy.v3.TcpProxy"), "cluster": "c" });
    let trace = parts.follow();
    assert!(trace.tcp);
    assert_eq!(trace.verdict, Verdict::Routed);
    let step = trace.steps.last().unwrap();
    assert_eq!(step.chosen, "TCP");
    assert!(step.why.contains("appProtocol: http"), "{}", step.why);
}

#[test]
fn parts_that_end_differently_are_not_called_routed() {
    let mut parts = Parts::new();
    let share = |name: &str| json!({ "name": name, "weight": 1 });
    parts.route()["route"] = json!({ "weighted_clusters": {
        "clusters": [share("c"), share("PassthroughCluster")],
    } });
    let trace = parts.follow();
    assert_eq!(trace.verdict, Verdict::Unknown);
    assert!(trace.why.contains("PassthroughCluster"), "{}", trace.why);
}

#[test]
fn unhealthy_endpoints_are_used_unless_the_panic_threshold_is_0() {
    let mut parts = Parts::new();
    parts.endpoints[0]["health_status"] = json!("UNHEALTHY");
    assert!(parts.follow().reaches_service());
    parts.cluster["common_lb_config"] = json!({ "healthy_panic_threshold": {} });
    let trace = parts.follow();
    assert!(!trace.reaches_service());
    assert_eq!(trace.status, Some(503));
    assert!(trace.why.contains("no healthy endpoint"), "{}", trace.why);
    parts.endpoints = json!([]);
    assert!(parts.follow().why.contains("no endpoint"));
}

#[test]
fn plaintext_to_pods_of_the_mesh_is_not_called_routed() {
    let mut parts = Parts::new();
    parts.endpoints[0]["metadata"] =
        json!({ "filter_metadata": { "envoy.transport_socket_match": { "tlsMode": "istio" } } });
    let trace = parts.follow();
    assert_eq!(trace.verdict, Verdict::PlaintextToStrict);
    let tls = json!({ "name": "envoy.transport_sockets.tls", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "sni": "s", "common_tls_context": { "tls_certificate_sds_secret_configs": [{}] },
    } });
    parts.cluster["transport_socket_matches"] = json!([
        { "name": "tlsMode-istio", "match": { "tlsMode": "istio" }, "transport_socket": tls },
        { "name": "tlsMode-disabled", "match": {},
          "transport_socket": { "name": "envoy.transport_sockets.raw_buffer" } },
    ]);
    let trace = parts.follow();
    assert_eq!(trace.verdict, Verdict::Routed);
    let sni = "s".to_owned();
    assert_eq!(trace.target.unwrap().tls, Tls::Mutual { sni });
}

#[test]
fn registry_only_is_a_black_hole() {
    let mut parts = Parts::new();
    parts.routes["virtual_hosts"][0] = json!({
        "name": "block_all", "domains": ["*"],
        "routes": [{ "name": "block_all", "match": { "prefix": "/" },
            "direct_response": { "status": 502 } }],
    });
    let trace = parts.follow();
    assert_eq!(
        (trace.verdict, trace.status),
        (Verdict::BlackHole, Some(502))
    );
}

#[test]
fn a_rewrite_that_doubles_the_slash_shows() {
    let mut parts = Parts::new();
    parts.route()["match"]["prefix"] = json!("/x");
    parts.route()["route"]["prefix_rewrite"] = json!("/v2/");
    assert_eq!(parts.follow().rewritten.target.as_deref(), Some("/v2/?y"));
}

#[test]
fn a_table_made_to_take_long_is_unknown_after_a_while() {
    let mut parts = Parts::new();
    let route = |index: usize| {
        json!({ "match": { "safe_regex": { "regex": format!("/some/longer/path/\\w{{80}}x{index}") } },
            "route": { "cluster": "c" } })
    };
    parts.routes["virtual_hosts"][0]["routes"] = (0..19_000).map(route).collect();
    let dump = parts.dump();
    for _ in 0..3 {
        let trace = parts.ask(&dump);
        assert_eq!(trace.verdict, Verdict::Unknown);
        assert!(
            trace.why.contains("no more are compiled"),
            "{:.300}",
            trace.why
        );
    }
    assert_eq!(dump.expressions.compiled(), 5_000);
    let share = |_| json!({ "name": "c", "weight": 1 });
    let shares: Vec<_> = (0..101).map(share).collect();
    let mut parts = Parts::new();
    parts.route()["route"] = json!({ "weighted_clusters": { "clusters": shares } });
    assert!(parts.follow().why.contains("a route to 101 clusters"));
}

mod filters;
