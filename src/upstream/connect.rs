//! New connections to services, outside of Pingora's pool.

use std::net::SocketAddr;
use std::time::Duration;

use pingora_core::protocols::l4::ext;
use pingora_core::{Error, ErrorType, Result};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Connects as Pingora does, within the limit.
///
/// # Errors
/// Those of Pingora: `InternalError` is for what no address is to blame for.
pub async fn connect(address: SocketAddr, limit: Option<Duration>) -> Result<TcpStream> {
    let connecting = ext::connect(&address, None);
    let connected = match limit {
        None => connecting.await,
        Some(limit) => timeout(limit, connecting).await.unwrap_or_else(|_| {
            let why = format!("no connection to {address} within {limit:?}");
            Err(Error::explain(ErrorType::ConnectTimedout, why))
        }),
    };
    let socket = connected.map_err(|error| match error.etype() {
        ErrorType::SocketError | ErrorType::BindError => {
            Error::because(ErrorType::InternalError, "connecting", error)
        }
        _ => error,
    })?;
    let no_delay = socket.set_nodelay(true);
    no_delay.map_err(|error| Error::because(ErrorType::ConnectError, "TCP_NODELAY", error))?;
    Ok(socket)
}
