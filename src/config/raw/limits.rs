//! `limits:` of the server, a service and a route.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shape::Shape;
use super::super::value::{BodySize, Count, CountOrOff, HeaderCount, HeaderSize, Leaf, TargetSize};

/// What is taken from clients.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Limits {
    /// Client connections at once; one more is answered 503 and closed. Default: `10000`.
    pub(in super::super) connections: Option<Leaf<Count>>,
    /// Requests at once; one more is answered 503 with `Retry-After`; or `off`. Default:
    /// `5000`.
    pub(in super::super) in_flight: Option<Leaf<CountOrOff>>,
    /// Fields in a request's header, at most 256; with more it is answered 431. Default:
    /// `100`.
    pub(in super::super) headers: Option<Leaf<HeaderCount>>,
    /// A request's whole header, its first line included, from `1KiB` to `1MiB`; a larger
    /// one is answered 431. Default: `64KiB`.
    pub(in super::super) header_bytes: Option<Leaf<HeaderSize>>,
    /// A request's target, smaller than `header_bytes`; a larger one is answered 414.
    /// Default: `8KiB`.
    pub(in super::super) target_bytes: Option<Leaf<TargetSize>>,
    /// A request's body; a larger one is answered 413; or `off`. Default: `16MiB`.
    pub(in super::super) request_body: Option<Leaf<BodySize>>,
}

impl Shape for Limits {
    const FIX: &'static str = "write a mapping such as { request_body: 16MiB }";
}

/// What a service is sent at once.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ServiceLimits {
    /// Requests to the service at once; one more is answered 503 with `Retry-After`; or
    /// `off`. Default: `1024`.
    pub(in super::super) in_flight: Option<Leaf<CountOrOff>>,
}

impl Shape for ServiceLimits {
    const FIX: &'static str = "write a mapping such as { in_flight: 1024 }";
}

/// Limits that differ from those of the server.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RouteLimits {
    /// A request's body; a larger one is answered 413; or `off`. Default: the server's.
    pub(in super::super) request_body: Option<Leaf<BodySize>>,
}

impl Shape for RouteLimits {
    const FIX: &'static str = "write a mapping such as { request_body: 1MiB }";
}
