//! How many there may be at once, and how large they may be.

/// `server.limits:`; `None` is `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Client connections at once; one more is answered 503 and closed.
    pub connections: usize,
    /// Requests at once; one more is answered 503.
    pub in_flight: Option<usize>,
    /// Fields in the header of a request; more are answered 431. At most 256.
    pub headers: usize,
    /// Bytes of a request's header, the request line included; more are answered
    /// 431. From 1 KiB to 1 MiB.
    pub header_bytes: usize,
    /// Bytes of a request's target; more are answered 414. Less than
    /// `header_bytes`.
    pub target_bytes: usize,
    /// Bytes of a request's body; more are answered 413.
    pub request_body: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            in_flight: Some(5000),
            headers: 100,
            header_bytes: 64 << 10,
            target_bytes: 8 << 10,
            request_body: Some(16 << 20),
        }
    }
}

/// `services.*.limits:`; `None` is `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceLimits {
    /// Requests to the service at once; one more is answered 503.
    pub in_flight: Option<usize>,
}

impl Default for ServiceLimits {
    fn default() -> Self {
        Self {
            in_flight: Some(1024),
        }
    }
}

/// `routes[].limits:`. The outer `None` leaves it to the server, the inner one is
/// `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RouteLimits {
    /// Bytes of a request's body, as in [`Limits`].
    pub request_body: Option<Option<u64>>,
}
