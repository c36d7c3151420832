//! Sidecars as istiod configures them, as far as their errors go.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};

pub(crate) const ACCESS_LOG: &str = "access.log";

pub(crate) struct Listeners {
    /// Ours under ALLOW_ANY, before a service that closes what comes in plaintext.
    pub(crate) allow_any: SocketAddr,
    /// The same before a service that resets it.
    pub(crate) strict_reset: SocketAddr,
    /// Ours under REGISTRY_ONLY.
    pub(crate) registry_only: SocketAddr,
    /// Ours with `proxyHeaders` off: the service's `server`, no headers of Envoy.
    pub(crate) bare: SocketAddr,
    /// The service's.
    pub(crate) inbound: SocketAddr,
}

impl Listeners {
    pub(crate) fn all(&self) -> [SocketAddr; 5] {
        [
            self.allow_any,
            self.strict_reset,
            self.registry_only,
            self.bare,
            self.inbound,
        ]
    }
}

pub(crate) struct Backends {
    pub(crate) app: SocketAddr,
    pub(crate) strict: SocketAddr,
    pub(crate) strict_reset: SocketAddr,
    pub(crate) refused: SocketAddr,
    pub(crate) plaintext: SocketAddr,
    pub(crate) full: SocketAddr,
}

pub(crate) fn bootstrap(dir: &Path, at: &Listeners, to: &Backends) -> Value {
    let dropping = [
        ("allow_any", at.allow_any, to.strict),
        ("strict_reset", at.strict_reset, to.strict_reset),
    ];
    let mut listeners: Vec<Value> = dropping
        .into_iter()
        .map(|(name, at, to)| {
            let mut listener = listener(name, at, outbound(dir, allow_any()));
            let filters = listener["filter_chains"][0]["filters"].as_array_mut();
            filters.unwrap().insert(0, as_if_captured(to));
            listener
        })
        .collect();
    listeners.push(listener(
        "registry_only",
        at.registry_only,
        outbound(dir, block_all()),
    ));
    let mut bare = outbound(dir, block_all());
    bare["server_header_transformation"] = json!("PASS_THROUGH");
    let filters = bare["http_filters"].as_array_mut().unwrap();
    filters.last_mut().unwrap()["typed_config"]["suppress_envoy_headers"] = json!(true);
    listeners.push(listener("bare", at.bare, bare));
    listeners.push(listener("inbound", at.inbound, inbound()));
    json!({
        "admin": { "address": { "pipe": { "path": dir.join("admin.sock") } } },
        "layered_runtime": { "layers": [{
            "name": "maintenance",
            "static_layer": { "upstream.maintenance_mode.maintained": 100 },
        }] },
        "static_resources": { "listeners": listeners, "clusters": clusters(at, to) },
    })
}

fn any(message: &str, mut fields: Value) -> Value {
    fields["@type"] = json!(format!("type.googleapis.com/{message}"));
    fields
}

fn filter(name: &str, message: &str, fields: Value) -> Value {
    let message = format!("envoy.extensions.filters.{message}");
    json!({ "name": name, "typed_config": any(&message, fields) })
}

fn listener(name: &str, at: SocketAddr, manager: Value) -> Value {
    let http = filter(
        "envoy.filters.network.http_connection_manager",
        "network.http_connection_manager.v3.HttpConnectionManager",
        manager,
    );
    json!({
        "name": name,
        "address": socket(at),
        "filter_chains": [{ "filters": [http] }],
    })
}

fn socket(at: SocketAddr) -> Value {
    json!({ "socket_address": { "address": at.ip().to_string(), "port_value": at.port() } })
}

/// Stands for iptables: where a connection passed through goes.
fn as_if_captured(to: SocketAddr) -> Value {
    filter(
        "envoy.filters.network.set_filter_state",
        "network.set_filter_state.v3.Config",
        json!({ "on_new_connection": [{
            "object_key": "envoy.network.transport_socket.original_dst_address",
            "format_string": { "text_format_source": { "inline_string": to.to_string() } },
        }] }),
    )
}

fn router() -> Value {
    filter(
        "envoy.filters.http.router",
        "http.router.v3.Router",
        json!({}),
    )
}

/// The outbound listeners leave `server_name` at Envoy's default.
fn outbound(dir: &Path, catch_all: Value) -> Value {
    let mut hosts = hosts();
    hosts.push(catch_all);
    json!({
        "stat_prefix": "outbound",
        "normalize_path": true,
        "merge_slashes": true,
        "stream_idle_timeout": "2s",
        "access_log": [access_log(dir)],
        "http_filters": [
            filter("envoy.filters.http.fault", "http.fault.v3.HTTPFault", json!({})),
            router(),
        ],
        "route_config": {
            "name": "80",
            "validate_clusters": false,
            "ignore_port_in_host_matching": true,
            "virtual_hosts": hosts,
        },
    })
}

fn access_log(dir: &Path) -> Value {
    let format = json!({
        "id": "%REQ(ROW)%",
        "flags": "%RESPONSE_FLAGS%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "cluster": "%UPSTREAM_CLUSTER_RAW%",
    });
    json!({
        "name": "envoy.access_loggers.file",
        "typed_config": any(
            "envoy.extensions.access_loggers.file.v3.FileAccessLog",
            json!({ "path": dir.join(ACCESS_LOG), "log_format": { "json_format": format } }),
        ),
    })
}

fn route(action: Value) -> Value {
    json!({ "match": { "prefix": "/" }, "name": "default", "route": action })
}

fn host(name: &str, route: Value) -> Value {
    json!({ "name": name, "domains": [name], "routes": [route] })
}

fn retries() -> Value {
    json!({
        "retry_on": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
        "num_retries": 2,
        "retriable_status_codes": [503],
    })
}

/// A virtual host for each way to fail.
fn hosts() -> Vec<Value> {
    let to = |cluster: &str| route(json!({ "cluster": cluster, "timeout": "0s" }));
    let routed = |cluster: &str| {
        route(json!({ "cluster": cluster, "timeout": "0s", "retry_policy": retries() }))
    };
    let fault = any(
        "envoy.extensions.filters.http.fault.v3.HTTPFault",
        json!({ "abort": { "http_status": 500, "percentage": { "numerator": 100 } } }),
    );
    let mut faulty = to("app");
    faulty["typed_per_filter_config"] = json!({ "envoy.filters.http.fault": fault });
    let direct = |action: Value| json!({ "match": { "prefix": "/" }, "direct_response": action });
    vec![
        host("app", to("app")),
        host("service", to("inbound")),
        host("empty", to("empty")),
        host("refused", routed("refused")),
        host("refused-once", to("refused")),
        host("tls", routed("tls")),
        host("full", to("full")),
        host("lasting", to("lasting")),
        host("maintained", to("maintained")),
        host("overflow", to("overflow")),
        host("gone", to("gone")),
        host(
            "deadline",
            route(json!({ "cluster": "app", "timeout": "0.1s" })),
        ),
        host(
            "duration",
            route(json!({
                "cluster": "app", "timeout": "0s",
                "max_stream_duration": { "max_stream_duration": "0.1s" },
            })),
        ),
        host("faulty", faulty),
        host(
            "text",
            direct(json!({ "status": 418, "body": { "inline_string": "a pot" } })),
        ),
        host(
            "moved",
            json!({ "match": { "prefix": "/" }, "redirect": { "path_redirect": "/there" } }),
        ),
        host(
            "partial",
            json!({ "match": { "prefix": "/only" }, "route": { "cluster": "app" } }),
        ),
    ]
}

fn allow_any() -> Value {
    json!({
        "name": "allow_any",
        "domains": ["*"],
        "routes": [{
            "match": { "prefix": "/" },
            "name": "allow_any",
            "route": { "cluster": "PassthroughCluster", "timeout": "0s" },
        }],
    })
}

fn block_all() -> Value {
    json!({
        "name": "block_all",
        "domains": ["*"],
        "routes": [{
            "match": { "prefix": "/" },
            "name": "block_all",
            "direct_response": { "status": 502 },
        }],
    })
}

/// The sidecar of the service, with what an AuthorizationPolicy, a RequestAuthentication
/// and a local rate limit become.
fn inbound() -> Value {
    let denied = json!({ "header": {
        "name": ":path", "string_match": { "prefix": "/denied" },
    } });
    let everyone = json!({ "any": true });
    let rbac = json!({ "rules": {
        "action": "DENY",
        "policies": { "none": { "permissions": [denied], "principals": [everyone] } },
    } });
    let jwt = json!({
        "providers": { "p": {
            "issuer": "i",
            "local_jwks": { "inline_string": "{\"keys\":[{\"kty\":\"oct\",\"alg\":\"HS256\",\"kid\":\"k\",\"k\":\"YWJj\"}]}" },
        } },
        "rules": [{
            "match": { "prefix": "/jwt" },
            "requires": { "provider_name": "p" },
        }],
    });
    let to = |prefix: &str, cluster: &str| json!({ "match": { "prefix": prefix }, "route": { "cluster": cluster, "timeout": "0s" } });
    let mut limited = to("/limited", "app");
    limited["typed_per_filter_config"] = json!({ "envoy.filters.http.local_ratelimit": any(
        "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        json!({
            "stat_prefix": "limited",
            "token_bucket": { "max_tokens": 1, "tokens_per_fill": 1, "fill_interval": "3600s" },
            "filter_enabled": { "default_value": { "numerator": 100 } },
            "filter_enforced": { "default_value": { "numerator": 100 } },
        }),
    ) });
    json!({
        "stat_prefix": "inbound",
        "server_name": "istio-envoy",
        "normalize_path": true,
        "merge_slashes": true,
        "http_filters": [
            filter("envoy.filters.http.jwt_authn", "http.jwt_authn.v3.JwtAuthentication", jwt),
            filter("envoy.filters.http.rbac", "http.rbac.v3.RBAC", rbac),
            filter(
                "envoy.filters.http.local_ratelimit",
                "http.local_ratelimit.v3.LocalRateLimit",
                json!({ "stat_prefix": "none" }),
            ),
            router(),
        ],
        "route_config": {
            "name": "inbound|80||",
            "virtual_hosts": [{
                "name": "inbound|http|80",
                "domains": ["*"],
                "routes": [limited, to("/down", "refused"), to("/", "app")],
            }],
        },
    })
}

fn clusters(at: &Listeners, to: &Backends) -> Vec<Value> {
    let of = |name: &str, endpoint: SocketAddr| {
        json!({
            "name": name,
            "type": "STATIC",
            "connect_timeout": "0.2s",
            "load_assignment": {
                "cluster_name": name,
                "endpoints": [{
                    "lb_endpoints": [{ "endpoint": { "address": socket(endpoint) } }],
                }],
            },
        })
    };
    let mut tls = of("tls", to.plaintext);
    tls["transport_socket"] = json!({
        "name": "envoy.transport_sockets.tls",
        "typed_config": any(
            "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            json!({}),
        ),
    });
    let options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    let limit = json!({
        "common_http_protocol_options": { "max_stream_duration": "0.1s" },
        "explicit_http_config": { "http_protocol_options": {} },
    });
    let mut lasting = of("lasting", to.app);
    lasting["typed_extension_protocol_options"] = json!({ options: any(options, limit) });
    let mut overflow = of("overflow", to.app);
    overflow["circuit_breakers"] =
        json!({ "thresholds": [{ "max_requests": 0, "max_pending_requests": 0 }] });
    vec![
        of("app", to.app),
        of("inbound", at.inbound),
        of("refused", to.refused),
        of("full", to.full),
        of("maintained", to.app),
        lasting,
        tls,
        overflow,
        json!({ "name": "empty", "type": "STATIC" }),
        json!({
            "name": "PassthroughCluster",
            "type": "ORIGINAL_DST",
            "lb_policy": "CLUSTER_PROVIDED",
            "connect_timeout": "1s",
        }),
    ]
}
