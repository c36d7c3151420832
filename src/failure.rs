//! Each way a request can fail, once: the status, the `Proxy-Status` error, the
//! response flag and the text all come from here.

use serde::Serialize;

/// The name under which the gateway appears in `Proxy-Status` and `Via`.
pub const PSEUDONYM: &str = "api-gateway";

/// A problem document.
#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'a str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    /// Absent where not even a request was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

/// Why the gateway itself ended a request.
///
/// Statuses are RFC 9110's, error types RFC 9209's (section 2.3), flags Envoy's
/// `%RESPONSE_FLAGS%` where Envoy has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The request is not one that can be forwarded.
    MalformedRequest,
    /// The client took longer than `server.timeouts` allow, in the head or the body.
    RequestTimeout,
    /// The head is larger than `limits.header_bytes`, or has more than
    /// `limits.headers` fields.
    HeaderTooLarge,
    /// The target is longer than `limits.target_bytes`.
    TargetTooLong,
    /// The body is larger than `limits.request_body`.
    BodyTooLarge,
    /// No route takes the path.
    NoRoute,
    /// A route takes the path, but not by this method.
    MethodNotAllowed,
    /// The request carries our own `Via`: it has been here before.
    Loop,
    /// The service's name has no usable address.
    Unresolved,
    /// The connection to the service was refused or failed otherwise.
    ConnectFailed,
    /// The connection to the service took longer than `timeouts.connect`.
    ConnectTimeout,
    /// The service closed or reset the connection before its response header.
    ConnectionTerminated,
    /// The service took longer than `timeouts.response_header`, `body_idle` or
    /// `request` allow.
    ResponseTimeout,
    /// The service's answer is not HTTP.
    MalformedResponse,
    /// `limits.in_flight` or `limits.connections` is reached.
    Overloaded,
    /// The gateway ends, and the request had all the time that `drain.timeout` leaves.
    Draining,
    /// The client went away; nobody is left to answer.
    ClientGone,
    /// A bug of ours.
    Internal,
}

impl Failure {
    /// Every failure, for tables and tests.
    pub const ALL: [Self; 18] = [
        Self::MalformedRequest,
        Self::RequestTimeout,
        Self::HeaderTooLarge,
        Self::TargetTooLong,
        Self::BodyTooLarge,
        Self::NoRoute,
        Self::MethodNotAllowed,
        Self::Loop,
        Self::Unresolved,
        Self::ConnectFailed,
        Self::ConnectTimeout,
        Self::ConnectionTerminated,
        Self::ResponseTimeout,
        Self::MalformedResponse,
        Self::Overloaded,
        Self::Draining,
        Self::ClientGone,
        Self::Internal,
    ];

    /// The status that the client gets; 499 only ever appears in the log.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::MalformedRequest => 400,
            Self::NoRoute => 404,
            Self::MethodNotAllowed => 405,
            Self::RequestTimeout => 408,
            Self::BodyTooLarge => 413,
            Self::TargetTooLong => 414,
            Self::HeaderTooLarge => 431,
            Self::ClientGone => 499,
            Self::Internal => 500,
            Self::ConnectFailed | Self::ConnectionTerminated | Self::MalformedResponse => 502,
            Self::Unresolved | Self::Overloaded | Self::Draining => 503,
            Self::ConnectTimeout | Self::ResponseTimeout => 504,
            Self::Loop => 508,
        }
    }

    /// The `error` parameter of `Proxy-Status` (RFC 9209, section 2.3).
    #[must_use]
    pub const fn proxy_status_error(self) -> &'static str {
        match self {
            Self::MalformedRequest
            | Self::RequestTimeout
            | Self::HeaderTooLarge
            | Self::TargetTooLong
            | Self::BodyTooLarge
            | Self::ClientGone => "http_request_error",
            Self::NoRoute => "destination_not_found",
            Self::MethodNotAllowed => "http_request_denied",
            Self::Loop => "proxy_loop_detected",
            Self::Unresolved => "dns_error",
            Self::ConnectFailed => "connection_refused",
            Self::ConnectTimeout => "connection_timeout",
            Self::ConnectionTerminated => "connection_terminated",
            Self::ResponseTimeout => "http_response_timeout",
            Self::MalformedResponse => "http_protocol_error",
            Self::Overloaded => "connection_limit_reached",
            Self::Draining => "destination_unavailable",
            Self::Internal => "proxy_internal_error",
        }
    }

    /// The value of `Proxy-Status`.
    #[must_use]
    pub fn proxy_status(self) -> String {
        format!("{PSEUDONYM}; error={}", self.proxy_status_error())
    }

    /// The response flag of the log: Envoy's, but for `LR` (loop) and `DR` (draining).
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::RequestTimeout => "DT",
            Self::MalformedRequest
            | Self::HeaderTooLarge
            | Self::TargetTooLong
            | Self::BodyTooLarge => "DPE",
            Self::NoRoute | Self::MethodNotAllowed => "NR",
            Self::Loop => "LR",
            Self::Unresolved => "UH",
            Self::ConnectFailed | Self::ConnectTimeout => "UF",
            Self::ConnectionTerminated => "UC",
            Self::ResponseTimeout => "UT",
            Self::MalformedResponse => "UPE",
            Self::Overloaded => "UO",
            Self::Draining => "DR",
            Self::ClientGone => "DC",
            Self::Internal => "FI",
        }
    }

    /// The phrase of the status, `title` of the problem document (RFC 9457).
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self.status() {
            400 => "Bad Request",
            404 => "Not Found",
            405 => "Method Not Allowed",
            408 => "Request Timeout",
            413 => "Content Too Large",
            414 => "URI Too Long",
            431 => "Request Header Fields Too Large",
            499 => "Client Closed Request",
            502 => "Bad Gateway",
            503 => "Service Unavailable",
            504 => "Gateway Timeout",
            508 => "Loop Detected",
            _ => "Internal Server Error",
        }
    }

    /// What a client may know: no address, no version, no name of a service.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::MalformedRequest => "The request can't be forwarded as it is.",
            Self::RequestTimeout => "The request didn't arrive in time.",
            Self::HeaderTooLarge => "The request's header is too large.",
            Self::TargetTooLong => "The request's target is too long.",
            Self::BodyTooLarge => "The request's body is too large.",
            Self::NoRoute => "No route takes this path.",
            Self::MethodNotAllowed => "No route takes this method on this path.",
            Self::Loop => "The request has passed this gateway before.",
            Self::Unresolved => "The address of the service isn't known at the moment.",
            Self::ConnectFailed => "The service can't be reached.",
            Self::ConnectTimeout => "The service didn't accept the connection in time.",
            Self::ConnectionTerminated => "The service closed the connection before it answered.",
            Self::ResponseTimeout => "The service didn't answer in time.",
            Self::MalformedResponse => "The service's answer isn't valid HTTP.",
            Self::Overloaded => "There are too many requests at the moment.",
            Self::Draining => "The gateway is stopping.",
            Self::ClientGone => "The client closed the connection.",
            Self::Internal => "The gateway failed to handle the request.",
        }
    }

    /// Seconds after which a client may try again, where that is known to help.
    #[must_use]
    pub const fn retry_after(self) -> Option<u32> {
        match self {
            Self::Overloaded => Some(1),
            _ => None,
        }
    }

    /// The body of the answer (RFC 9457).
    #[must_use]
    pub fn problem(self, request_id: Option<&str>) -> String {
        let problem = Problem {
            r#type: "about:blank",
            title: self.title(),
            status: self.status(),
            detail: self.detail(),
            request_id,
        };
        serde_json::to_string(&problem).unwrap_or_default()
    }

    /// True for what an operator must look at, as against what a client did wrong.
    #[must_use]
    pub const fn is_ours_or_upstream(self) -> bool {
        // Anybody can send a `Via`.
        self.status() >= 500 && !matches!(self, Self::Loop)
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn the_page_for_operators_has_the_same_table() {
        let page = include_str!("../docs/failures.md");
        let rows: Vec<Vec<&str>> = page
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
            .skip(1)
            .map(|row| row.split(" | ").skip(1).collect())
            .collect();
        let expected: Vec<Vec<String>> = Failure::ALL
            .iter()
            .map(|f| {
                vec![
                    f.status().to_string(),
                    f.proxy_status_error().into(),
                    f.flag().into(),
                ]
            })
            .collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn the_table_is_the_one_in_the_design() {
        let rows: Vec<String> = Failure::ALL
            .iter()
            .map(|f| format!("{} {} {}", f.status(), f.proxy_status_error(), f.flag()))
            .collect();
        assert_eq!(
            rows,
            [
                "400 http_request_error DPE",
                "408 http_request_error DT",
                "431 http_request_error DPE",
                "414 http_request_error DPE",
                "413 http_request_error DPE",
                "404 destination_not_found NR",
                "405 http_request_denied NR",
                "508 proxy_loop_detected LR",
                "503 dns_error UH",
                "502 connection_refused UF",
                "504 connection_timeout UF",
                "502 connection_terminated UC",
                "504 http_response_timeout UT",
                "502 http_protocol_error UPE",
                "503 connection_limit_reached UO",
                "503 destination_unavailable DR",
                "499 http_request_error DC",
                "500 proxy_internal_error FI",
            ]
        );
    }
}
