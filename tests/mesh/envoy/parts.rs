//! What both kinds of sidecar are made of.

use std::path::Path;

use serde_json::{Value, json};

use crate::plan::TRUST_DOMAIN;

pub const ACCESS_LOG: &str = "access.log";
pub const ADMIN_SOCKET: &str = "admin.sock";

/// A message inside an `Any`: `fields` with their type in front.
pub fn any(message: &str, mut fields: Value) -> Value {
    fields["@type"] = Value::from(format!("type.googleapis.com/{message}"));
    fields
}

/// A named extension with its configuration.
pub fn extension(name: &str, message: &str, fields: Value) -> Value {
    json!({ "name": name, "typed_config": any(message, fields) })
}

pub fn bootstrap(dir: &Path, listeners: Vec<Value>, clusters: Vec<Value>) -> Value {
    json!({
        // A socket file is reached from outside the pod's namespace; a port is not.
        "admin": { "address": { "pipe": { "path": dir.join(ADMIN_SOCKET) } } },
        "static_resources": { "listeners": listeners, "clusters": clusters },
    })
}

pub fn socket(ip: impl ToString, port: u16) -> Value {
    json!({ "socket_address": { "address": ip.to_string(), "port_value": port } })
}

/// The access log, one JSON object a line, of what Istio's own format has and tests ask for.
pub fn access_log(dir: &Path) -> Value {
    let format = json!({
        "authority": "%REQ(:AUTHORITY)%",
        "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
        "status": "%RESPONSE_CODE%",
        "flags": "%RESPONSE_FLAGS%",
        "details": "%RESPONSE_CODE_DETAILS%",
        "failure": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
        "cluster": "%UPSTREAM_CLUSTER_RAW%",
        "upstream": "%UPSTREAM_HOST%",
        "route": "%ROUTE_NAME%",
        "destination": "%DOWNSTREAM_LOCAL_ADDRESS%",
        "caller": "%DOWNSTREAM_PEER_URI_SAN%",
        "tls": "%DOWNSTREAM_TLS_VERSION%",
        "sni": "%REQUESTED_SERVER_NAME%",
    });
    json!([extension(
        "envoy.access_loggers.file",
        "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        json!({ "path": dir.join(ACCESS_LOG), "log_format": { "json_format": format } }),
    )])
}

/// A filter that reads the HTTP in a connection and routes it.
pub fn http_filter(mut fields: Value, dir: &Path) -> Value {
    fields["access_log"] = access_log(dir);
    fields["http_filters"] = json!([extension(
        "envoy.filters.http.router",
        "envoy.extensions.filters.http.router.v3.Router",
        json!({}),
    )]);
    // As Istio's sidecars: the peer is the application or a sidecar, not the Internet, and
    // paths are normalised before they are matched.
    fields["use_remote_address"] = json!(false);
    fields["normalize_path"] = json!(true);
    fields["merge_slashes"] = json!(true);
    extension(
        "envoy.filters.network.http_connection_manager",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        fields,
    )
}

/// The TCP proxy that Istio ends a listener for unknown traffic with.
pub fn tcp_filter(cluster: &str, dir: &Path) -> Value {
    extension(
        "envoy.filters.network.tcp_proxy",
        "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        json!({ "stat_prefix": cluster, "cluster": cluster, "access_log": access_log(dir) }),
    )
}

/// Who connected to what before iptables redirected the connection here.
pub fn original_destination() -> Value {
    extension(
        "envoy.filters.listener.original_dst",
        "envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
        json!({}),
    )
}

/// A cluster that connects to where the caller wanted to go.
pub fn original_destination_cluster(name: &str) -> Value {
    json!({
        "name": name,
        "type": "ORIGINAL_DST",
        "lb_policy": "CLUSTER_PROVIDED",
        "connect_timeout": "10s",
    })
}

/// A cluster of one endpoint, as the endpoints discovery service would fill it.
pub fn static_cluster(name: &str, endpoint: std::net::SocketAddr) -> Value {
    let address = socket(endpoint.ip(), endpoint.port());
    json!({
        "name": name,
        "type": "STATIC",
        "connect_timeout": "10s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": address } }] }],
        },
    })
}

/// Own certificate, and whom to believe: an identity that our authority signed and `peer`
/// (a matcher of SPIFFE ids) accepts.
pub fn mutual_tls(dir: &Path, peer: &Value) -> Value {
    let file = |name: &str| json!({ "filename": dir.join(name) });
    json!({
        // Without it Envoy speaks at most TLS 1.2 as a client; istiod writes it too.
        "tls_params": {
            "tls_minimum_protocol_version": "TLSv1_2",
            "tls_maximum_protocol_version": "TLSv1_3",
        },
        "tls_certificates": [{
            "certificate_chain": file("cert.pem"),
            "private_key": file("key.pem"),
        }],
        "validation_context": {
            "trusted_ca": file("root.pem"),
            "match_typed_subject_alt_names": [{ "san_type": "URI", "matcher": peer }],
        },
        // What Istio's sidecars say to each other, so that an inbound one can tell a
        // sidecar's TLS from the application's own.
        "alpn_protocols": ["istio-peer-exchange", "istio"],
    })
}

/// Accepts every workload of the mesh, which is what STRICT asks for.
pub fn anyone_in_the_mesh() -> Value {
    json!({ "prefix": format!("spiffe://{TRUST_DOMAIN}/") })
}
