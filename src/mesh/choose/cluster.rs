//! A cluster: what kind it is, how its connections are wrapped, and its endpoints.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::mesh::dump::Dump;
use crate::mesh::dump::cluster::{Cluster, LbEndpoint, Locality, Metadata, TransportSocket};
use crate::mesh::dump::filter::HttpFilter;
use crate::mesh::dump::scalar::Scalar;
use crate::mesh::trace::{EndpointState, Http, Target, Tls};

/// What Envoy takes where a cluster doesn't say.
const CONNECT: Duration = Duration::from_secs(5);

/// As many matches of a transport socket as are followed.
const MATCHES: usize = 100;

/// Istio's name for what passes through.
pub(super) fn is_passthrough(name: &str) -> bool {
    matches!(
        name,
        "PassthroughCluster"
            | "InboundPassthroughCluster"
            | "InboundPassthroughClusterIpv4"
            | "InboundPassthroughClusterIpv6"
    )
}

/// Istio's name for what is dropped.
pub(super) const BLACK_HOLE: &str = "BlackHoleCluster";

/// What is known about a cluster, for a request in this version of HTTP.
pub(super) fn describe(dump: &Dump, cluster: &Cluster, came_in_http2: bool) -> Target {
    let kind = match (&cluster.r#type, &cluster.cluster_type) {
        (_, Some(extension)) => extension.name.clone(),
        (None, None) => "STATIC".to_owned(),
        (Some(name), None) => match name.0.as_str() {
            "" | "0" => "STATIC".to_owned(),
            name => name.to_owned(),
        },
    };
    let assignment = dump.endpoints_of(cluster);
    let endpoints: Option<Vec<_>> = assignment.map(|of| {
        let all = of.endpoints.iter();
        all.flat_map(|locality| states(cluster, locality)).collect()
    });
    let http = spoken(cluster);
    let endpoints = endpoints.filter(|_| kind != "ORIGINAL_DST");
    let tls = overall(cluster, endpoints.as_deref());
    let plaintext_by = rule(cluster).filter(|_| tls == Tls::Plaintext);
    Target {
        cluster: cluster.name.clone(),
        tls,
        plaintext_by: plaintext_by.map(str::to_owned),
        http,
        http2: http == Http::Two || (http == Http::AsReceived && came_in_http2),
        kind,
        endpoints,
        only_healthy: cluster
            .common_lb_config
            .as_ref()
            .and_then(|of| of.healthy_panic_threshold.as_ref())
            .is_some_and(|threshold| threshold.value == 0.0),
        connect_timeout: cluster.connect_timeout.map_or(CONNECT, |span| span.0),
    }
}

/// The HTTP filters between the router and a cluster.
pub(super) fn filters(cluster: &Cluster) -> impl Iterator<Item = &[HttpFilter]> {
    let options = cluster.typed_extension_protocol_options.values();
    options.map(|of| of.http_filters.as_slice())
}

/// The endpoints whose pods take the mesh's TLS although the cluster speaks plaintext.
pub(super) fn meant_for_tls(dump: &Dump, cluster: &Cluster) -> bool {
    let says = |metadata: &Option<Metadata>| {
        metadata.as_ref().is_some_and(|of| {
            let mode = of.filter_metadata.transport_socket_match.get("tlsMode");
            mode.is_some_and(|mode| mode.is("istio"))
        })
    };
    let endpoints = dump.endpoints_of(cluster).into_iter();
    endpoints
        .flat_map(|of| &of.endpoints)
        .flat_map(|locality| &locality.lb_endpoints)
        .any(|endpoint| says(&endpoint.metadata))
}

/// The DestinationRule that holds for a service of the mesh. Where Istio gives the cluster no
/// TLS under it, nothing in a dump says what the pods take: with a mode in the rule Istio leaves
/// that out of the endpoints' metadata.
fn rule(cluster: &Cluster) -> Option<&str> {
    let istio = &cluster.metadata.as_ref()?.filter_metadata.istio;
    let rule = istio.config.text()?;
    let (_, name) = rule.rsplit_once("/destination-rule/")?;
    let inside = istio.services.iter().any(|of| of.host.contains(".svc."));
    inside.then_some(name)
}

fn states<'c>(
    cluster: &'c Cluster,
    locality: &'c Locality,
) -> impl Iterator<Item = EndpointState> + 'c {
    locality.lb_endpoints.iter().map(move |of| EndpointState {
        address: of
            .endpoint
            .address
            .as_ref()
            .map_or_else(|| "-".to_owned(), |address| address.text()),
        health: match of.health_status.0.as_str() {
            "" | "UNKNOWN" => "HEALTHY".to_owned(),
            status => status.to_owned(),
        },
        tls: tls_to(cluster, of, locality),
    })
}

/// `TransportSocketMatcherImpl::resolve`: the endpoint's own metadata, then its locality's.
fn tls_to(cluster: &Cluster, endpoint: &LbEndpoint, locality: &Locality) -> Tls {
    if cluster.transport_socket_matcher.is_some() {
        return Tls::Other("chosen by a matcher tree".to_owned());
    }
    // Istio has two of them, and each endpoint is compared with all.
    let count = cluster.transport_socket_matches.len();
    if count > MATCHES {
        return Tls::Other(format!("chosen by one of {count} matches"));
    }
    let empty = BTreeMap::new();
    let of = |metadata: &'_ Option<Metadata>| -> BTreeMap<String, Scalar> {
        metadata.as_ref().map_or_else(BTreeMap::new, |of| {
            of.filter_metadata.transport_socket_match.clone()
        })
    };
    let (own, around) = (of(&endpoint.metadata), of(&locality.metadata));
    let fits = |wanted: &BTreeMap<String, Scalar>, given: &BTreeMap<String, Scalar>| {
        wanted
            .iter()
            .all(|(key, value)| given.get(key) == Some(value))
    };
    let matches = &cluster.transport_socket_matches;
    let first =
        |given: &BTreeMap<String, Scalar>| matches.iter().find(|of| fits(&of.r#match, given));
    let given = if own.is_empty() { &around } else { &own };
    let found = first(given).or_else(|| first(&empty));
    match found {
        Some(of) => kind(Some(&of.transport_socket)),
        None => kind(cluster.transport_socket.as_ref()),
    }
}

fn kind(socket: Option<&TransportSocket>) -> Tls {
    let Some(socket) = socket else {
        return Tls::Plaintext;
    };
    let config = socket.typed_config.as_ref();
    let of = config.map_or("", |config| config.type_url.as_str());
    if of.ends_with(".UpstreamTlsContext")
        && let Some(config) = config
    {
        let sni = config.sni.clone();
        let context = &config.common_tls_context;
        let certificate = !context.tls_certificates.is_empty()
            || !context.tls_certificate_sds_secret_configs.is_empty();
        return match certificate {
            true => Tls::Mutual { sni },
            false => Tls::Simple { sni },
        };
    }
    if of.ends_with(".RawBuffer") || (of.is_empty() && socket.name.contains("raw_buffer")) {
        return Tls::Plaintext;
    }
    Tls::Other(socket.name.clone())
}

fn overall(cluster: &Cluster, endpoints: Option<&[EndpointState]>) -> Tls {
    match endpoints {
        Some([first, rest @ ..]) => match rest.iter().all(|of| of.tls == first.tls) {
            true => first.tls.clone(),
            false => Tls::Mixed,
        },
        _ if cluster.transport_socket_matcher.is_some() => {
            Tls::Other("chosen by a matcher tree".to_owned())
        }
        _ if cluster.transport_socket_matches.is_empty() => kind(cluster.transport_socket.as_ref()),
        _ => Tls::ByEndpoint,
    }
}

/// `ClusterInfoImpl::upstreamHttpProtocol`. The extension's options win over the old fields.
fn spoken(cluster: &Cluster) -> Http {
    let mut options = cluster.typed_extension_protocol_options.iter();
    let of_http = options.find(|(name, _)| name.ends_with(".HttpProtocolOptions"));
    let Some((_, of)) = of_http else {
        return match cluster.protocol_selection.0.as_str() {
            "USE_DOWNSTREAM_PROTOCOL" | "1" => Http::AsReceived,
            _ if cluster.http2_protocol_options.is_some() => Http::Two,
            _ => Http::One,
        };
    };
    let explicit = of.explicit_http_config.as_ref();
    if of.use_downstream_protocol_config.is_some() {
        Http::AsReceived
    } else if of.auto_config.is_some() {
        Http::Negotiated
    } else if explicit.is_some_and(|of| of.http3_protocol_options.is_some()) {
        Http::Three
    } else if explicit.is_some_and(|of| of.http2_protocol_options.is_some()) {
        Http::Two
    } else {
        Http::One
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_say_the_version_of_http() {
        let of = |options: serde_json::Value| {
            let name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
            serde_json::json!({ "typed_extension_protocol_options": { name: options },
                "http2_protocol_options": {} })
        };
        for (cluster, expected) in [
            (serde_json::json!({}), Http::One),
            (
                serde_json::json!({ "http2_protocol_options": {} }),
                Http::Two,
            ),
            (
                serde_json::json!({ "http2_protocol_options": {},
                    "protocolSelection": "USE_DOWNSTREAM_PROTOCOL" }),
                Http::AsReceived,
            ),
            (
                of(serde_json::json!({ "explicit_http_config": { "http_protocol_options": {} } })),
                Http::One,
            ),
            (
                of(serde_json::json!({ "explicitHttpConfig": { "http2ProtocolOptions": {} } })),
                Http::Two,
            ),
            (
                of(serde_json::json!({ "explicit_http_config": { "http3_protocol_options": {} } })),
                Http::Three,
            ),
            (
                of(serde_json::json!({ "use_downstream_protocol_config": {
                    "http2_protocol_options": {} } })),
                Http::AsReceived,
            ),
            (
                of(serde_json::json!({ "auto_config": {} })),
                Http::Negotiated,
            ),
        ] {
            let text = cluster.to_string();
            let read: Cluster = serde_json::from_value(cluster).unwrap();
            assert_eq!(spoken(&read), expected, "{text}");
        }
    }
}
