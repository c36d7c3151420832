//! What is found in a sidecar's configuration alone, without manifests: each fault is put into
//! a dump that is in order, which is the repair.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::run;

const CLUSTER: &str = "outbound|8002||auth-service.titanium-prod.svc.cluster.local";

/// The sidecar of a gateway with one service, as Istio makes it.
fn dump() -> Value {
    let of = |kind: &str| format!("type.googleapis.com/envoy.admin.v3.{kind}ConfigDump");
    let any = |kind: &str, mut fields: Value| {
        fields["@type"] = format!("type.googleapis.com/envoy.{kind}").into();
        fields
    };
    let router = any("extensions.filters.http.router.v3.Router", json!({}));
    let manager = any(
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        json!({ "rds": { "route_config_name": "8002" }, "http_filters": [
            { "name": "envoy.filters.http.router", "typed_config": router }] }),
    );
    let manager = json!({ "name": "envoy.filters.network.http_connection_manager",
        "typed_config": manager });
    let address =
        |ip: &str, port: u16| json!({ "socket_address": { "address": ip, "port_value": port } });
    let listener = json!({ "name": "0.0.0.0_8002", "address": address("0.0.0.0", 8002),
        "filter_chains": [{ "filters": [manager] }] });
    let names = [
        "auth-service",
        "auth-service.titanium-prod.svc.cluster.local",
    ];
    let routes = json!({ "name": "8002", "ignore_port_in_host_matching": true, "virtual_hosts": [{
        "name": format!("{}:8002", names[1]),
        "domains": names,
        "routes": [{ "name": "default", "match": { "prefix": "/" }, "route": {
            "cluster": CLUSTER, "timeout": "0s",
            "retry_policy": { "retry_on": "connect-failure,refused-stream", "num_retries": 2 } } }],
    }] });
    let mutual = json!({ "name": "envoy.transport_sockets.tls", "typed_config": any(
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        json!({ "common_tls_context": { "tls_certificate_sds_secret_configs": [
            { "name": "default" }] } })) });
    let cluster = json!({ "name": CLUSTER, "type": "EDS",
        "transport_socket": mutual });
    let endpoints = json!({ "cluster_name": CLUSTER, "endpoints": [{ "lb_endpoints": [{
        "endpoint": { "address": address("10.0.0.1", 8002) }, "health_status": "HEALTHY",
        "metadata": { "filter_metadata": {
            "envoy.transport_socket_match": { "tlsMode": "istio" } } } }] }] });
    json!({ "configs": [
        { "@type": of("Clusters"), "dynamic_active_clusters": [{ "cluster": cluster }] },
        { "@type": of("Endpoints"), "dynamic_endpoint_configs": [{ "endpoint_config": endpoints }] },
        { "@type": of("Listeners"), "dynamic_listeners": [{ "name": "0.0.0.0_8002",
            "active_state": { "listener": listener } }] },
        { "@type": of("Routes"), "dynamic_route_configs": [{ "route_config": routes }] },
    ] })
}

/// The service that it knows.
const AUTH: &str = "url: 'http://auth-service:8002'";

const HOST: &str = "/configs/3/dynamic_route_configs/0/route_config/virtual_hosts/0";
const ROUTE: &str = "/configs/3/dynamic_route_configs/0/route_config/virtual_hosts/0/routes/0";
const LISTENER: &str = "/configs/2/dynamic_listeners/0/active_state/listener";
const OF_CLUSTER: &str = "/configs/0/dynamic_active_clusters/0/cluster";

/// The dump with one place changed.
fn with(place: &str, key: &str, value: Value) -> Value {
    let mut dump = dump();
    dump.pointer_mut(place).unwrap()[key] = value;
    dump
}

/// The codes for a service like this, and these manifests if any; and all that is said.
fn codes(name: &str, dump: &Value, service: &str, manifests: &str) -> (Vec<String>, Value) {
    let (codes, answer) = examined(name, dump, service, manifests);
    assert_eq!(answer["notes"], json!([]), "{name}");
    (codes, answer)
}

/// The same where something may not be known.
fn examined(name: &str, dump: &Value, service: &str, manifests: &str) -> (Vec<String>, Value) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor-dump-{name}"));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let file = |name: &str, content: &str| {
        let path = directory.join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let config = file(
        "gateway.yaml",
        &format!(
            "services: {{ auth: {{ {service} }} }}\n\
             routes:\n  - {{ name: auth, match: {{ path: {{ prefix: /auth/ }} }}, service: auth }}\n"
        ),
    );
    let (dump, manifests) = (
        file("dump.json", &dump.to_string()),
        file("manifests.yaml", manifests),
    );
    let mut arguments = vec!["--config", &config, "--config-dump", &dump];
    arguments.extend(["--manifests", &manifests, "--output", "json"]);
    let (_, out, err) = run(&arguments);
    assert_eq!(err, "", "{name}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    let found = answer["findings"].as_array().unwrap();
    let codes = found
        .iter()
        .map(|of| of["code"].as_str().unwrap().to_owned());
    (codes.collect(), answer)
}

#[test]
fn each_fault_of_a_sidecar_is_found_and_its_repair_is_none() {
    let tcp = json!([{ "filters": [{ "name": "envoy.filters.network.tcp_proxy", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "cluster": CLUSTER } }] }]);
    let route = |keys: Value| {
        let mut route = dump().pointer(ROUTE).unwrap()["route"].clone();
        for (key, value) in keys.as_object().unwrap() {
            route[key] = value.clone();
        }
        with(ROUTE, "route", route)
    };
    let http2 = json!({ "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "explicit_http_config": { "http2_protocol_options": {} } } });
    let retry = |on: &str| json!({ "retry_on": on, "num_retries": 2, "per_try_timeout": "1s" });
    let (h1, h2c) = (AUTH, &*format!("{AUTH}, protocol: h2c"));
    let old = json!({ "prefix": "/auth" });
    let rewritten = |to: &str| {
        let mut dump = route(json!({ "prefix_rewrite": to }));
        dump.pointer_mut(ROUTE).unwrap()["match"] = old.clone();
        dump
    };
    for (code, keys, fails, repaired) in [
        (
            "GW001",
            h1,
            with(HOST, "domains", json!(["another-service"])),
            dump(),
        ),
        ("GW003", h1, with(LISTENER, "filter_chains", tcp), dump()),
        (
            "GW004",
            h2c,
            dump(),
            with(OF_CLUSTER, "typed_extension_protocol_options", http2),
        ),
        ("GW006", h1, rewritten("/"), rewritten("/new")),
        (
            "GW007",
            h1,
            with(OF_CLUSTER, "transport_socket", Value::Null),
            dump(),
        ),
        (
            "GW010",
            h1,
            route(json!({ "timeout": "10s" })),
            route(json!({ "timeout": "1s" })),
        ),
        (
            "GW010",
            h1,
            route(json!({ "retry_policy": retry("connect-failure") })),
            route(
                json!({ "retry_policy": { "retry_on": "connect-failure", "num_retries": 1,
                "per_try_timeout": "0.5s" } }),
            ),
        ),
        (
            "GW011",
            h1,
            route(json!({ "timeout": "1s", "retry_policy": retry("reset") })),
            route(json!({ "timeout": "1s", "retry_policy": retry("connect-failure") })),
        ),
    ] {
        let name = format!("{code}-{}", keys.len());
        let (found, answer) = codes(&name, &fails, keys, "");
        assert_eq!(found, [code], "{answer:#}");
        let (found, answer) = codes(&name, &repaired, keys, "");
        assert_eq!(found, [""; 0], "{code}: {answer:#}");
    }
}

#[test]
fn plaintext_is_a_fault_unless_the_manifests_let_it_in() {
    let plain = with(OF_CLUSTER, "transport_socket", Value::Null);
    let manifests = |mode: &str| {
        format!(
            "kind: Service\nmetadata: {{ name: auth-service, namespace: titanium-prod }}\n\
             spec: {{ selector: {{ app: auth }}, ports: [{{ name: http, port: 8002 }}] }}\n---\n\
             kind: PeerAuthentication\nmetadata: {{ name: a, namespace: titanium-prod }}\n\
             spec: {{ mtls: {{ mode: {mode} }} }}\n"
        )
    };
    let (found, answer) = codes("strict", &plain, AUTH, &manifests("STRICT"));
    assert_eq!(found, ["GW007"], "{answer:#}");
    for mode in ["PERMISSIVE", "DISABLE"] {
        let (found, answer) = codes("permissive", &plain, AUTH, &manifests(mode));
        assert_eq!(found, [""; 0], "{mode}: {answer:#}");
    }
    // A dump doesn't tell the two apart, and the finding says so.
    let (_, answer) = codes("unsaid", &plain, AUTH, "");
    let what = answer["findings"][0]["what"].as_str().unwrap();
    assert!(what.contains("unless they are PERMISSIVE"), "{what}");
}

/// As Istio makes it with a mode in a DestinationRule: the endpoints don't say what they take.
#[test]
fn plaintext_by_a_rule_is_a_fault_where_the_manifests_say_strict() {
    let mut plain = with(OF_CLUSTER, "transport_socket", Value::Null);
    let host = "auth-service.titanium-prod.svc.cluster.local";
    let rule = "/apis/networking.istio.io/v1/namespaces/titanium-prod/destination-rule/plain";
    plain.pointer_mut(OF_CLUSTER).unwrap()["metadata"] = json!({ "filter_metadata": { "istio": {
        "config": rule, "services": [{ "host": host }] } } });
    let endpoint =
        "/configs/1/dynamic_endpoint_configs/0/endpoint_config/endpoints/0/lb_endpoints/0";
    plain.pointer_mut(endpoint).unwrap()["metadata"] = Value::Null;
    let manifests = |mode: &str, labels: &str| {
        format!(
            "kind: Service\nmetadata: {{ name: auth-service, namespace: titanium-prod }}\n\
             spec: {{ selector: {{ app: auth }}, ports: [{{ name: http, port: 8002 }}] }}\n---\n\
             kind: Deployment\nmetadata: {{ name: auth, namespace: titanium-prod }}\n\
             spec: {{ template: {{ metadata: {{ labels: {{ app: auth{labels} }} }} }} }}\n---\n\
             kind: PeerAuthentication\nmetadata: {{ name: a, namespace: titanium-prod }}\n\
             spec: {{ mtls: {{ mode: {mode} }} }}\n"
        )
    };
    let outside = ", sidecar.istio.io/inject: 'false'";
    for (mode, labels, expected) in [
        ("STRICT", "", &["GW007"][..]),
        ("PERMISSIVE", "", &[]),
        ("STRICT", outside, &[]),
    ] {
        let manifests = manifests(mode, labels);
        let (found, answer) = examined("by-rule", &plain, AUTH, &manifests);
        assert_eq!(found, expected, "{answer:#}");
        let note = answer["notes"][0].as_str().unwrap();
        assert!(note.contains("the DestinationRule plain"), "{note}");
    }
}

#[test]
fn a_domain_may_pass_through_and_a_service_may_not() {
    let mut dump = dump();
    let hosts = "/configs/3/dynamic_route_configs/0/route_config/virtual_hosts";
    let all = dump.pointer_mut(hosts).unwrap().as_array_mut().unwrap();
    all.push(json!({ "name": "allow_any", "domains": ["*"], "routes": [{
        "name": "allow_any", "match": { "prefix": "/" },
        "route": { "cluster": "PassthroughCluster", "timeout": "0s" } }] }));
    for (url, host, expected) in [
        ("http://shop.example:8002", "", &[][..]),
        ("http://api.shop.example:8002", "", &[]),
        ("http://shop.titanium-prod:8002", "", &["GW001"]),
        ("http://shop.other.svc:8002", "", &["GW001"]),
        ("http://shop:8002", "", &["GW001"]),
        ("http://10.0.0.9:8002", "", &["GW001"]),
        (
            "http://auth-service.other:8002",
            ", host: preserve",
            &["GW001"],
        ),
        ("http://auth-service:8002", ", host: preserve", &["GW001"]),
        ("http://auth-service:8002", "", &[]),
    ] {
        let (found, answer) = codes("domain", &dump, &format!("url: '{url}'{host}"), "");
        assert_eq!(found, expected, "{url}{host}: {answer:#}");
    }
}
