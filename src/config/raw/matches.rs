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
    /// Any of these hosts, without ports: `blog.example`, or `*.blog.example` for
    /// those with at least one label more. Every host when left out.
    #[schemars(length(min = 1))]
    pub(in super::super) hosts: Option<Vec<Option<Leaf<HostPattern>>>>,
    /// Any of these methods; every method when left out.
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
    /// Without a trailing slash whole segments: `/a` takes `/a` and `/a/b`, not
    /// `/ab`. With one all below it, and the path that lacks just the slash is
    /// redirected.
    pub(in super::super) prefix: Option<Leaf<Path>>,
    /// This path only.
    pub(in super::super) exact: Option<Leaf<Path>>,
    /// Paths that this expression matches as a whole, in the syntax of Rust's
    /// regex crate.
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
    /// In any case. For the Host header there is `hosts`.
    #[schemars(required)]
    pub(in super::super) name: Option<Leaf<FieldName>>,
    /// The value, byte for byte.
    pub(in super::super) exact: Option<Leaf<FieldValue>>,
    /// An expression for the whole value.
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
    /// As it stands in the URL, escapes included.
    #[schemars(required)]
    pub(in super::super) name: Option<Leaf<ParameterName>>,
    /// The value as it stands in the URL, byte for byte.
    pub(in super::super) exact: Option<Leaf<ParameterValue>>,
    /// An expression for the whole value as it stands in the URL.
    pub(in super::super) regex: Option<Leaf<Expression>>,
}

impl Shape for ParameterMatch {
    const FIX: &'static str = "write a mapping such as { name: q, exact: x }";
}
