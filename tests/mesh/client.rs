//! One request on one connection, so that nothing is retried or reused behind a test's back.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use crate::place::Place;
use crate::support::Wire;
use crate::support::message::Response;

/// Longer than any deadline of the gateway: the client is never the one to give up.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends a GET from inside a place.
pub fn get(place: &Place, to: SocketAddr, host: &str, path: &str) -> io::Result<Response> {
    let stream = place.connect(to, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_nodelay(true)?;
    exchange(stream, host, path)
}

/// One GET and its answer on a fresh connection, which must end with it.
pub fn exchange(stream: impl Read + Write, host: &str, path: &str) -> io::Result<Response> {
    let mut wire = Wire::over(stream);
    wire.try_send(format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    ))?;
    let response = wire.try_response("GET")?;
    match wire.rest()?.as_slice() {
        [] => Ok(response),
        _ => Err(io::Error::new(
            ErrorKind::InvalidData,
            "more than an answer",
        )),
    }
}
