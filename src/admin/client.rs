//! One connection.

use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::Method;
use hyper::body::Body;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::sleep_until;

use super::Site;
use super::answer::answer;
use super::turn::Turn;

/// The most that is held of what a client sends.
const BUFFER: usize = 16 << 10;

/// Answers requests until the client goes, is told to or takes too long.
///
/// hyper's own deadline for heads runs while nothing is asked, too, so it can't allow a
/// connection to idle for longer than a head may take.
pub(super) async fn serve<IO: AsyncRead + AsyncWrite + Unpin>(
    io: IO,
    site: Arc<Site>,
    turn: Arc<Turn>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let service = service_fn(|request| {
        turn.on_request();
        let answer = answer(&site, &request);
        let is_endless = answer.body().size_hint().exact().is_none();
        if is_endless && request.method() != Method::HEAD {
            turn.on_events();
        }
        ready(Ok::<_, Infallible>(answer))
    });
    let io = Watched { io, turn: &turn };
    let connection = Builder::new()
        .header_read_timeout(None)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(io), service);
    let mut connection = pin!(connection);
    let mut deadline = pin!(sleep_until(turn.deadline()));
    poll_fn(|cx| {
        if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
            return Poll::Ready(ended.map_err(Into::into));
        }
        // It changes only where the connection is polled.
        let now = turn.deadline();
        if deadline.deadline() != now {
            deadline.as_mut().reset(now);
        }
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Err("the client took too long".into()))
    })
    .await
}

/// A connection that tells whose turn it is.
struct Watched<'a, IO> {
    io: IO,
    turn: &'a Turn,
}

impl<IO: AsyncRead + Unpin> AsyncRead for Watched<'_, IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.turn.on_bytes_read();
        }
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Watched<'_, IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, data)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, data)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    /// hyper flushes when it has written all of an answer.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        self.turn.on_everything_written();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
