//! The sidecar before a service, as istiod configures it under PeerAuthentication STRICT.

use std::path::Path;

use serde_json::{Value, json};

use super::parts::{
    any, anyone_in_the_mesh, bootstrap as envoy, extension, http_filter, mutual_tls,
    original_destination, original_destination_cluster, socket, static_cluster,
};
use crate::iptables::INBOUND_PORT;
use crate::plan::{Mode, Service};

pub fn bootstrap(mode: Mode, service: &Service, dir: &Path) -> Value {
    envoy(
        dir,
        vec![listener(mode, service, dir)],
        vec![cluster(mode, service)],
    )
}

/// Everything that reaches the pod. STRICT means that the only filter chain is for TLS: a
/// plaintext connection matches none and is closed.
fn listener(mode: Mode, service: &Service, dir: &Path) -> Value {
    let tls_inspector = extension(
        "envoy.filters.listener.tls_inspector",
        "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
        json!({}),
    );
    let (address, listener_filters) = match mode {
        Mode::Namespaces => (
            socket("0.0.0.0", INBOUND_PORT),
            json!([original_destination(), tls_inspector]),
        ),
        Mode::Loopback => (socket(service.pod_ip, service.port), json!([tls_inspector])),
    };
    json!({
        "name": "virtualInbound",
        "address": address,
        "traffic_direction": "INBOUND",
        "listener_filters": listener_filters,
        "filter_chains": [{
            "name": format!("0.0.0.0_{}", service.port),
            "filter_chain_match": {
                "transport_protocol": "tls",
                "destination_port": service.port,
            },
            "transport_socket": transport_socket(dir),
            "filters": [http(service, dir)],
        }],
    })
}

fn transport_socket(dir: &Path) -> Value {
    json!({
        "name": "envoy.transport_sockets.tls",
        "typed_config": any(
            "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            json!({
                "require_client_certificate": true,
                "common_tls_context": mutual_tls(dir, &anyone_in_the_mesh()),
            }),
        ),
    })
}

fn http(service: &Service, dir: &Path) -> Value {
    let cluster = cluster_name(service);
    http_filter(
        json!({
            "stat_prefix": format!("inbound_0.0.0.0_{}", service.port),
            // The service is told who called.
            "forward_client_cert_details": "APPEND_FORWARD",
            "set_current_client_cert_details": { "subject": true, "dns": true, "uri": true },
            "route_config": {
                "name": cluster,
                "virtual_hosts": [{
                    "name": format!("inbound|http|{}", service.port),
                    "domains": ["*"],
                    "routes": [{
                        "match": { "prefix": "/" },
                        "name": "default",
                        "route": { "cluster": cluster, "timeout": "0s" },
                    }],
                }],
            },
        }),
        dir,
    )
}

fn cluster_name(service: &Service) -> String {
    format!("inbound|{}||", service.port)
}

/// The application behind the sidecar. In a pod it is at the pod's own address, and Istio
/// comes from 127.0.0.6 so that the rules don't capture the connection again.
fn cluster(mode: Mode, service: &Service) -> Value {
    let name = cluster_name(service);
    match mode {
        Mode::Namespaces => {
            let mut cluster = original_destination_cluster(&name);
            cluster["upstream_bind_config"] =
                json!({ "source_address": { "address": "127.0.0.6", "port_value": 0 } });
            cluster
        }
        Mode::Loopback => static_cluster(&name, service.app),
    }
}
