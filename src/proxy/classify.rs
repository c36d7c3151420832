//! Which failure an error of Pingora is.

use pingora_core::{Error, ErrorSource, ErrorType};

use crate::failure::Failure;

/// Reads the failure from where the error arose and of which type it is.
pub(super) fn classify(error: &Error) -> Failure {
    match error.esource() {
        ErrorSource::Upstream if is_ended_by_peer(error) => Failure::ConnectionTerminated,
        ErrorSource::Upstream => upstream(error.etype()),
        ErrorSource::Downstream => downstream(error.etype()),
        ErrorSource::Internal | ErrorSource::Unset => Failure::Internal,
    }
}

/// Whether the other side of HTTP/2 reset the stream or left the connection. What
/// Pingora makes of it, `H2Error`, may as well be a fault that our side found.
fn is_ended_by_peer(error: &Error) -> bool {
    let cause = error.root_cause().downcast_ref::<h2::Error>();
    *error.etype() == ErrorType::H2Error && cause.is_some_and(|e| e.is_remote() || e.is_io())
}

fn upstream(kind: &ErrorType) -> Failure {
    match kind {
        ErrorType::ConnectTimedout => Failure::ConnectTimeout,
        ErrorType::ConnectRefused
        | ErrorType::ConnectNoRoute
        | ErrorType::ConnectError
        | ErrorType::ConnectProxyFailure
        | ErrorType::BindError
        | ErrorType::AcceptError
        | ErrorType::SocketError => Failure::ConnectFailed,
        ErrorType::ReadTimedout | ErrorType::WriteTimedout => Failure::ResponseTimeout,
        ErrorType::ConnectionClosed | ErrorType::ReadError | ErrorType::WriteError => {
            Failure::ConnectionTerminated
        }
        ErrorType::InternalError => Failure::Internal,
        _ => Failure::MalformedResponse,
    }
}

fn downstream(kind: &ErrorType) -> Failure {
    match kind {
        ErrorType::ConnectionClosed
        | ErrorType::ReadError
        | ErrorType::WriteError
        | ErrorType::ReadTimedout
        | ErrorType::WriteTimedout
        // The client reset its stream.
        | ErrorType::H2Error => Failure::ClientGone,
        _ => Failure::MalformedRequest,
    }
}
