//! Listeners (`envoy.config.listener.v3`), as far as the choice depends on them.

use std::net::IpAddr;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::filter::HttpFilter;
use super::matcher::Rest;
use super::route::{RouteConfig, WeightedClusters};
use super::scalar::{Name, Span};

/// Where Envoy accepts connections, or takes them over from `virtualOutbound`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Listener {
    /// Istio's are `IP_port`, `0.0.0.0_port`, `virtualOutbound` and `virtualInbound`.
    pub name: String,
    /// Its first address.
    pub address: Option<Address>,
    /// Further ones.
    #[serde(alias = "additionalAddresses")]
    pub additional_addresses: Vec<AdditionalAddress>,
    /// Hands a connection to the listener that its original destination names.
    #[serde(alias = "useOriginalDst")]
    pub use_original_dst: bool,
    /// `INBOUND` or `OUTBOUND`.
    #[serde(alias = "trafficDirection")]
    pub traffic_direction: Name,
    /// What looks at a connection before a chain is chosen.
    #[serde(alias = "listenerFilters")]
    pub listener_filters: Vec<ListenerFilter>,
    /// What a connection may go through.
    #[serde(alias = "filterChains")]
    pub filter_chains: Vec<FilterChain>,
    /// For connections that match none.
    #[serde(alias = "defaultFilterChain")]
    pub default_filter_chain: Option<Box<FilterChain>>,
    /// Chooses a chain in another way than by what the chains match.
    #[serde(alias = "filterChainMatcher")]
    pub filter_chain_matcher: Option<IgnoredAny>,
    /// Takes connections of this Envoy only, as a waypoint's do.
    #[serde(alias = "internalListener")]
    pub internal_listener: Option<IgnoredAny>,
    /// For QUIC and other datagrams.
    #[serde(alias = "udpListenerConfig")]
    pub udp_listener_config: Option<IgnoredAny>,
}

/// An entry of `additional_addresses`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AdditionalAddress {
    /// The address.
    pub address: Option<Address>,
}

/// `envoy.config.core.v3.Address`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Address {
    /// An IP address and port.
    #[serde(alias = "socketAddress")]
    pub socket_address: Option<SocketAddress>,
    /// A path.
    pub pipe: Option<IgnoredAny>,
    /// An internal listener, as for the tunnels of ambient mode.
    #[serde(alias = "envoyInternalAddress")]
    pub envoy_internal_address: Option<IgnoredAny>,
}

/// `envoy.config.core.v3.SocketAddress`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct SocketAddress {
    /// An IP address, or a name for clusters that ask DNS.
    pub address: String,
    /// The port.
    #[serde(alias = "portValue")]
    pub port_value: u16,
    /// `UDP`, or absent for TCP.
    pub protocol: Name,
    /// `::` takes IPv4 too.
    #[serde(alias = "ipv4Compat")]
    pub ipv4_compat: bool,
}

impl Address {
    /// The IP address and the port of a TCP socket.
    #[must_use]
    pub fn tcp(&self) -> Option<(IpAddr, u16)> {
        let socket = self.socket_address.as_ref()?;
        let ip = socket.address.parse().ok()?;
        (socket.protocol.0 != "UDP").then_some((ip, socket.port_value))
    }

    /// As text, for people.
    #[must_use]
    pub fn text(&self) -> String {
        match (&self.socket_address, &self.envoy_internal_address) {
            (Some(SocketAddress { address, .. }), _) if address.contains(':') => {
                let port = self.socket_address.as_ref().map_or(0, |s| s.port_value);
                format!("[{address}]:{port}")
            }
            (Some(socket), _) => format!("{}:{}", socket.address, socket.port_value),
            (None, Some(_)) => "a listener inside Envoy".to_owned(),
            (None, None) => "a path".to_owned(),
        }
    }
}

/// An entry of `listener_filters`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListenerFilter {
    /// Such as `envoy.filters.listener.http_inspector`.
    pub name: String,
    /// Connections that it leaves alone.
    #[serde(alias = "filterDisabled")]
    pub filter_disabled: Option<ChainPredicate>,
    /// Its type, which counts more than its name.
    #[serde(alias = "typedConfig")]
    pub typed_config: Option<TypeUrl>,
    /// Delivered apart, as a WasmPlugin is.
    #[serde(alias = "configDiscovery")]
    pub config_discovery: Option<IgnoredAny>,
}

/// Only the type of a message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypeUrl {
    /// `type.googleapis.com/...`
    #[serde(rename = "@type")]
    pub type_url: String,
}

/// `ListenerFilterChainMatchPredicate`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChainPredicate {
    /// Any of these.
    #[serde(alias = "orMatch")]
    pub or_match: Option<PredicateSet>,
    /// All of these.
    #[serde(alias = "andMatch")]
    pub and_match: Option<PredicateSet>,
    /// Not this.
    #[serde(alias = "notMatch")]
    pub not_match: Option<Box<ChainPredicate>>,
    /// Always.
    #[serde(alias = "anyMatch")]
    pub any_match: bool,
    /// Ports from `start` to before `end`.
    #[serde(alias = "destinationPortRange")]
    pub destination_port_range: Option<PortRange>,
}

/// `ListenerFilterChainMatchPredicate.MatchSet`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PredicateSet {
    /// The predicates.
    pub rules: Vec<ChainPredicate>,
}

/// `Int32Range`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PortRange {
    /// The first.
    pub start: i64,
    /// The one after the last.
    pub end: i64,
}

/// What a connection goes through.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FilterChain {
    /// Such as `virtualOutbound-catchall-tcp`.
    pub name: String,
    /// Which connections.
    #[serde(alias = "filterChainMatch")]
    pub filter_chain_match: Option<Box<ChainMatch>>,
    /// In their order; the last one is HTTP or TCP.
    pub filters: Vec<NetworkFilter>,
    /// TLS, where the chain takes it.
    #[serde(alias = "transportSocket")]
    pub transport_socket: Option<TransportName>,
}

/// The name of a transport socket.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TransportName {
    /// Such as `envoy.transport_sockets.tls`.
    pub name: String,
}

/// `FilterChainMatch`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChainMatch {
    /// The port of the original destination.
    #[serde(alias = "destinationPort")]
    pub destination_port: Option<u16>,
    /// The networks of the original destination.
    #[serde(alias = "prefixRanges")]
    pub prefix_ranges: Vec<Cidr>,
    /// What the TLS inspector found as SNI.
    #[serde(alias = "serverNames")]
    pub server_names: Vec<String>,
    /// `tls` or `raw_buffer`.
    #[serde(alias = "transportProtocol")]
    pub transport_protocol: String,
    /// What the inspectors found as ALPN.
    #[serde(alias = "applicationProtocols")]
    pub application_protocols: Vec<String>,
    /// What else it asks for: the source, which nobody knows beforehand.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `CidrRange`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Cidr {
    /// The network's address.
    #[serde(alias = "addressPrefix")]
    pub address_prefix: String,
    /// Its bits; absent means 0.
    #[serde(alias = "prefixLen")]
    pub prefix_len: u8,
}

/// An entry of `filters`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NetworkFilter {
    /// Anything; Istio uses the well-known ones.
    pub name: String,
    /// Its configuration.
    #[serde(alias = "typedConfig")]
    pub typed_config: Option<Box<NetworkConfig>>,
    /// Delivered apart, and not part of the dump's listener.
    #[serde(alias = "configDiscovery")]
    pub config_discovery: Option<IgnoredAny>,
}

/// `HttpConnectionManager` and `TcpProxy` in one; the type says which.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NetworkConfig {
    /// The type.
    #[serde(rename = "@type")]
    pub type_url: String,
    /// HTTP: the routes by name.
    pub rds: Option<Rds>,
    /// HTTP: the routes themselves.
    #[serde(alias = "routeConfig")]
    pub route_config: Option<Box<RouteConfig>>,
    /// HTTP: routes by a key of the request.
    #[serde(alias = "scopedRoutes")]
    pub scoped_routes: Option<IgnoredAny>,
    /// HTTP: in their order, the router last.
    #[serde(alias = "httpFilters")]
    pub http_filters: Vec<HttpFilter>,
    /// HTTP: `base` of path normalisation.
    #[serde(alias = "normalizePath")]
    pub normalize_path: bool,
    /// HTTP: and runs of slashes.
    #[serde(alias = "mergeSlashes")]
    pub merge_slashes: bool,
    /// HTTP: what is done with `%2F` and `%5C`.
    #[serde(alias = "pathWithEscapedSlashesAction")]
    pub path_with_escaped_slashes_action: Name,
    /// HTTP: the Host loses its port.
    #[serde(alias = "stripAnyHostPort")]
    pub strip_any_host_port: bool,
    /// HTTP: the Host loses the listener's port.
    #[serde(alias = "stripMatchingHostPort")]
    pub strip_matching_host_port: bool,
    /// HTTP: the Host loses its last dot.
    #[serde(alias = "stripTrailingHostDot")]
    pub strip_trailing_host_dot: bool,
    /// HTTP: `X-Forwarded-*` are the peer's.
    #[serde(alias = "useRemoteAddress")]
    pub use_remote_address: bool,
    /// HTTP: `HTTP1` or `HTTP2` where it speaks one alone.
    #[serde(alias = "codecType")]
    pub codec_type: Name,
    /// HTTP: what it takes of both versions.
    #[serde(alias = "commonHttpProtocolOptions")]
    pub common_http_protocol_options: CommonHttp,
    /// HTTP: what it takes of HTTP/1.1.
    #[serde(alias = "httpProtocolOptions")]
    pub http_protocol_options: Http1,
    /// HTTP: 60 KiB where absent.
    #[serde(alias = "maxRequestHeadersKb")]
    pub max_request_headers_kb: Option<u32>,
    /// HTTP: what changes headers before anything else.
    #[serde(alias = "earlyHeaderMutationExtensions")]
    pub early_header_mutation_extensions: Vec<Extension>,
    /// HTTP: what finds the client's address, and may refuse a request for it.
    #[serde(alias = "originalIpDetectionExtensions")]
    pub original_ip_detection_extensions: Vec<Extension>,
    /// HTTP: what checks headers and paths instead of the settings here.
    #[serde(alias = "typedHeaderValidationConfig")]
    pub typed_header_validation_config: Option<IgnoredAny>,
    /// HTTP: a path normalisation by steps.
    #[serde(alias = "pathNormalizationOptions")]
    pub path_normalization_options: Option<IgnoredAny>,
    /// HTTP: what `:scheme` is.
    #[serde(alias = "schemeHeaderTransformation")]
    pub scheme_header_transformation: Option<SchemeTransformation>,
    /// HTTP: believes as many proxies.
    #[serde(alias = "xffNumTrustedHops")]
    pub xff_num_trusted_hops: u32,
    /// HTTP: adds this to the header `via`.
    pub via: String,
    /// HTTP: writes the header `x-forwarded-port`.
    #[serde(alias = "appendXForwardedPort")]
    pub append_x_forwarded_port: bool,
    /// HTTP: changes answers of its own.
    #[serde(alias = "localReplyConfig")]
    pub local_reply_config: LocalReply,
    /// HTTP: may change the status of answers of its own.
    #[serde(alias = "proxyStatusConfig")]
    pub proxy_status_config: ProxyStatus,
    /// HTTP: writes its name into requests without a user agent.
    #[serde(alias = "addUserAgent")]
    pub add_user_agent: bool,
    /// HTTP: the longest pause of a request; absent means 5 minutes.
    #[serde(alias = "streamIdleTimeout")]
    pub stream_idle_timeout: Option<Span>,
    /// TCP: where to.
    pub cluster: String,
    /// TCP: where to, by shares.
    #[serde(alias = "weightedClusters")]
    pub weighted_clusters: Option<WeightedClusters>,
}

/// `HttpProtocolOptions`, of connection managers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CommonHttp {
    /// `REJECT_REQUEST` or `DROP_HEADER`; absent means that they are well.
    #[serde(alias = "headersWithUnderscoresAction")]
    pub headers_with_underscores_action: Name,
    /// For routes that don't say.
    #[serde(alias = "maxStreamDuration")]
    pub max_stream_duration: Option<Span>,
    /// 100 where absent.
    #[serde(alias = "maxHeadersCount")]
    pub max_headers_count: Option<u32>,
}

/// `Http1ProtocolOptions`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Http1 {
    /// Methods that nobody has heard of.
    #[serde(alias = "allowCustomMethods")]
    pub allow_custom_methods: bool,
}

/// `TypedExtensionConfig`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Extension {
    /// Anything.
    pub name: String,
    /// What it is.
    #[serde(alias = "typedConfig")]
    pub typed_config: TypeUrl,
}

/// `SchemeHeaderTransformation`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SchemeTransformation {
    /// Always this.
    #[serde(alias = "schemeToOverwrite")]
    pub scheme_to_overwrite: String,
}

/// `LocalReplyConfig`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LocalReply {
    /// Each may have another status.
    pub mappers: Vec<IgnoredAny>,
}

/// `ProxyStatusConfig`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProxyStatus {
    /// The status is that of RFC 9209.
    #[serde(alias = "setRecommendedResponseCode")]
    pub set_recommended_response_code: bool,
}

/// `Rds`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rds {
    /// Istio's are the port, or `host:port`.
    #[serde(alias = "routeConfigName")]
    pub route_config_name: String,
}
