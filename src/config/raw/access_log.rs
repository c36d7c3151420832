//! `access_log:`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shape::Shape;
use super::super::value::{FieldName, Leaf, OnFullWord, Output, ParameterName, ShareOfAll};

/// The line of JSON that each request leaves.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AccessLog {
    /// Where requests are logged, a JSON object a line: `stdout`, the absolute path of a
    /// file, or `off`. Default: `stdout`.
    pub(in super::super) output: Option<Leaf<Output>>,
    /// Which part of the requests that went well is logged, from `0.0` to `1.0`; one that
    /// failed, or was answered 400 or above, always is. Default: `1.0`.
    pub(in super::super) sample: Option<Leaf<ShareOfAll>>,
    /// When the output is too slow, `drop` loses lines and counts them, `block` makes
    /// requests wait. Default: `drop`.
    pub(in super::super) on_full: Option<Leaf<OnFullWord>>,
    /// A list of at most 32 request headers that are logged too; none that carries
    /// credentials. Default: none.
    #[schemars(length(max = 32))]
    pub(in super::super) headers: Option<Vec<Option<Leaf<FieldName>>>>,
    /// A list of query parameters whose values aren't logged, besides those that never are.
    /// Default: none.
    pub(in super::super) redact_query: Option<Vec<Option<Leaf<ParameterName>>>>,
}

impl Shape for AccessLog {
    const FIX: &'static str = "write a mapping such as { output: stdout, sample: 1.0 }";
}
