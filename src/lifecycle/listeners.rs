//! The listening sockets, bound before anything else starts, so that a port in
//! use is an error message and not a process without a listener.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::IntoRawFd;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use pingora_core::apps::ServerApp;
use pingora_core::listeners::ListenerConfig;
use pingora_core::server::{Fds, ListenFds, ShutdownWatch};
use pingora_core::services::{Service, listening};
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

/// Pingora's accept loop on sockets that were bound before.
pub(super) struct Accepting<A> {
    service: listening::Service<A>,
    sockets: Vec<(String, TcpListener)>,
}

impl<A> Accepting<A> {
    pub(super) fn new(name: &str, app: A, listeners: Listeners) -> Self {
        let mut service = listening::Service::new(name.to_owned(), app);
        let mut sockets = Vec::new();
        for (address, listener) in listeners.0 {
            let key = address.to_string();
            service.add_listener(ListenerConfig::tcp(key.as_str()));
            sockets.push((key, listener));
        }
        Self { service, sockets }
    }
}

#[async_trait]
impl<A: ServerApp + Send + Sync + 'static> Service for Accepting<A> {
    async fn start_service(
        &mut self,
        inherited: Option<ListenFds>,
        shutdown: ShutdownWatch,
        listeners_per_fd: usize,
    ) {
        // Pingora takes a socket from this table, by its address, before it binds one.
        let table = inherited.unwrap_or_else(|| Arc::new(Mutex::new(Fds::new())));
        {
            let mut table = table.lock();
            for (key, listener) in self.sockets.drain(..) {
                table.add(key, listener.into_raw_fd());
            }
        }
        self.service
            .start_service(Some(table), shutdown, listeners_per_fd)
            .await;
    }

    fn name(&self) -> &str {
        Service::name(&self.service)
    }
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
