//! Connections for requests that ask for a WebSocket.
//!
//! `proxy_handle_upstream` of Pingora's proxy_h1.rs takes the end of the request and
//! the service's answer in random order when both are at hand. It forgets an end that
//! came before a 101, as what follows belongs to the tunnel, but takes one that comes
//! after it for the end of the tunnel. A connection from here has nothing to read when
//! it is first asked, which lets the end of the request go first.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use http::{Version, header};
use pingora_core::connectors::L4Connect;
use pingora_core::protocols::l4::socket::SocketAddr;
use pingora_core::protocols::l4::stream::Stream;
use pingora_core::protocols::l4::virt::{VirtualSockOpt, VirtualSocket, VirtualSocketStream};
use pingora_core::upstreams::peer::HttpPeer;
use pingora_core::{Error, ErrorType, Result};
use pingora_http::RequestHeader;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::connect::connect;

/// How long a connection stays in the pool after its request. Not zero: Pingora's timer
/// can't count that in its first millisecond.
const IDLE: Duration = Duration::from_millis(1);

/// Gives a request that Pingora will send as one for a WebSocket a connection of its
/// own, which no other request uses before or after it.
pub fn prepare(peer: &mut HttpPeer, request: &RequestHeader) {
    if !asks_for_websocket(request) || peer.options.alpn.get_min_http_version() > 1 {
        return;
    }
    peer.options.custom_l4 = Some(Arc::new(Connector));
    // After a refusal Pingora puts the connection into the pool. There it has no
    // descriptor that would tell it from others, so it gets a key that does.
    peer.group_key = fastrand::u64(1..);
    peer.options.idle_timeout = Some(IDLE);
}

/// Other protocols are not offered to a service: their requests are ordinary ones.
fn asks_for_websocket(request: &RequestHeader) -> bool {
    let protocol = request.headers.get(header::UPGRADE);
    request.version == Version::HTTP_11
        && protocol.is_some_and(|name| name.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Connects as Pingora does; the peer's limit for the whole of it applies here too.
#[derive(Debug)]
struct Connector;

#[async_trait]
impl L4Connect for Connector {
    async fn connect(&self, address: &SocketAddr) -> Result<Stream> {
        let Some(address) = address.as_inet() else {
            return Err(Error::explain(
                ErrorType::InternalError,
                "not an IP address",
            ));
        };
        let patient = Patient {
            inner: connect(*address, None).await?,
            asked: false,
        };
        Ok(VirtualSocketStream::new(Box::new(patient)).into())
    }
}

/// Has nothing to read when it is first asked.
#[derive(Debug)]
struct Patient {
    inner: TcpStream,
    asked: bool,
}

impl VirtualSocket for Patient {
    fn set_socket_option(&self, option: VirtualSockOpt) -> io::Result<()> {
        match option {
            VirtualSockOpt::NoDelay => self.inner.set_nodelay(true),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !std::mem::replace(&mut self.asked, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
