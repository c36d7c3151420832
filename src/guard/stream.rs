//! The stream that Pingora reads a client's requests from.

use std::io::{self, IoSlice};
use std::os::fd::AsRawFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use parking_lot::Mutex;
use pingora_core::protocols::raw_connect::ProxyDigest;
use pingora_core::protocols::{
    GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl, Stream,
    TimingDigest, UniqueID, UniqueIDType,
};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::client::Client;

/// Where a connection is left by a stream that is dropped.
#[derive(Debug, Clone, Default)]
pub(super) struct Returned(Arc<Mutex<Option<Client>>>);

impl Returned {
    pub(super) fn take(&self) -> Option<Client> {
        self.0.lock().take()
    }
}

/// A connection in Pingora's hands. However it ends there, the connection comes back.
#[derive(Debug)]
pub(super) struct GuardedStream {
    /// There until the stream is taken apart.
    client: Option<Client>,
    returned: Returned,
    digest: Arc<SocketDigest>,
}

impl GuardedStream {
    pub(super) fn new(client: Client, returned: Returned, digest: Arc<SocketDigest>) -> Self {
        Self {
            client: Some(client),
            returned,
            digest,
        }
    }

    /// The connection of a stream that Pingora gave back.
    pub(super) fn unwrap(stream: Stream) -> Option<Client> {
        let mut guarded = stream.into_any().downcast::<Self>().ok()?;
        guarded.client.take()
    }

    fn client(&mut self) -> io::Result<&mut Client> {
        self.client
            .as_mut()
            .ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for GuardedStream {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            *self.returned.0.lock() = Some(client);
        }
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.client()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.client()?.poll_write(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.client()?.poll_write(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.client()?.poll_flush(cx)
    }

    /// Closing alone would make a reset of what is unread, and the end of an answer of it.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.client()?.poll_shutdown(cx)
    }
}

#[async_trait]
impl Shutdown for GuardedStream {
    async fn shutdown(&mut self) {
        // The peer may be gone already; there is nobody to tell.
        let _ = AsyncWriteExt::shutdown(self).await;
    }
}

#[async_trait]
impl Peek for GuardedStream {
    /// A connection of HTTP/2 is told by its preface, which was read before.
    async fn try_peek(&mut self, buf: &mut [u8]) -> io::Result<bool> {
        let input = &self.client()?.input;
        let part = input.len().min(buf.len());
        buf[..part].copy_from_slice(&input[..part]);
        Ok(true)
    }
}

impl UniqueID for GuardedStream {
    fn id(&self) -> UniqueIDType {
        self.client.as_ref().map_or(-1, |c| c.socket.as_raw_fd())
    }
}

impl Ssl for GuardedStream {}

impl GetTimingDigest for GuardedStream {
    fn get_timing_digest(&self) -> Vec<Option<TimingDigest>> {
        Vec::new()
    }
}

impl GetProxyDigest for GuardedStream {
    fn get_proxy_digest(&self) -> Option<Arc<ProxyDigest>> {
        None
    }
}

impl GetSocketDigest for GuardedStream {
    fn get_socket_digest(&self) -> Option<Arc<SocketDigest>> {
        Some(self.digest.clone())
    }
}
