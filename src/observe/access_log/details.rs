//! Why a request was answered as it was.

use super::json::escaped;
use crate::failure::Failure;
use crate::observe::Exchange;

/// Appends `response_code_details`: Envoy's word where the gateway had no part in the
/// answer, else the name of the failure, and the key that ended the request in braces.
pub(super) fn write(exchange: &Exchange<'_>, to: &mut Vec<u8>) {
    to.push(b'"');
    match exchange.failure {
        Some(failure) => to.extend_from_slice(name(failure).as_bytes()),
        None if exchange.upstream.is_some() || exchange.response_headers.is_some() => {
            to.extend_from_slice(b"via_upstream");
        }
        None => to.extend_from_slice(b"direct_response"),
    }
    if let Some(key) = exchange.ended_by {
        to.push(b'{');
        escaped(key.as_bytes(), to);
        to.push(b'}');
    }
    to.push(b'"');
}

/// A failure as the log calls it.
const fn name(failure: Failure) -> &'static str {
    match failure {
        Failure::MalformedRequest => "malformed_request",
        Failure::RequestTimeout => "request_timeout",
        Failure::HeaderTooLarge => "header_too_large",
        Failure::TargetTooLong => "target_too_long",
        Failure::BodyTooLarge => "body_too_large",
        Failure::NoRoute => "no_route",
        Failure::MethodNotAllowed => "method_not_allowed",
        Failure::Loop => "loop",
        Failure::Unresolved => "unresolved",
        Failure::ConnectFailed => "connect_failed",
        Failure::ConnectTimeout => "connect_timeout",
        Failure::ConnectionTerminated => "connection_terminated",
        Failure::ResponseTimeout => "response_timeout",
        Failure::MalformedResponse => "malformed_response",
        Failure::Overloaded => "overloaded",
        Failure::Draining => "draining",
        Failure::ClientGone => "client_gone",
        Failure::Internal => "internal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_failures() {
        for failure in Failure::ALL {
            let variant = format!("{failure:?}");
            let snake = variant.char_indices().fold(String::new(), |name, (at, c)| {
                let break_before = at > 0 && c.is_ascii_uppercase();
                name + if break_before { "_" } else { "" } + &c.to_ascii_lowercase().to_string()
            });
            assert_eq!(name(failure), snake);
        }
    }
}
