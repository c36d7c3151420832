//! Clusters and their endpoints (`envoy.config.cluster.v3`, `envoy.config.endpoint.v3`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::filter::HttpFilter;
use super::listener::Address;
use super::scalar::{Name, Scalar, Span};

/// `Cluster`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Cluster {
    /// Istio's are `direction|port|subset|host`.
    pub name: String,
    /// `STATIC` where absent, `STRICT_DNS`, `LOGICAL_DNS`, `EDS` or `ORIGINAL_DST`.
    pub r#type: Option<Name>,
    /// A type of an extension.
    #[serde(alias = "clusterType")]
    pub cluster_type: Option<ClusterType>,
    /// Where its endpoints come from.
    #[serde(alias = "edsClusterConfig")]
    pub eds_cluster_config: Option<EdsConfig>,
    /// The endpoints themselves.
    #[serde(alias = "loadAssignment")]
    pub load_assignment: Option<LoadAssignment>,
    /// What wraps its connections, where no match has another.
    #[serde(alias = "transportSocket")]
    pub transport_socket: Option<TransportSocket>,
    /// What wraps them by the endpoint's metadata; the first that fits.
    #[serde(alias = "transportSocketMatches")]
    pub transport_socket_matches: Vec<SocketMatch>,
    /// What wraps them, chosen in another way.
    #[serde(alias = "transportSocketMatcher")]
    pub transport_socket_matcher: Option<IgnoredAny>,
    /// Absent means 5 s.
    #[serde(alias = "connectTimeout")]
    pub connect_timeout: Option<Span>,
    /// When unhealthy endpoints are used all the same.
    #[serde(alias = "commonLbConfig")]
    pub common_lb_config: Option<LbConfig>,
    /// Speaks HTTP/2: the old form.
    #[serde(alias = "http2ProtocolOptions")]
    pub http2_protocol_options: Option<IgnoredAny>,
    /// `USE_DOWNSTREAM_PROTOCOL`: speaks what the request came in. The old form.
    #[serde(alias = "protocolSelection")]
    pub protocol_selection: Name,
    /// What it speaks: the new form, by the name of the extension.
    #[serde(alias = "typedExtensionProtocolOptions")]
    pub typed_extension_protocol_options: BTreeMap<String, ProtocolOptions>,
    /// Whose cluster it is.
    pub metadata: Option<Metadata>,
}

/// `Cluster.CustomClusterType`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClusterType {
    /// The extension.
    pub name: String,
}

/// `Cluster.EdsClusterConfig`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EdsConfig {
    /// The name of the assignment, where it isn't the cluster's.
    #[serde(alias = "serviceName")]
    pub service_name: String,
}

/// `Cluster.CommonLbConfig`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LbConfig {
    /// Absent means 50.
    #[serde(alias = "healthyPanicThreshold")]
    pub healthy_panic_threshold: Option<PanicThreshold>,
}

/// `envoy.type.v3.Percent`; the empty one is 0.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PanicThreshold {
    /// Per cent.
    pub value: f64,
}

/// `HttpProtocolOptions`, of clusters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProtocolOptions {
    /// Always this one.
    #[serde(alias = "explicitHttpConfig")]
    pub explicit_http_config: Option<ExplicitHttp>,
    /// The one that the request came in.
    #[serde(alias = "useDownstreamProtocolConfig")]
    pub use_downstream_protocol_config: Option<IgnoredAny>,
    /// The one that the endpoint takes.
    #[serde(alias = "autoConfig")]
    pub auto_config: Option<IgnoredAny>,
    /// Filters between the router and the cluster.
    #[serde(alias = "httpFilters")]
    pub http_filters: Vec<HttpFilter>,
}

/// `HttpProtocolOptions.ExplicitHttpConfig`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExplicitHttp {
    /// HTTP/2.
    #[serde(alias = "http2ProtocolOptions")]
    pub http2_protocol_options: Option<IgnoredAny>,
    /// HTTP/3.
    #[serde(alias = "http3ProtocolOptions")]
    pub http3_protocol_options: Option<IgnoredAny>,
}

/// `Metadata`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// The values, by the name of the filter that reads them.
    #[serde(alias = "filterMetadata")]
    pub filter_metadata: FilterMetadata,
}

/// What is read of `Metadata.filter_metadata`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FilterMetadata {
    /// Of endpoints: what a transport socket match compares.
    #[serde(rename = "envoy.transport_socket_match")]
    pub transport_socket_match: BTreeMap<String, Scalar>,
    /// What Istio says of a cluster.
    pub istio: IstioMetadata,
}

/// `filter_metadata.istio`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IstioMetadata {
    /// The services behind a cluster.
    pub services: Vec<IstioService>,
    /// The DestinationRule that holds for it, as a path of Kubernetes' API.
    pub config: Scalar,
}

/// An entry of `filter_metadata.istio.services`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct IstioService {
    /// The full name.
    pub host: String,
    /// The short one.
    pub name: String,
    /// The Kubernetes namespace.
    pub namespace: String,
}

/// `TransportSocket`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TransportSocket {
    /// Such as `envoy.transport_sockets.tls`.
    pub name: String,
    /// Its configuration.
    #[serde(alias = "typedConfig")]
    pub typed_config: Option<UpstreamTls>,
}

/// `UpstreamTlsContext`, when the type is that.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UpstreamTls {
    /// The type.
    #[serde(rename = "@type")]
    pub type_url: String,
    /// The server name that is asked for.
    pub sni: String,
    /// Certificates and protocols.
    #[serde(alias = "commonTlsContext")]
    pub common_tls_context: CommonTls,
}

/// `CommonTlsContext`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CommonTls {
    /// Own certificates, in the configuration.
    #[serde(alias = "tlsCertificates")]
    pub tls_certificates: Vec<IgnoredAny>,
    /// Own certificates, delivered apart.
    #[serde(alias = "tlsCertificateSdsSecretConfigs")]
    pub tls_certificate_sds_secret_configs: Vec<IgnoredAny>,
}

/// `Cluster.TransportSocketMatch`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SocketMatch {
    /// Istio's are `tlsMode-istio` and `tlsMode-disabled`.
    pub name: String,
    /// What the endpoint's metadata must have; empty fits all.
    pub r#match: BTreeMap<String, Scalar>,
    /// The socket then.
    #[serde(alias = "transportSocket")]
    pub transport_socket: TransportSocket,
}

/// `ClusterLoadAssignment`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LoadAssignment {
    /// The cluster, or its `service_name`.
    #[serde(alias = "clusterName")]
    pub cluster_name: String,
    /// By locality.
    pub endpoints: Vec<Locality>,
}

/// `LocalityLbEndpoints`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Locality {
    /// The endpoints.
    #[serde(alias = "lbEndpoints")]
    pub lb_endpoints: Vec<LbEndpoint>,
    /// For all of them.
    pub metadata: Option<Metadata>,
}

/// `LbEndpoint`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LbEndpoint {
    /// Where it is.
    pub endpoint: Endpoint,
    /// `HEALTHY` or `UNKNOWN` where absent, `UNHEALTHY`, `DRAINING`, `TIMEOUT`, `DEGRADED`.
    #[serde(alias = "healthStatus")]
    pub health_status: Name,
    /// What it is, for the choice of the transport socket.
    pub metadata: Option<Metadata>,
}

/// `Endpoint`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Endpoint {
    /// Its address.
    pub address: Option<Address>,
}
