//! `tests:`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shape::{Pairs, Section, Shape};
use super::super::value::{
    AnyAuthority, FieldName, FieldValue, Leaf, Location, RequestLine, RouteName, ServiceName,
    Status, Target,
};

/// A request, and what must happen to it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Test {
    /// A method and a path, such as `GET /users/7?q=1`.
    #[schemars(required)]
    pub(in super::super) request: Option<Leaf<RequestLine>>,
    /// The Host header. Default: one that no route names.
    pub(in super::super) host: Option<Leaf<AnyAuthority>>,
    /// A further header.
    pub(in super::super) headers: Option<Pairs<FieldName, FieldValue>>,
    /// What must happen.
    #[schemars(required)]
    pub(in super::super) expect: Option<Section<Expectation>>,
}

impl Shape for Test {
    const FIX: &'static str =
        "write a mapping such as { request: GET /users/7, expect: { route: users } }";
}

/// What must happen: at least one of the keys.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub(in super::super) struct Expectation {
    /// The name of the route that takes it.
    pub(in super::super) route: Option<Leaf<RouteName>>,
    /// The name of the service that gets it.
    pub(in super::super) service: Option<Leaf<ServiceName>>,
    /// The Host header that the service gets.
    pub(in super::super) host: Option<Leaf<AnyAuthority>>,
    /// The path that the service gets, and the query where there is one.
    pub(in super::super) path: Option<Leaf<Target>>,
    /// The status that the gateway itself answers.
    pub(in super::super) status: Option<Leaf<Status>>,
    /// The Location of the redirect.
    pub(in super::super) location: Option<Leaf<Location>>,
}

impl Shape for Expectation {
    const FIX: &'static str = "write what must happen, such as { route: users, path: /7 }";
}
