//! `timeouts:` of the server, a service and a route.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shape::Shape;
use super::super::value::{Leaf, Timeout};

/// The deadlines of clients. Each may be `off`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ClientTimeouts {
    /// From the first byte of a request to the end of its header; or `off`. Default: `2s`.
    pub(in super::super) request_header: Option<Leaf<Timeout>>,
    /// The longest pause of a client in a request body; or `off`. Default: `30s`.
    pub(in super::super) request_body_idle: Option<Leaf<Timeout>>,
    /// How long a client's connection may stay without a request; or `off`. Default: `60s`.
    pub(in super::super) idle: Option<Leaf<Timeout>>,
    /// The longest time a client may take nothing of its response; or `off`. Default:
    /// `30s`.
    pub(in super::super) write_idle: Option<Leaf<Timeout>>,
}

impl Shape for ClientTimeouts {
    const FIX: &'static str = "write a mapping such as { request_header: 2s }";
}

/// The deadlines of a service. Each may be `off`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ServiceTimeouts {
    /// To connect; or `off`. Default: `1s`.
    pub(in super::super) connect: Option<Leaf<Timeout>>,
    /// From the end of the request to the end of the response header; also how long the
    /// service may take nothing of an upload; or `off`. Default: `2s`.
    pub(in super::super) response_header: Option<Leaf<Timeout>>,
    /// The longest pause of the service in a response body. Default: `off`.
    pub(in super::super) body_idle: Option<Leaf<Timeout>>,
    /// How long an unused connection to the service is kept; or `off`. Default: `30s`.
    pub(in super::super) idle: Option<Leaf<Timeout>>,
    /// The whole exchange, from the request's header to the end of the response. Default:
    /// `off`.
    pub(in super::super) request: Option<Leaf<Timeout>>,
}

impl Shape for ServiceTimeouts {
    const FIX: &'static str = "write a mapping such as { connect: 1s }";
}

/// Deadlines that differ from those of the service. Each may be `off`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RouteTimeouts {
    /// From the end of the request to the end of the response header; also how long the
    /// service may take nothing of an upload; or `off`. Default: the service's.
    pub(in super::super) response_header: Option<Leaf<Timeout>>,
    /// The longest pause of the service in a response body; or `off`. Default: the
    /// service's.
    pub(in super::super) body_idle: Option<Leaf<Timeout>>,
    /// The whole exchange, from the request's header to the end of the response; or `off`.
    /// Default: the service's.
    pub(in super::super) request: Option<Leaf<Timeout>>,
}

impl Shape for RouteTimeouts {
    const FIX: &'static str = "write a mapping such as { response_header: 5s }";
}
