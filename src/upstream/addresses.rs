//! The addresses of a service as ready peer templates.

use std::net::{IpAddr, SocketAddr};

use pingora_core::upstreams::peer::{HttpPeer, Peer};

use crate::config::{Protocol, Service};

/// Requests at a time on one HTTP/2 connection to a service; more open another.
const H2_STREAMS: usize = 100;

/// At least one address. Everything that a peer needs is set, so that a request
/// copies one and nothing of it varies by request, other than for a WebSocket: that
/// is what connection reuse is keyed on.
#[derive(Debug)]
pub(super) struct Addresses {
    peers: Vec<HttpPeer>,
}

impl Addresses {
    /// `None` when there are no addresses.
    pub(super) fn new(service: &Service, ips: &[IpAddr]) -> Option<Self> {
        let mut ips = ips.to_vec();
        // Answers are shuffled by servers; a stable order tells a change from a shuffle.
        ips.sort_unstable();
        ips.dedup();
        let peers: Vec<HttpPeer> = ips.iter().map(|ip| peer(service, *ip)).collect();
        (!peers.is_empty()).then_some(Self { peers })
    }

    /// The address whose turn it is.
    pub(super) fn in_turn(&self, turn: usize) -> &HttpPeer {
        &self.peers[turn % self.peers.len()]
    }

    pub(super) fn len(&self) -> usize {
        self.peers.len()
    }

    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.socket_addrs().eq(other.socket_addrs())
    }

    pub(super) fn socket_addrs(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        let inet = |peer: &HttpPeer| peer.address().as_inet().copied();
        self.peers.iter().filter_map(inet)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that builds peers, and only from an address"
)]
fn peer(service: &Service, ip: IpAddr) -> HttpPeer {
    let address = SocketAddr::new(ip, service.authority.port);
    let mut peer = HttpPeer::new(address, false, String::new());
    peer.options.connection_timeout = service.timeouts.connect;
    peer.options.total_connection_timeout = service.timeouts.connect;
    peer.options.idle_timeout = service.timeouts.idle;
    if service.protocol == Protocol::H2c {
        peer.options.set_http_version(2, 2);
        peer.options.max_h2_streams = H2_STREAMS;
    }
    peer
}
