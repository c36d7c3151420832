//! Reads along on a client's HTTP/2 connection, to know which streams the gateway will
//! not process: the library doesn't tell.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// RFC 9113, section 4.1.
const HEADER: usize = 9;
const GOAWAY: u8 = 7;

/// No GOAWAY so far.
const NONE: u32 = u32::MAX;

/// The last stream that the gateway has processed or will, by its GOAWAY.
#[derive(Clone)]
pub struct Last(Arc<AtomicU32>);

impl Last {
    pub fn is_known(&self) -> bool {
        self.0.load(Ordering::Acquire) != NONE
    }

    pub fn excludes(&self, stream: u32) -> bool {
        let last = self.0.load(Ordering::Acquire);
        last != NONE && stream > last
    }
}

pub struct Watched {
    stream: TcpStream,
    last: Last,
    /// The beginning of a frame, until its kind and, of a GOAWAY, its stream are known.
    begun: Vec<u8>,
    /// Bytes of the frame that are still to come.
    skip: usize,
}

impl Watched {
    pub fn new(stream: TcpStream) -> (Self, Last) {
        let last = Last(Arc::new(AtomicU32::new(NONE)));
        let watched = Self {
            stream,
            last: last.clone(),
            begun: Vec::new(),
            skip: 0,
        };
        (watched, last)
    }

    fn look_at(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.skip > 0 {
                self.skip -= 1;
                continue;
            }
            self.begun.push(byte);
            if self.begun.len() < HEADER {
                continue;
            }
            let length = u32::from_be_bytes([0, self.begun[0], self.begun[1], self.begun[2]]);
            let length = usize::try_from(length).unwrap();
            if self.begun[3] == GOAWAY {
                let Some(last) = self.begun.get(HEADER..HEADER + 4) else {
                    continue;
                };
                let last = u32::from_be_bytes(last.try_into().unwrap()) & (u32::MAX >> 1);
                self.last.0.store(last, Ordering::Release);
            }
            self.skip = length + HEADER - self.begun.len();
            self.begun.clear();
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.look_at(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
