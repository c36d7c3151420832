//! The stream that Pingora reads the client from.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use pingora_core::protocols::http::ServerSession;
use pingora_core::protocols::raw_connect::ProxyDigest;
use pingora_core::protocols::tls::{SslDigest, TlsRef};
use pingora_core::protocols::{
    ALPN, GetProxyDigest, GetSocketDigest, GetTimingDigest, Peek, Shutdown, SocketDigest, Ssl,
    Stream, TimingDigest, UniqueID, UniqueIDType,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::deadline::Deadline;

/// How long, and for how many bytes, a client may go on sending after its answer.
const LINGER: (Duration, usize) = (Duration::from_secs(1), 1 << 20);

/// RFC 9113, section 3.4.
const H2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long a new client may take over its first bytes; Pingora's own limit for them.
const PREFACE_LIMIT: Duration = Duration::from_secs(60);

/// What the phases of a request may ask of the connection that it came on.
#[derive(Debug, Default)]
pub struct Handle {
    /// Ends the wait for the service's response header.
    pub deadline: Deadline,
    linger: AtomicBool,
}

impl Handle {
    /// The answer is out but the client is still sending: closing at once would
    /// reset the connection, and a reset destroys the answer on its way (RFC
    /// 9112, section 9.6). The connection is read out for a while instead.
    pub fn linger(&self) {
        self.linger.store(true, Ordering::Relaxed);
    }
}

/// An accepted connection whose reads fail once the deadline has passed.
#[derive(Debug)]
pub(super) struct GuardedStream {
    inner: Stream,
    handle: Handle,
    /// Made when the first deadline is armed and kept for the connection's life:
    /// moving a timer costs more than letting it fire early and looking again.
    timer: Option<Pin<Box<Sleep>>>,
    /// Bytes that were looked at and are still to be read.
    peeked: Vec<u8>,
    /// Something was written since the last flush.
    unflushed: bool,
}

/// The handle of the connection that a session reads from.
///
/// `None` when the session is not one of ours, as in HTTP/2, where a stream is
/// not a connection.
#[must_use]
pub fn handle_of(session: &ServerSession) -> Option<&Handle> {
    let stream: &Stream = session.stream()?;
    let guarded = (**stream).as_any().downcast_ref::<GuardedStream>()?;
    Some(&guarded.handle)
}

impl GuardedStream {
    pub(super) fn new(inner: Stream) -> Self {
        Self {
            inner,
            handle: Handle::default(),
            timer: None,
            peeked: Vec::new(),
            unflushed: false,
        }
    }

    /// Ready when the deadline has passed; otherwise the task is woken then.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let Some(at) = self.handle.deadline.at() else {
                return Poll::Pending;
            };
            if at <= Instant::now() {
                return Poll::Ready(());
            }
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
            if at < timer.deadline() || timer.is_elapsed() {
                timer.as_mut().reset(at);
            }
            // The timer may be an earlier request's: look again when it fires.
            ready!(timer.as_mut().poll(cx));
        }
    }

    /// Reads and drops what still comes, within bounds.
    async fn read_out(&mut self) {
        let (limit, most) = LINGER;
        let drain = async {
            let mut buffer = vec![0; 16 << 10];
            let mut total = 0;
            while total < most {
                match self.inner.read(&mut buffer).await {
                    Ok(0) | Err(_) => return,
                    Ok(read) => total += read,
                }
            }
        };
        // Whether the client finished or the time passed, the connection closes now.
        let _ = tokio::time::timeout(limit, drain).await;
    }
}

impl AsyncRead for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.peeked.is_empty() {
            let part = self.peeked.len().min(buf.remaining());
            buf.put_slice(&self.peeked[..part]);
            self.peeked.drain(..part);
            return Poll::Ready(Ok(()));
        }
        if let Poll::Ready(read) = Pin::new(&mut self.inner).poll_read(cx, buf) {
            return Poll::Ready(read);
        }
        // Pingora flushes a response that has a length only at its end. It reads
        // while the service pauses, so what is there goes out before the pause.
        if self.unflushed && Pin::new(&mut self.inner).poll_flush(cx).is_ready() {
            // An error is the next write's to report.
            self.unflushed = false;
        }
        ready!(self.poll_deadline(cx));
        self.handle.deadline.fire();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.unflushed = true;
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.unflushed = true;
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(Pin::new(&mut self.inner).poll_flush(cx));
        self.unflushed = false;
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[async_trait]
impl Shutdown for GuardedStream {
    async fn shutdown(&mut self) {
        Shutdown::shutdown(&mut *self.inner).await;
        if self.handle.linger.swap(false, Ordering::Relaxed) {
            self.read_out().await;
        }
    }
}

impl UniqueID for GuardedStream {
    fn id(&self) -> UniqueIDType {
        self.inner.id()
    }
}

impl Ssl for GuardedStream {
    fn get_ssl(&self) -> Option<&TlsRef> {
        self.inner.get_ssl()
    }

    fn get_ssl_digest(&self) -> Option<Arc<SslDigest>> {
        self.inner.get_ssl_digest()
    }

    fn selected_alpn_proto(&self) -> Option<ALPN> {
        self.inner.selected_alpn_proto()
    }
}

impl GetTimingDigest for GuardedStream {
    fn get_timing_digest(&self) -> Vec<Option<TimingDigest>> {
        self.inner.get_timing_digest()
    }

    fn get_read_pending_time(&self) -> Duration {
        self.inner.get_read_pending_time()
    }

    fn get_write_pending_time(&self) -> Duration {
        self.inner.get_write_pending_time()
    }
}

impl GetProxyDigest for GuardedStream {
    fn get_proxy_digest(&self) -> Option<Arc<ProxyDigest>> {
        self.inner.get_proxy_digest()
    }

    fn set_proxy_digest(&mut self, digest: ProxyDigest) {
        self.inner.set_proxy_digest(digest);
    }
}

impl GetSocketDigest for GuardedStream {
    fn get_socket_digest(&self) -> Option<Arc<SocketDigest>> {
        self.inner.get_socket_digest()
    }

    fn set_socket_digest(&mut self, digest: SocketDigest) {
        self.inner.set_socket_digest(digest);
    }
}

#[async_trait]
impl Peek for GuardedStream {
    /// Looks for the connection preface of HTTP/2, and stops at the first byte that
    /// isn't of it: a whole HTTP/1 request may be shorter than the preface.
    async fn try_peek(&mut self, buf: &mut [u8]) -> io::Result<bool> {
        let peek = async {
            while self.peeked.len() < H2_PREFACE.len() && H2_PREFACE.starts_with(&self.peeked) {
                let most = (H2_PREFACE.len() - self.peeked.len()) as u64;
                if (&mut self.inner)
                    .take(most)
                    .read_buf(&mut self.peeked)
                    .await?
                    == 0
                {
                    break;
                }
            }
            io::Result::Ok(())
        };
        let timeout = tokio::time::timeout(PREFACE_LIMIT, peek).await;
        timeout.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
        let seen = self.peeked.len().min(buf.len());
        buf[..seen].copy_from_slice(&self.peeked[..seen]);
        Ok(true)
    }
}
