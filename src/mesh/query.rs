//! What the sidecar is asked about.

use std::net::IpAddr;

use http::{HeaderMap, Method};

use crate::config::Normalization;

/// A request as the gateway sends it, and the connection that it is sent on.
#[derive(Debug, Clone, Copy)]
pub struct Query<'q> {
    /// The address that the connection is for; `None` when nobody knows it.
    pub address: Option<IpAddr>,
    /// The port that the connection is for.
    pub port: u16,
    /// The method.
    pub method: &'q Method,
    /// The Host header.
    pub authority: &'q [u8],
    /// The path and, where there is one, the query.
    pub target: &'q [u8],
    /// The headers, without Host.
    pub headers: &'q HeaderMap,
    /// HTTP/2 with prior knowledge instead of HTTP/1.1.
    pub http2: bool,
    /// How a path is normalised. `None` of it means that it can't be told.
    pub normalize: fn(&[u8], Normalization) -> Option<Vec<u8>>,
}

impl<'q> Query<'q> {
    /// The path and the query, without the `?`.
    #[must_use]
    pub fn parts(&self) -> (&'q [u8], Option<&'q [u8]>) {
        match self.target.iter().position(|&b| b == b'?') {
            Some(at) => (&self.target[..at], Some(&self.target[at + 1..])),
            None => (self.target, None),
        }
    }
}
