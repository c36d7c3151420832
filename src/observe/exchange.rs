//! A request that has ended.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use super::origin::Origin;
use crate::failure::Failure;
use crate::fields::Fields;

/// What is known of a request when it has ended, however it did. Only borrowed: nothing
/// is made for a sink that may not want it.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// When its head was complete.
    pub start: SystemTime,
    /// From there to its end.
    pub duration: Duration,
    /// From there to the response header of the service.
    pub first_byte: Option<Duration>,
    /// As it came, whatever it is.
    pub method: &'a [u8],
    /// The target as it came, query included; any bytes but line ends.
    pub target: &'a [u8],
    /// Such as `HTTP/1.1`.
    pub protocol: &'static str,
    /// The host that it is for, as it came; empty when it named none.
    pub authority: &'a [u8],
    /// Its headers; `None` where they are not at hand any more.
    pub request_headers: Option<Fields<'a>>,
    /// The headers of the service's response.
    pub response_headers: Option<Fields<'a>>,
    /// The peer of the connection.
    pub client: Option<IpAddr>,
    /// The id that it has now.
    pub request_id: Option<&'a [u8]>,
    /// The index of its route in the configuration, and its name.
    pub route: Option<(usize, &'a str)>,
    /// The index of its service in the configuration, and its name.
    pub service: Option<(usize, &'a str)>,
    /// The latest address that was tried.
    pub upstream: Option<SocketAddr>,
    /// Whether that connection was used before; `None` when there was none.
    pub reused: Option<bool>,
    /// What connecting took, where it was new.
    pub connect: Option<Duration>,
    /// Tries after the first.
    pub retries: u32,
    /// The status of the answer; 499 when the client had gone.
    pub status: u16,
    /// Why the gateway ended it, if it did.
    pub failure: Option<Failure>,
    /// The key of the deadline or limit that ended it, such as `timeouts.response_header`.
    pub ended_by: Option<&'static str>,
    /// Who made an answer that isn't a success.
    pub origin: Option<Origin>,
    /// Bytes of the request's body.
    pub received: u64,
    /// Bytes of the response's body.
    pub sent: u64,
}

impl Exchange<'_> {
    /// One of which nothing is known but when it was: to be completed.
    #[must_use]
    pub const fn at(start: SystemTime) -> Self {
        Self {
            start,
            duration: Duration::ZERO,
            first_byte: None,
            method: b"-",
            target: b"-",
            protocol: "-",
            authority: b"",
            request_headers: None,
            response_headers: None,
            client: None,
            request_id: None,
            route: None,
            service: None,
            upstream: None,
            reused: None,
            connect: None,
            retries: 0,
            status: 0,
            failure: None,
            ended_by: None,
            origin: None,
            received: 0,
            sent: 0,
        }
    }
}
