//! Which failure an error of Pingora is.

use pingora_core::{Error, ErrorSource, ErrorType};

use crate::failure::Failure;

/// Reads the failure from where the error arose and of which type it is.
pub(super) fn classify(error: &Error) -> Failure {
    match error.esource() {
        ErrorSource::Upstream => upstream(error.etype()),
        ErrorSource::Downstream => downstream(error.etype()),
        ErrorSource::Internal | ErrorSource::Unset => Failure::Internal,
    }
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
        | ErrorType::WriteTimedout => Failure::ClientGone,
        _ => Failure::MalformedRequest,
    }
}
