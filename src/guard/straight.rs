//! Requests that are served without Pingora.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};

use super::client::Client;
use super::control::Control;
use super::head::{Framing, Head, Version};
use crate::fields::Lines;

/// Serves the requests that it knows how to.
pub trait StraightWay: Send + Sync {
    /// Begins to serve a request. `None` leaves it to Pingora: nothing was done for it.
    fn begin<'a>(&'a self, request: Incoming<'a>) -> Option<Served<'a>>;
}

/// Whether the connection may carry another request.
pub type Served<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// A request whose head has been read and checked.
pub struct Incoming<'a> {
    pub(super) client: &'a mut Client,
    pub(super) head: &'a Head,
    pub(super) text: &'a Bytes,
    pub(super) control: &'a Arc<Control>,
    pub(super) peer: IpAddr,
    pub(super) last: bool,
}

impl<'a> Incoming<'a> {
    /// Whether it is of HTTP/1.1; else of 1.0.
    #[must_use]
    pub fn is_http11(&self) -> bool {
        self.head.version == Version::Http11
    }

    /// Bytes of its body; `None` when it comes in chunks.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match self.head.framing {
            Framing::Length(length) => Some(length),
            Framing::Chunked => None,
        }
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> &'a [u8] {
        self.part(self.head.method)
    }

    /// Its target as it came.
    #[must_use]
    pub fn target(&self) -> &'a [u8] {
        self.part(self.head.target)
    }

    /// Its fields.
    #[must_use]
    pub fn fields(&self) -> Lines<'a> {
        Lines::new(self.text, &self.head.fields)
    }

    /// The whole head.
    #[must_use]
    pub fn text(&self) -> &'a Bytes {
        self.text
    }

    /// Its deadlines.
    #[must_use]
    pub fn control(&self) -> &'a Arc<Control> {
        self.control
    }

    /// Who sent it.
    #[must_use]
    pub fn peer(&self) -> IpAddr {
        self.peer
    }

    /// Whether its answer has to say that no other follows.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.last || self.control.is_closing()
    }

    /// The rest of it, and the way back.
    #[must_use]
    pub fn client(self) -> ClientSide<'a> {
        ClientSide(self.client)
    }

    fn part(&self, (from, to): (usize, usize)) -> &'a [u8] {
        self.text.get(from..to).unwrap_or_default()
    }
}

/// The client of a request whose head was taken.
pub struct ClientSide<'a>(&'a mut Client);

impl ClientSide<'_> {
    /// Whether the whole request has been read.
    #[must_use]
    pub fn is_request_done(&self) -> bool {
        self.0.is_request_done()
    }

    /// Sends all of these, the smaller ones with the next flush.
    ///
    /// # Errors
    /// Of the system; when a deadline passes.
    pub async fn write_all(&mut self, bufs: &mut [IoSlice<'_>]) -> io::Result<()> {
        let mut rest = bufs;
        while !rest.is_empty() {
            let sent = poll_fn(|cx| self.0.poll_write(cx, rest)).await?;
            IoSlice::advance_slices(&mut rest, sent);
        }
        Ok(())
    }

    /// Sends what was written.
    ///
    /// # Errors
    /// Of the system; when a deadline passes.
    pub async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.0.poll_flush(cx)).await
    }

    /// The same, as far as the client takes it now.
    ///
    /// # Errors
    /// As for [`Self::flush`].
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_flush(cx)
    }
}

/// Reads of the body. Behind its end nothing is read but the end of the connection. What
/// waits for a flush is sent when nothing is there. Fails when a deadline passes, and when
/// the client sends ahead without end.
impl AsyncRead for ClientSide<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.poll_read(cx, buf)
    }
}
