//! `routes:`, apart from what they match.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shape::{Pairs, Section, Sections, Shape};
use super::super::value::{
    BareHost, FieldName, FieldValue, Leaf, Name, Path, Port, RedirectStatus, RewriteHost, Scheme,
    ServiceName,
};
use super::{Match, RouteLimits, RouteTimeouts, no_two_of, one_of};

/// Which requests go where: to exactly one of `service` and `redirect`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "oneOf" = one_of(&["service", "redirect"]),
    "dependencies" = not_beside_redirect(),
))]
pub(in super::super) struct Route {
    /// Unique; logs and metrics say it.
    #[schemars(required)]
    pub(in super::super) name: Option<Leaf<Name>>,
    /// Which requests it takes; all when left out. Of a list any may hold.
    pub(in super::super) r#match: Option<Sections<Match>>,
    /// What becomes of the path and the Host; they stay when left out.
    pub(in super::super) rewrite: Option<Section<Rewrite>>,
    /// What becomes of the request's headers, before the gateway adds its own.
    pub(in super::super) request_headers: Option<Section<HeaderRules>>,
    /// What becomes of the response's headers.
    pub(in super::super) response_headers: Option<Section<HeaderRules>>,
    /// Deadlines that differ from those of the service.
    pub(in super::super) timeouts: Option<Section<RouteTimeouts>>,
    /// Limits that differ from those of the server.
    pub(in super::super) limits: Option<Section<RouteLimits>>,
    /// A key of `services`; or there is a `redirect`.
    pub(in super::super) service: Option<Leaf<ServiceName>>,
    /// Where the client is sent instead of a service.
    pub(in super::super) redirect: Option<Section<Redirect>>,
}

impl Shape for Route {
    const FIX: &'static str = "write a mapping such as { name: auth, match: { path: { prefix: /auth/ } }, service: auth-service }";
}

/// The keys of a route that say what a service gets.
pub(in super::super) const FOR_SERVICES: [&str; 4] =
    ["rewrite", "request_headers", "timeouts", "limits"];

fn not_beside_redirect() -> serde_json::Value {
    let forms = one_of(&FOR_SERVICES);
    serde_json::json!({ "redirect": { "not": { "anyOf": forms } } })
}

/// What becomes of the path and the Host: at most one of the keys for the path.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "minProperties" = 1,
    "allOf" = no_two_of(&["strip_prefix", "replace_prefix", "replace_path"]),
))]
pub(in super::super) struct Rewrite {
    /// Takes these segments off the front of the path; every match must begin with them.
    pub(in super::super) strip_prefix: Option<Leaf<Path>>,
    /// Puts this in place of the matched prefix.
    pub(in super::super) replace_prefix: Option<Leaf<Path>>,
    /// Sends this path, whatever came.
    pub(in super::super) replace_path: Option<Leaf<Path>>,
    /// The Host that is sent. Default: the service's.
    pub(in super::super) host: Option<Leaf<RewriteHost>>,
}

impl Shape for Rewrite {
    const FIX: &'static str = "write one of { strip_prefix: /x }, { replace_prefix: /x }, { replace_path: /x } and { host: x }";
}

/// What becomes of headers: first some go, then some are set, then some added.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct HeaderRules {
    /// Headers that get this one value.
    pub(in super::super) set: Option<Pairs<FieldName, FieldValue>>,
    /// Headers that get this value beside those they have.
    pub(in super::super) add: Option<Pairs<FieldName, FieldValue>>,
    /// Headers that go. Default: none.
    pub(in super::super) remove: Option<Vec<Option<Leaf<FieldName>>>>,
}

impl Shape for HeaderRules {
    const FIX: &'static str =
        "write a mapping such as { set: { X-Team: blog }, remove: [X-Debug] }";
}

/// Where the client is sent. What isn't said stays as it is in the request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "anyOf" = one_of(&["scheme", "host", "port", "path", "replace_prefix"]),
    "allOf" = no_two_of(&["path", "replace_prefix"]),
))]
pub(in super::super) struct Redirect {
    /// 301, 302, 303, 307 or 308. Default: `302`.
    pub(in super::super) status: Option<Leaf<RedirectStatus>>,
    /// `http` or `https`. Default: the request's.
    pub(in super::super) scheme: Option<Leaf<Scheme>>,
    /// Without a port. Default: the request's.
    pub(in super::super) host: Option<Leaf<BareHost>>,
    /// From 1 to 65535. Default: the request's, or with a `scheme` that scheme's.
    pub(in super::super) port: Option<Leaf<Port>>,
    /// This path. Default: the request's.
    pub(in super::super) path: Option<Leaf<Path>>,
    /// Or this in place of the matched prefix.
    pub(in super::super) replace_prefix: Option<Leaf<Path>>,
}

impl Shape for Redirect {
    const FIX: &'static str = "write a mapping such as { status: 301, path: /x }";
}
