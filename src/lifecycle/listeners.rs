//! The listening sockets, bound before anything else starts, so that a port in
//! use is an error message and not a process without a listener.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use super::handoff::{Inherited, Sockets};

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
pub(super) struct Listeners(Vec<Listener>);

#[derive(Debug)]
struct Listener {
    /// The name under which a successor asks for it.
    name: String,
    address: SocketAddr,
    socket: TcpListener,
}

impl Listeners {
    /// Takes each address over, or binds it; port 0 takes a free one, which is another one
    /// for each `purpose`.
    ///
    /// # Errors
    /// The first address that can't be bound.
    pub(super) fn take_or_bind(
        purpose: &str,
        addresses: &[SocketAddr],
        inherited: &mut Inherited,
    ) -> Result<Self, BindError> {
        let taken = addresses.iter().zip(0..).map(|(address, place)| {
            // IPv6 takes IPv4 too, unless that has a socket of its own.
            let beside = |a: &SocketAddr| a.is_ipv4() && a.port() == address.port();
            let only_v6 = address.is_ipv6() && addresses.iter().any(beside);
            // What can't be changed of a socket is a part of its name.
            let mut name = format!("tcp {address}");
            if only_v6 {
                name.push_str(" v6only");
            }
            // Whoever has port 0 keeps the port that it got.
            if address.port() == 0 {
                name.push_str(&format!(" {purpose} {place}"));
            }
            let socket = match inherited.take(&name) {
                Some(file) => Ok(TcpListener::from(file)),
                None => listen(*address, only_v6),
            };
            let bound = socket.and_then(|socket| Ok((socket.local_addr()?, socket)));
            let (address, socket) = bound.map_err(|source| BindError::new(*address, source))?;
            Ok(Listener {
                name,
                address,
                socket,
            })
        });
        taken.collect::<Result<_, _>>().map(Self)
    }

    /// Adds what a successor gets of them.
    pub(super) fn share(&self, sockets: &mut Sockets) -> io::Result<()> {
        let mut all = self.0.iter();
        all.try_for_each(|listener| sockets.add(listener.name.clone(), &listener.socket))
    }

    /// The sockets, in the order of the addresses.
    pub(super) fn into_sockets(self) -> Vec<TcpListener> {
        self.0.into_iter().map(|listener| listener.socket).collect()
    }

    /// The addresses as they are, with the ports that were picked.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.0.iter().map(|listener| listener.address).collect()
    }
}

fn listen(address: SocketAddr, only_v6: bool) -> io::Result<TcpListener> {
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
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(address: SocketAddr) -> Result<Listeners, BindError> {
        Listeners::take_or_bind("server", &[address], &mut Inherited::default())
    }

    #[test]
    fn a_port_in_use_names_the_address_and_the_way_out() {
        let first = bind(([127, 0, 0, 1], 0).into()).unwrap();
        let address = first.addresses()[0];
        assert_ne!(address.port(), 0);
        let error = bind(address).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("can't listen on {address}: ")),
            "{error}"
        );
        assert!(error.ends_with("; stop the program that uses the port or choose another"));
    }
}
