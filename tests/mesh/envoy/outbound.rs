//! The sidecar beside the gateway, as istiod configures it for services with HTTP ports
//! under `outboundTrafficPolicy: ALLOW_ANY`.

use std::path::Path;

use serde_json::{Value, json};

use super::parts::{
    any, bootstrap as envoy, extension, http_filter, mutual_tls, original_destination_cluster,
    socket, static_cluster, tcp_filter,
};
use crate::iptables::OUTBOUND_PORT;
use crate::plan::{Mode, NAMESPACE, Plan, Service, spiffe};

const PASSTHROUGH: &str = "PassthroughCluster";

pub fn bootstrap(plan: &Plan, dir: &Path) -> Value {
    let mut listeners: Vec<Value> = plan
        .services
        .iter()
        .map(|service| port_listener(plan.mode, service, dir))
        .collect();
    if plan.mode == Mode::Namespaces {
        listeners.push(virtual_outbound(dir));
    }
    let mut clusters: Vec<Value> = plan
        .services
        .iter()
        .map(|service| cluster(service, dir))
        .collect();
    clusters.push(original_destination_cluster(PASSTHROUGH));
    envoy(dir, listeners, clusters)
}

/// Where iptables sends everything. It hands a connection to the listener of the port that
/// the application wanted; what no listener is for passes through.
fn virtual_outbound(dir: &Path) -> Value {
    json!({
        "name": "virtualOutbound",
        "address": socket("0.0.0.0", OUTBOUND_PORT),
        "use_original_dst": true,
        "traffic_direction": "OUTBOUND",
        "filter_chains": [{
            "name": "virtualOutbound-catchall-tcp",
            "filters": [tcp_filter(PASSTHROUGH, dir)],
        }],
    })
}

/// The listener of a port. All HTTP services of that port share it, whatever their address:
/// from here on only the Host header counts.
fn port_listener(mode: Mode, service: &Service, dir: &Path) -> Value {
    let port = service.port;
    let name = format!("0.0.0.0_{port}");
    let http = http_filter(
        json!({
            "stat_prefix": format!("outbound_{name}"),
            "route_config": route_config(service),
        }),
        dir,
    );
    match mode {
        Mode::Namespaces => json!({
            "name": name,
            "address": socket("0.0.0.0", port),
            "bind_to_port": false,
            "traffic_direction": "OUTBOUND",
            "filter_chains": [{ "filters": [http] }],
        }),
        // No iptables: the sidecar is at the service's addresses itself and is told where
        // the connection would have gone.
        Mode::Loopback => json!({
            "name": name,
            "address": socket(service.cluster_ip, port),
            "additional_addresses": [{ "address": socket(service.moved_ip, port) }],
            "traffic_direction": "OUTBOUND",
            "filter_chains": [{ "filters": [as_if_captured(service), http] }],
        }),
    }
}

/// Sets the destination that a cluster of type ORIGINAL_DST looks for.
fn as_if_captured(service: &Service) -> Value {
    extension(
        "envoy.filters.network.set_filter_state",
        "envoy.extensions.filters.network.set_filter_state.v3.Config",
        json!({ "on_new_connection": [{
            "object_key": "envoy.network.transport_socket.original_dst_address",
            "format_string": { "text_format_source": { "inline_string": service.pod() } },
        }] }),
    )
}

/// The route configuration of a port; istiod names it by the port alone.
fn route_config(service: &Service) -> Value {
    json!({
        "name": service.port.to_string(),
        "validate_clusters": false,
        "max_direct_response_body_size_bytes": 1_048_576,
        "ignore_port_in_host_matching": true,
        "virtual_hosts": [virtual_host(service), allow_any()],
    })
}

fn virtual_host(service: &Service) -> Value {
    let route = json!({
        "cluster": service.cluster(),
        "timeout": "0s",
        // Istio's default retry policy.
        "retry_policy": {
            "retry_on":
                "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
            "num_retries": 2,
            "retry_host_predicate": [extension(
                "envoy.retry_host_predicates.previous_hosts",
                "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
                json!({}),
            )],
            "host_selection_retry_max_attempts": "5",
            "retriable_status_codes": [503],
        },
    });
    json!({
        "name": format!("{}:{}", service.fqdn(), service.port),
        "domains": domains(service),
        "include_request_attempt_count": true,
        "routes": [{ "match": { "prefix": "/" }, "name": "default", "route": route }],
    })
}

/// The names that mean this service (istio/pilot/pkg/networking/core/httproute.go,
/// `generateVirtualHostDomains`), for a client in the same namespace.
fn domains(service: &Service) -> Vec<String> {
    let name = service.name;
    let names = [
        service.fqdn(),
        name.to_owned(),
        format!("{name}.{NAMESPACE}.svc"),
        format!("{name}.{NAMESPACE}"),
        service.cluster_ip.to_string(),
    ];
    let with_port = |name: String| [format!("{name}:{}", service.port), name];
    names.into_iter().flat_map(with_port).collect()
}

/// The catch-all of ALLOW_ANY: a Host that names no service goes where the connection was
/// meant to go, in plaintext. This is where the 503 of the team's document comes from.
fn allow_any() -> Value {
    json!({
        "name": "allow_any",
        "domains": ["*"],
        "include_request_attempt_count": true,
        "routes": [{
            "match": { "prefix": "/" },
            "name": "allow_any",
            "route": { "cluster": PASSTHROUGH, "timeout": "0s" },
        }],
    })
}

/// A service's pods, reached by mutual TLS as the service account they must have.
fn cluster(service: &Service, dir: &Path) -> Value {
    let mut cluster = static_cluster(&service.cluster(), service.pod());
    let peer = json!({ "exact": spiffe(service.name) });
    cluster["transport_socket"] = json!({
        "name": "envoy.transport_sockets.tls",
        "typed_config": any(
            "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            json!({ "sni": service.sni(), "common_tls_context": mutual_tls(dir, &peer) }),
        ),
    });
    cluster["metadata"] = json!({ "filter_metadata": { "istio": { "services": [{
        "host": service.fqdn(),
        "name": service.name,
        "namespace": NAMESPACE,
    }] } } });
    cluster
}
