//! `routes[].match:`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shape::{Section, Shape};
use super::super::value::{
    Expression, FieldName, FieldValue, HostPattern, Leaf, MethodName, ParameterName,
    ParameterValue, Path, PathExpression,
};
use super::one_of;

/// Which requests a route takes: those for which all of this holds.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Match {
    /// Which paths; all when left out.
    pub(in super::super) path: Option<Section<PathMatch>>,
    /// Any of these hosts, without ports: `blog.example`, or `*.blog.example` for those
    /// with at least one label more. Default: every host.
    #[schemars(length(min = 1))]
    pub(in super::super) hosts: Option<Vec<Option<Leaf<HostPattern>>>>,
    /// Any of these methods, in upper case. Default: every method.
    #[schemars(length(min = 1))]
    pub(in super::super) methods: Option<Vec<Option<Leaf<MethodName>>>>,
    /// All of these headers.
    pub(in super::super) headers: Option<Vec<Option<Section<HeaderMatch>>>>,
    /// All of these query parameters.
    pub(in super::super) query: Option<Vec<Option<Section<ParameterMatch>>>>,
}

impl Shape for Match {
    const FIX: &'static str = "write a mapping such as { path: { prefix: /auth/ } }";

    const LIST_FIX: &'static str =
        "write a mapping such as { path: { prefix: /auth/ } }, or a list of them";
}

/// Which paths a route takes: exactly one of the keys.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(in super::super) struct PathMatch {
    /// Without a trailing slash whole segments: `/a` takes `/a` and `/a/b`, not `/ab`. With
    /// one all below it, and the path that lacks just the slash is redirected. Default:
    /// `/`.
    pub(in super::super) prefix: Option<Leaf<Path>>,
    /// This path only.
    pub(in super::super) exact: Option<Leaf<Path>>,
    /// Paths that this expression matches as a whole, in the syntax of Rust's `regex`
    /// crate.
    pub(in super::super) regex: Option<Leaf<PathExpression>>,
}

impl Shape for PathMatch {
    const FIX: &'static str = "write { prefix: /x }, { exact: /x } or { regex: '/x/[0-9]+' }";
}

/// A header that must be there: `name`, and either `exact` or `regex`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = one_of(&["exact", "regex"])))]
pub(in super::super) struct HeaderMatch {
    /// The name of a header that must be there, in any case, as all in the list; for Host
    /// there is `hosts`.
    #[schemars(required)]
    pub(in super::super) name: Option<Leaf<FieldName>>,
    /// Its value, byte for byte.
    pub(in super::super) exact: Option<Leaf<FieldValue>>,
    /// Or an expression for the whole value, in which `.` takes any byte.
    pub(in super::super) regex: Option<Leaf<Expression>>,
}

impl Shape for HeaderMatch {
    const FIX: &'static str = "write a mapping such as { name: X-Team, exact: blog }";
}

/// A query parameter that must be there: `name`, and either `exact` or `regex`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = one_of(&["exact", "regex"])))]
pub(in super::super) struct ParameterMatch {
    /// The name of a query parameter that must be there, as all in the list; as it stands
    /// in the URL, escapes included.
    #[schemars(required)]
    pub(in super::super) name: Option<Leaf<ParameterName>>,
    /// Its value, as it stands in the URL, byte for byte.
    pub(in super::super) exact: Option<Leaf<ParameterValue>>,
    /// Or an expression for the whole value, as it stands in the URL.
    pub(in super::super) regex: Option<Leaf<Expression>>,
}

impl Shape for ParameterMatch {
    const FIX: &'static str = "write a mapping such as { name: q, exact: x }";
}
