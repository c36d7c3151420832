//! What HTTP filters are told: by the connection manager, and by routes, virtual hosts and
//! what is around them (`typed_per_filter_config`).
//!
//! Each filter has messages of its own, so most of it is passed over. What a question may
//! come to is kept as text, and read by its type when it does.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, IgnoredAny};
use serde_json::value::RawValue;

use super::matcher::{HeaderMatcher, Percent, Rest, RuntimeFraction, StringMatcher};
use super::scalar::Span;

/// The configurations of filters, by the filters' names.
pub type PerFilter = BTreeMap<String, FilterConfig>;

/// An entry of `http_filters`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HttpFilter {
    /// Such as `envoy.filters.http.router`.
    pub name: String,
    /// Off unless a route switches it on.
    pub disabled: bool,
    /// Its type, which counts more than its name, and its configuration.
    #[serde(alias = "typedConfig")]
    pub typed_config: Option<FilterConfig>,
    /// Its configuration as the first generations had it.
    pub config: Option<IgnoredAny>,
    /// Delivered apart, as a WasmPlugin is.
    #[serde(alias = "configDiscovery")]
    pub config_discovery: Option<IgnoredAny>,
}

/// A message of a type that it says, as `google.protobuf.Any` has it.
#[derive(Debug, Default)]
pub struct FilterConfig {
    /// The type.
    pub type_url: String,
    /// The message, where its type is one that is read.
    message: Option<Message>,
}

/// The types whose messages are read.
const READ: [&str; 4] = [".HTTPFault", ".CorsPolicy", ".FilterConfig", ".Router"];

impl FilterConfig {
    /// The message; `None` when it isn't what its type says, or is of no type that is read.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        self.message.as_ref()?.read()
    }

    /// Whether the type is of this name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let own = self.type_url.rsplit(['.', '/']).next();
        own == Some(name)
    }
}

impl<'de> Deserialize<'de> for FilterConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Typed {
            #[serde(rename = "@type")]
            type_url: String,
        }
        let message = Message::deserialize(deserializer)?;
        let Typed { type_url } = serde_json::from_str(message.0.get()).map_err(D::Error::custom)?;
        let read = READ.iter().any(|name| type_url.ends_with(name));
        Ok(Self {
            type_url,
            message: read.then_some(message),
        })
    }
}

/// A message that is read later.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Message(Box<RawValue>);

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not its text, which may be long.
        f.write_str("Message")
    }
}

impl Message {
    /// The message; `None` when it isn't one of this type.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.0.get()).ok()
    }
}

/// `envoy.config.route.v3.FilterConfig`: another configuration with what is around it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wrapped {
    /// The other one.
    pub config: Option<FilterConfig>,
    /// Switches the filter off.
    pub disabled: bool,
}

/// What is read of the router's own configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Router {
    /// Filters between the router and the cluster.
    #[serde(alias = "upstreamHttpFilters")]
    pub upstream_http_filters: Vec<HttpFilter>,
    /// Headers of its own that it refuses a request for when they are wrong.
    #[serde(alias = "strictCheckHeaders")]
    pub strict_check_headers: Vec<String>,
}

/// `HTTPFault`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fault {
    /// The type.
    #[serde(rename = "@type")]
    pub type_url: IgnoredAny,
    /// Answers some requests with an error.
    pub abort: Option<Abort>,
    /// Makes some requests wait.
    pub delay: Option<Delay>,
    /// Only requests to this cluster.
    #[serde(alias = "upstreamCluster")]
    pub upstream_cluster: String,
    /// Only requests with all of these.
    pub headers: Vec<HeaderMatcher>,
    /// Only requests that say they come from one of these.
    #[serde(alias = "downstreamNodes")]
    pub downstream_nodes: Vec<String>,
    /// As many at a time.
    #[serde(alias = "maxActiveFaults")]
    pub max_active_faults: Option<u32>,
    /// Where the runtime may have another share of aborts.
    #[serde(alias = "abortPercentRuntime")]
    pub abort_percent_runtime: String,
    /// Where the runtime may have another status.
    #[serde(alias = "abortHttpStatusRuntime")]
    pub abort_http_status_runtime: String,
    /// Where the runtime may have another status of gRPC.
    #[serde(alias = "abortGrpcStatusRuntime")]
    pub abort_grpc_status_runtime: String,
    /// Where the runtime may have another number at a time.
    #[serde(alias = "maxActiveFaultsRuntime")]
    pub max_active_faults_runtime: String,
    /// Slows answers.
    #[serde(alias = "responseRateLimit")]
    pub response_rate_limit: IgnoredAny,
    /// Where the runtime may have another share of delays.
    #[serde(alias = "delayPercentRuntime")]
    pub delay_percent_runtime: IgnoredAny,
    /// Where the runtime may have another delay.
    #[serde(alias = "delayDurationRuntime")]
    pub delay_duration_runtime: IgnoredAny,
    /// Where the runtime may have another share of slow answers.
    #[serde(alias = "responseRateLimitPercentRuntime")]
    pub response_rate_limit_percent_runtime: IgnoredAny,
    /// What is counted.
    #[serde(alias = "disableDownstreamClusterStats")]
    pub disable_downstream_cluster_stats: IgnoredAny,
    /// For the access log.
    #[serde(alias = "filterMetadata")]
    pub filter_metadata: IgnoredAny,
    /// Fields that the model doesn't know.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `FaultAbort`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Abort {
    /// The status.
    #[serde(alias = "httpStatus")]
    pub http_status: u16,
    /// The status of gRPC, which takes 200 with it.
    #[serde(alias = "grpcStatus")]
    pub grpc_status: Option<u32>,
    /// The share of the requests; absent means none.
    pub percentage: Option<Percent>,
    /// What a header of the request asks for.
    #[serde(alias = "headerAbort")]
    pub header_abort: Option<IgnoredAny>,
    /// Fields that the model doesn't know.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `FaultDelay`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Delay {
    /// How long.
    #[serde(alias = "fixedDelay")]
    pub fixed_delay: Option<Span>,
    /// The share of the requests; absent means none.
    pub percentage: Option<Percent>,
}

/// `CorsPolicy`, in a filter's configuration and in the older field of routes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CorsPolicy {
    /// The type.
    #[serde(rename = "@type")]
    pub type_url: IgnoredAny,
    /// Whose preflights are answered.
    #[serde(alias = "allowOriginStringMatch")]
    pub allow_origin_string_match: Vec<StringMatcher>,
    /// For a share of the requests; absent means all.
    #[serde(alias = "filterEnabled")]
    pub filter_enabled: Option<RuntimeFraction>,
    /// Preflights of others go to the service; absent means that they do.
    #[serde(alias = "forwardNotMatchingPreflights")]
    pub forward_not_matching_preflights: Option<bool>,
    /// Counts only.
    #[serde(alias = "shadowEnabled")]
    pub shadow_enabled: IgnoredAny,
    /// What the answer says of methods.
    #[serde(alias = "allowMethods")]
    pub allow_methods: IgnoredAny,
    /// What the answer says of headers.
    #[serde(alias = "allowHeaders")]
    pub allow_headers: IgnoredAny,
    /// What the answer says of its own headers.
    #[serde(alias = "exposeHeaders")]
    pub expose_headers: IgnoredAny,
    /// For how long.
    #[serde(alias = "maxAge")]
    pub max_age: IgnoredAny,
    /// Whether with cookies.
    #[serde(alias = "allowCredentials")]
    pub allow_credentials: IgnoredAny,
    /// Whether from outside to inside.
    #[serde(alias = "allowPrivateNetworkAccess")]
    pub allow_private_network_access: IgnoredAny,
    /// Fields that the model doesn't know.
    #[serde(flatten)]
    pub rest: Rest,
}
