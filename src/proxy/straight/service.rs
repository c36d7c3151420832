//! A connection to a service, and what came on it.

use std::io;
use std::os::fd::AsRawFd;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pingora_core::protocols::SocketDigest;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// Room for an ordinary answer, and for a part of a long one.
const ROOM: (usize, usize) = (4 << 10, 64 << 10);

/// One connection.
#[derive(Debug)]
pub(super) struct Service {
    socket: TcpStream,
    /// Used before this request.
    pub(super) reused: bool,
    input: Vec<u8>,
    /// Bytes of it that are done with.
    at: usize,
}

impl Service {
    pub(super) fn new(socket: TcpStream, reused: bool) -> Self {
        Self {
            socket,
            reused,
            input: Vec::new(),
            at: 0,
        }
    }

    /// What the guard asks how much of an upload was taken.
    pub(super) fn digest(&self) -> Arc<SocketDigest> {
        Arc::new(SocketDigest::from_raw_fd(self.socket.as_raw_fd()))
    }

    pub(super) async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes).await
    }

    /// Writes the rest of these bytes, of which so many were taken before.
    pub(super) fn poll_write_all(
        &mut self,
        bytes: &[u8],
        taken: &mut usize,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(rest @ [_, ..]) = bytes.get(*taken..) {
            match ready!(pin!(&mut self.socket).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *taken += more,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// What has come and isn't done with.
    pub(super) fn unread(&self) -> &[u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    pub(super) fn consume(&mut self, bytes: usize) {
        self.at += bytes;
        if self.at >= self.input.len() {
            self.input.clear();
            self.at = 0;
        }
    }

    /// Reads more. Takes memory for the first of it only when something is there.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.input.capacity() == 0 {
            ready!(self.socket.poll_read_ready(cx))?;
        }
        let (few, many) = ROOM;
        let room = match self.input.capacity() {
            0 => few,
            _ => many,
        };
        if self.input.len() == self.input.capacity() || self.input.is_empty() {
            self.input.drain(..self.at);
            self.at = 0;
            self.input.reserve(room.max(self.input.len()));
        }
        pin!(self.socket.read_buf(&mut self.input)).poll(cx)
    }

    /// The connection, to be used again; `None` when something came that nobody asked for.
    pub(super) fn into_socket(self) -> Option<TcpStream> {
        self.unread().is_empty().then_some(self.socket)
    }
}
