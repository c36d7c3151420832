//! What routes ask of a request (`RouteMatch`, `HeaderMatcher`, `QueryParameterMatcher`,
//! `StringMatcher`).
//!
//! A field that isn't known here may change what matches, so the fields of these messages
//! that nobody reads are kept by name: the model says `unknown` then.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::scalar::{Integer, Name};

/// The fields that the model doesn't know.
pub type Rest = BTreeMap<String, IgnoredAny>;

/// `RouteMatch`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RouteMatch {
    /// The path begins with this.
    pub prefix: Option<String>,
    /// The path is this.
    pub path: Option<String>,
    /// The path begins with these segments.
    #[serde(alias = "pathSeparatedPrefix")]
    pub path_separated_prefix: Option<String>,
    /// The path as a whole is one of these.
    #[serde(alias = "safeRegex")]
    pub safe_regex: Option<Regex>,
    /// CONNECT only.
    #[serde(alias = "connectMatcher")]
    pub connect_matcher: Option<IgnoredAny>,
    /// Absent means true.
    #[serde(alias = "caseSensitive")]
    pub case_sensitive: Option<bool>,
    /// A share of the requests.
    #[serde(alias = "runtimeFraction")]
    pub runtime_fraction: Option<Box<RuntimeFraction>>,
    /// All of these.
    pub headers: Vec<HeaderMatcher>,
    /// All of these.
    #[serde(alias = "queryParameters")]
    pub query_parameters: Vec<QueryMatcher>,
    /// gRPC only.
    pub grpc: Option<IgnoredAny>,
    /// Fields that the model doesn't know.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `RegexMatcher`: RE2's syntax.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Regex {
    /// The expression.
    pub regex: String,
}

/// `RuntimeFractionalPercent`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuntimeFraction {
    /// The share where the runtime has no other.
    #[serde(alias = "defaultValue")]
    pub default_value: Percent,
    /// What the runtime may override it with.
    #[serde(alias = "runtimeKey")]
    pub runtime_key: String,
}

/// `FractionalPercent`.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Percent {
    /// Of the denominator.
    pub numerator: u32,
    /// `HUNDRED` where absent, `TEN_THOUSAND` or `MILLION`.
    pub denominator: Name,
}

/// `HeaderMatcher`. Without a specifier it asks for the header's presence.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HeaderMatcher {
    /// The header, or a pseudo-header such as `:method`.
    pub name: String,
    /// The old form of `string_match: { exact }`.
    #[serde(alias = "exactMatch")]
    pub exact_match: Option<String>,
    /// The old form of `string_match: { safe_regex }`.
    #[serde(alias = "safeRegexMatch")]
    pub safe_regex_match: Option<Regex>,
    /// A number from `start` to before `end`.
    #[serde(alias = "rangeMatch")]
    pub range_match: Option<Range>,
    /// Whether the header is there.
    #[serde(alias = "presentMatch")]
    pub present_match: Option<bool>,
    /// The old form of `string_match: { prefix }`.
    #[serde(alias = "prefixMatch")]
    pub prefix_match: Option<String>,
    /// The old form of `string_match: { suffix }`.
    #[serde(alias = "suffixMatch")]
    pub suffix_match: Option<String>,
    /// The old form of `string_match: { contains }`.
    #[serde(alias = "containsMatch")]
    pub contains_match: Option<String>,
    /// What the value is.
    #[serde(alias = "stringMatch")]
    pub string_match: Option<Box<StringMatcher>>,
    /// The opposite.
    #[serde(alias = "invertMatch")]
    pub invert_match: bool,
    /// A header that isn't there has the empty value.
    #[serde(alias = "treatMissingHeaderAsEmpty")]
    pub treat_missing_header_as_empty: bool,
    /// Fields that the model doesn't know.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `Int64Range`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Range {
    /// The first.
    pub start: Integer,
    /// The one after the last.
    pub end: Integer,
}

/// `QueryParameterMatcher`. Without a specifier it asks for the parameter's presence.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct QueryMatcher {
    /// The parameter.
    pub name: String,
    /// What its value is.
    #[serde(alias = "stringMatch")]
    pub string_match: Option<Box<StringMatcher>>,
    /// Whether it is there.
    #[serde(alias = "presentMatch")]
    pub present_match: Option<bool>,
    /// Fields that the model doesn't know.
    #[serde(flatten)]
    pub rest: Rest,
}

/// `StringMatcher`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StringMatcher {
    /// It is this.
    pub exact: Option<String>,
    /// It begins with this.
    pub prefix: Option<String>,
    /// It ends with this.
    pub suffix: Option<String>,
    /// It has this in it.
    pub contains: Option<String>,
    /// It is one of these as a whole.
    #[serde(alias = "safeRegex")]
    pub safe_regex: Option<Regex>,
    /// But for the case; expressions have their own way to say so.
    #[serde(alias = "ignoreCase")]
    pub ignore_case: bool,
    /// Fields that the model doesn't know.
    #[serde(flatten)]
    pub rest: Rest,
}
