//! Route configurations (`envoy.config.route.v3`), as far as the choice depends on them.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::filter::{Message, PerFilter};
use super::matcher::{Regex, RouteMatch};
use super::scalar::{Name, Span};

/// `RouteConfiguration`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RouteConfig {
    /// Istio's are the port, or `host:port`.
    pub name: String,
    /// One of them takes a request, by its Host.
    #[serde(alias = "virtualHosts")]
    pub virtual_hosts: Vec<VirtualHost>,
    /// Virtual hosts that are fetched when they are needed.
    pub vhds: Option<IgnoredAny>,
    /// A header that is read instead of Host.
    #[serde(alias = "vhostHeader")]
    pub vhost_header: String,
    /// The Host's port doesn't count.
    #[serde(alias = "ignorePortInHostMatching")]
    pub ignore_port_in_host_matching: bool,
    /// What follows a `;` in the path doesn't count.
    #[serde(alias = "ignorePathParametersInPathMatching")]
    pub ignore_path_parameters_in_path_matching: bool,
    /// Headers that are taken from requests that come from outside.
    #[serde(alias = "internalOnlyHeaders")]
    pub internal_only_headers: Vec<String>,
    /// By the name of the HTTP filter.
    #[serde(alias = "typedPerFilterConfig")]
    pub typed_per_filter_config: PerFilter,
}

/// `VirtualHost`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VirtualHost {
    /// Istio's are `fqdn:port`, `allow_any` and `block_all`.
    pub name: String,
    /// Names, `*.suffix`, `prefix.*` or `*`.
    pub domains: Vec<String>,
    /// The first that matches takes the request.
    pub routes: Vec<Route>,
    /// Chooses a route in another way.
    pub matcher: Option<IgnoredAny>,
    /// `ALL` or `EXTERNAL_ONLY`: plaintext is redirected.
    #[serde(alias = "requireTls")]
    pub require_tls: Name,
    /// For routes without their own.
    #[serde(alias = "retryPolicy")]
    pub retry_policy: Option<Box<RetryPolicy>>,
    /// Whose preflights are answered: the older form.
    pub cors: Option<Message>,
    /// By the name of the HTTP filter.
    #[serde(alias = "typedPerFilterConfig")]
    pub typed_per_filter_config: PerFilter,
}

/// `Route`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Route {
    /// Istio's are the names in a VirtualService, or `default`.
    pub name: String,
    /// Which requests.
    pub r#match: RouteMatch,
    /// Sends them to a cluster.
    pub route: Option<Box<RouteAction>>,
    /// Sends the client elsewhere.
    pub redirect: Option<Box<Redirect>>,
    /// Answers them.
    #[serde(alias = "directResponse")]
    pub direct_response: Option<Box<DirectResponse>>,
    /// By the name of the HTTP filter.
    #[serde(alias = "typedPerFilterConfig")]
    pub typed_per_filter_config: PerFilter,
}

/// `RouteAction`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RouteAction {
    /// The cluster.
    pub cluster: Option<String>,
    /// The clusters, by shares.
    #[serde(alias = "weightedClusters")]
    pub weighted_clusters: Option<WeightedClusters>,
    /// The header that names the cluster.
    #[serde(alias = "clusterHeader")]
    pub cluster_header: Option<String>,
    /// What is answered when there is no such cluster: 503 where absent, or 404 or 500.
    #[serde(alias = "clusterNotFoundResponseCode")]
    pub cluster_not_found_response_code: Name,
    /// Replaces what matched.
    #[serde(alias = "prefixRewrite")]
    pub prefix_rewrite: String,
    /// Replaces by an expression.
    #[serde(alias = "regexRewrite")]
    pub regex_rewrite: Option<RegexRewrite>,
    /// Replaces by a template.
    #[serde(alias = "pathRewritePolicy")]
    pub path_rewrite_policy: Option<IgnoredAny>,
    /// The Host that is sent.
    #[serde(alias = "hostRewriteLiteral")]
    pub host_rewrite_literal: Option<String>,
    /// The Host is the endpoint's name.
    #[serde(alias = "autoHostRewrite")]
    pub auto_host_rewrite: bool,
    /// The Host is in this header.
    #[serde(alias = "hostRewriteHeader")]
    pub host_rewrite_header: Option<String>,
    /// From the path.
    #[serde(alias = "hostRewritePathRegex")]
    pub host_rewrite_path_regex: Option<IgnoredAny>,
    /// Absent means 15 s; 0 means none.
    pub timeout: Option<Span>,
    /// Absent means the virtual host's.
    #[serde(alias = "retryPolicy")]
    pub retry_policy: Option<Box<RetryPolicy>>,
    /// Deadlines of the whole stream.
    #[serde(alias = "maxStreamDuration")]
    pub max_stream_duration: Option<MaxStreamDuration>,
    /// The longest pause of a request.
    #[serde(alias = "idleTimeout")]
    pub idle_timeout: Option<Span>,
    /// Whose preflights are answered: the older form.
    pub cors: Option<Message>,
}

/// `WeightedCluster`, of routes and of TCP.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WeightedClusters {
    /// The clusters.
    pub clusters: Vec<WeightedCluster>,
    /// A header whose value chooses.
    #[serde(alias = "headerName")]
    pub header_name: String,
    /// Where the runtime may override the shares.
    #[serde(alias = "runtimeKeyPrefix")]
    pub runtime_key_prefix: String,
}

/// An entry of `weighted_clusters`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WeightedCluster {
    /// The cluster.
    pub name: String,
    /// A header that names it.
    #[serde(alias = "clusterHeader")]
    pub cluster_header: String,
    /// Its share of the sum.
    pub weight: u32,
    /// By the name of the HTTP filter.
    #[serde(alias = "typedPerFilterConfig")]
    pub typed_per_filter_config: PerFilter,
}

/// `RegexMatchAndSubstitute`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RegexRewrite {
    /// What is replaced.
    pub pattern: Regex,
    /// By what.
    pub substitution: String,
}

/// `RetryPolicy`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RetryPolicy {
    /// Words, with commas between; none means no retries.
    #[serde(alias = "retryOn")]
    pub retry_on: String,
    /// Absent means 1.
    #[serde(alias = "numRetries")]
    pub num_retries: Option<u32>,
    /// Absent means the route's timeout.
    #[serde(alias = "perTryTimeout")]
    pub per_try_timeout: Option<Span>,
    /// What `retriable-status-codes` means.
    #[serde(alias = "retriableStatusCodes")]
    pub retriable_status_codes: Vec<u16>,
    /// Pauses between attempts.
    #[serde(alias = "retryBackOff")]
    pub retry_back_off: Option<BackOff>,
}

/// `RetryPolicy.RetryBackOff`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BackOff {
    /// Absent means 25 ms.
    #[serde(alias = "baseInterval")]
    pub base_interval: Option<Span>,
    /// Absent means ten times the base.
    #[serde(alias = "maxInterval")]
    pub max_interval: Option<Span>,
}

/// `RouteAction.MaxStreamDuration`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MaxStreamDuration {
    /// For every request.
    #[serde(alias = "maxStreamDuration")]
    pub max_stream_duration: Option<Span>,
}

/// `RedirectAction`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Redirect {
    /// Absent means 301.
    #[serde(alias = "responseCode")]
    pub response_code: Name,
    /// To https.
    #[serde(alias = "httpsRedirect")]
    pub https_redirect: bool,
    /// To this scheme.
    #[serde(alias = "schemeRedirect")]
    pub scheme_redirect: String,
    /// To this host.
    #[serde(alias = "hostRedirect")]
    pub host_redirect: String,
    /// To this port.
    #[serde(alias = "portRedirect")]
    pub port_redirect: u32,
    /// To this path.
    #[serde(alias = "pathRedirect")]
    pub path_redirect: String,
    /// To the path with this in place of what matched.
    #[serde(alias = "prefixRewrite")]
    pub prefix_rewrite: String,
}

/// `DirectResponseAction`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DirectResponse {
    /// The status.
    pub status: u16,
}
