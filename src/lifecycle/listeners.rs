//! The listening sockets, bound before anything else starts, so that a port in
//! use is an error message and not a process without a listener.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that may wait to be accepted; the kernel caps it at `somaxconn`.
const BACKLOG: i32 = 4096;

/// Why an address can't be listened on.
#[derive(Debug, thiserror::Error)]
#[error("can't listen on {address}: {source}; {fix}")]
pub struct BindError {
    address: SocketAddr,
    source: io::Error,
    fix: &'static str,
}

impl BindError {
    fn new(address: SocketAddr, source: io::Error) -> Self {
        let fix = match source.kind() {
            io::ErrorKind::AddrInUse => "stop the program that uses the port or choose another",
            io::ErrorKind::PermissionDenied => "choose a port from 1024 up",
            io::ErrorKind::AddrNotAvailable => "use an address of this machine, or 0.0.0.0 for all",
            _ => "check the address",
        };
        Self {
            address,
            source,
            fix,
        }
    }
}

/// Sockets that are bound and listening, though nobody accepts yet.
#[derive(Debug)]
pub struct Listeners(Vec<(SocketAddr, TcpListener)>);

impl Listeners {
    /// Binds each address; port 0 takes a free one.
    ///
    /// # Errors
    /// The first address that can't be bound.
    pub fn bind(addresses: &[SocketAddr]) -> Result<Self, BindError> {
        let bound = addresses.iter().map(|address| {
            // IPv6 takes IPv4 too, unless that has a socket of its own.
            let beside = |a: &SocketAddr| a.is_ipv4() && a.port() == address.port();
            let only_v6 = address.is_ipv6() && addresses.iter().any(beside);
            listen(*address, only_v6).map_err(|source| BindError::new(*address, source))
        });
        bound.collect::<Result<_, _>>().map(Self)
    }

    /// The sockets, by the address under which a successor asks for them.
    pub(super) fn into_sockets(self) -> Vec<(String, TcpListener)> {
        let sockets = self.0.into_iter();
        sockets
            .map(|(address, listener)| (address.to_string(), listener))
            .collect()
    }

    /// The addresses as they are, with the ports that were picked.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.0.iter().map(|(address, _)| *address)
    }
}

fn listen(address: SocketAddr, only_v6: bool) -> io::Result<(SocketAddr, TcpListener)> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if only_v6 {
        socket.set_only_v6(true)?;
    }
    // A restart must not wait for the old connections' TIME_WAIT.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    let listener = TcpListener::from(socket);
    Ok((listener.local_addr()?, listener))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_names_the_address_and_the_way_out() {
        let first = Listeners::bind(&[([127, 0, 0, 1], 0).into()]).unwrap();
        let address = first.addresses().next().unwrap();
        assert_ne!(address.port(), 0);
        let error = Listeners::bind(&[address]).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("can't listen on {address}: ")),
            "{error}"
        );
        assert!(error.ends_with("; stop the program that uses the port or choose another"));
    }
}
