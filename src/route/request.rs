//! A request as routing sees it.

use http::Method;

use crate::fields::Fields;

/// The parts that a route may match; `path` is normalised.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The Host header, or the authority of HTTP/2.
    pub host: &'a [u8],
    /// The method.
    pub method: &'a Method,
    /// The path, as it was normalised.
    pub path: &'a [u8],
    /// The query as it came.
    pub query: Option<&'a [u8]>,
    /// The headers.
    pub headers: Fields<'a>,
}
