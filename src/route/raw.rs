//! A request as it came.

use http::Method;

use crate::fields::Fields;

/// A request before anything is done to it.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a> {
    /// The method.
    pub method: &'a Method,
    /// What stands between method and version.
    pub target: &'a [u8],
    /// The Host header, or the authority of HTTP/2; empty where there is neither.
    pub host: &'a [u8],
    /// The headers.
    pub headers: Fields<'a>,
}
