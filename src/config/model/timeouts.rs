//! The deadlines. None of them is about an upgraded connection.

use std::time::Duration;

/// `server.timeouts:`; `None` is `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientTimeouts {
    /// From the first byte of a request to the end of its header.
    pub request_header: Option<Duration>,
    /// The longest pause of a client in a request body.
    pub request_body_idle: Option<Duration>,
    /// How long a client's connection may stay without a request.
    pub idle: Option<Duration>,
    /// The longest time a client may take nothing of its response.
    pub write_idle: Option<Duration>,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        Self {
            request_header: Some(Duration::from_secs(2)),
            request_body_idle: Some(Duration::from_secs(30)),
            idle: Some(Duration::from_secs(60)),
            write_idle: Some(Duration::from_secs(30)),
        }
    }
}

/// `services.*.timeouts:`; `None` is `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceTimeouts {
    /// To establish a TCP connection.
    pub connect: Option<Duration>,
    /// From the end of the request to the end of the response header; also how
    /// long the service may take nothing of an upload.
    pub response_header: Option<Duration>,
    /// The longest pause of the service in a response body.
    pub body_idle: Option<Duration>,
    /// How long an unused connection stays in the pool.
    pub idle: Option<Duration>,
    /// From the request's header to the end of the response.
    pub request: Option<Duration>,
}

impl Default for ServiceTimeouts {
    fn default() -> Self {
        Self {
            connect: Some(Duration::from_secs(1)),
            response_header: Some(Duration::from_secs(2)),
            body_idle: None,
            idle: Some(Duration::from_secs(30)),
            request: None,
        }
    }
}

/// `routes[].timeouts:`, each as in [`ServiceTimeouts`]. The outer `None` leaves it
/// to the service, the inner one is `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RouteTimeouts {
    /// From the end of the request to the end of the response header.
    pub response_header: Option<Option<Duration>>,
    /// The longest pause of the service in a response body.
    pub body_idle: Option<Option<Duration>>,
    /// From the request's header to the end of the response.
    pub request: Option<Option<Duration>>,
}
