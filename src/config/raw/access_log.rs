//! `access_log:`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shape::Shape;
use super::super::value::{FieldName, Leaf, OnFullWord, Output, ParameterName, ShareOfAll};

/// The line of JSON that each request leaves.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AccessLog {
    /// `stdout` (the default), `off`, or the absolute path of a file.
    pub(in super::super) output: Option<Leaf<Output>>,
    /// Which part of the requests that went well is logged, from `0.0` to `1.0`
    /// (the default). Those that failed always are.
    pub(in super::super) sample: Option<Leaf<ShareOfAll>>,
    /// What happens when the output has no room: `drop` (the default) loses lines
    /// and counts them, `block` makes requests wait.
    pub(in super::super) on_full: Option<Leaf<OnFullWord>>,
    /// Names of request headers that are logged too, at most 32. Default none.
    #[schemars(length(max = 32))]
    pub(in super::super) headers: Option<Vec<Option<Leaf<FieldName>>>>,
    /// Names of query parameters whose values aren't logged, besides those that
    /// never are, such as `token`.
    pub(in super::super) redact_query: Option<Vec<Option<Leaf<ParameterName>>>>,
}

impl Shape for AccessLog {
    const FIX: &'static str = "write a mapping such as { output: stdout, sample: 1.0 }";
}
