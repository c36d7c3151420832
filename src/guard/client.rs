//! A client's socket, and the bytes on their way in and out.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::{self, MaybeUninit};
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::body::Body;
use super::control::Control;
use super::state::State;

/// Up to here small writes wait for the flush, to leave in one packet.
const MOST_OUTPUT: usize = 8 << 10;

/// The most bytes that are taken in while a request is in progress: those of the next
/// ones. Who sends more ahead is closed.
const MOST_EARLY: usize = 64 << 10;

/// Bytes of them that are read at once.
const EARLY: usize = 1 << 10;

/// Slices of one write.
const MOST_SLICES: usize = 8;

/// A connection, whoever reads from it at the moment.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) socket: TcpStream,
    pub(super) control: Arc<Control>,
    /// Arrived and not yet passed on.
    pub(super) input: BytesMut,
    /// To be sent with the next flush.
    output: BytesMut,
    /// A head that may be passed on.
    head: Bytes,
    body: Body,
}

impl Client {
    pub(super) fn new(socket: TcpStream, control: Arc<Control>) -> Self {
        Self {
            socket,
            control,
            input: BytesMut::new(),
            output: BytesMut::new(),
            head: Bytes::new(),
            body: Body::Length(0),
        }
    }

    /// Takes a head out of what has arrived.
    pub(super) fn take_head(&mut self, length: usize) -> Bytes {
        match self.input.len() == length {
            // Nothing is shared with what comes next.
            true => mem::take(&mut self.input).freeze(),
            false => self.input.split_to(length).freeze(),
        }
    }

    /// Lets a checked head pass, and the body after it, but nothing beyond.
    pub(super) fn release(&mut self, head: Bytes, body: Body) {
        self.head = head;
        self.body = body;
    }

    /// Lets everything pass.
    pub(super) fn release_all(&mut self) {
        self.release(Bytes::new(), Body::Tunnel);
    }

    /// Whether the client has sent its whole request.
    pub(super) fn is_request_done(&self) -> bool {
        self.head.is_empty() && self.body.is_done()
    }

    /// Whether more than its request is here, as far as one can know.
    pub(super) fn has_more(&self) -> bool {
        !self.input.is_empty() || matches!(self.socket.try_read(&mut [0]), Ok(1..))
    }

    /// Gives memory back that an idle connection has no use for.
    pub(super) fn rest(&mut self) {
        if self.input.is_empty() {
            self.input = BytesMut::new();
        }
        if self.output.is_empty() {
            self.output = BytesMut::new();
        }
    }

    /// Says that nothing follows.
    pub(super) fn end(&self) {
        // One that is gone needn't hear it.
        let _ = SockRef::from(&self.socket).shutdown(Shutdown::Write);
    }

    /// Closes without waiting for what the client doesn't take: the system would keep it
    /// for minutes.
    pub(super) fn reset(&self) {
        let socket = SockRef::from(&self.socket);
        // Then it is kept, as it would be without.
        let _ = socket.set_linger(Some(Duration::ZERO));
    }

    /// Sends what waits for a flush, and then these bytes.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.extend_from_slice(bytes);
        poll_fn(|cx| self.poll_flush(cx)).await
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.head.is_empty() {
            let part = self.head.len().min(buf.remaining());
            buf.put_slice(&self.head[..part]);
            self.head.advance(part);
            return Poll::Ready(Ok(()));
        }
        if self.control.state() == State::Upgraded {
            self.body = Body::Tunnel;
        }
        if self.body.is_done() {
            return self.poll_gone(cx);
        }
        if !self.input.is_empty() {
            let part = self.input.len().min(buf.remaining());
            let taken = self.body.take(&self.input[..part]);
            let taken = taken.map_err(|_| self.bad_chunk())?;
            buf.put_slice(&self.input[..taken]);
            self.input.advance(taken);
            self.control.client_sent(0);
            return Poll::Ready(self.read_along(cx, buf));
        }
        self.poll_body(cx, buf)
    }

    /// What came with the head is seldom the whole body: the rest that is here goes along,
    /// or a few bytes would be sent on their own.
    fn read_along(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> io::Result<()> {
        let more = matches!(self.body, Body::Length(1..)) && buf.remaining() > 0;
        let before = buf.filled().len();
        // The next read tells of an end or an error.
        if more && let Poll::Ready(Ok(())) = Pin::new(&mut self.socket).poll_read(cx, buf) {
            self.count(buf, before)?;
        }
        Ok(())
    }

    /// Reads from the socket straight into `buf`; what follows the body waits in `input`.
    fn poll_body(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.socket).poll_read(cx, buf) {
            Poll::Ready(read) => read?,
            Poll::Pending => {
                self.control.wait_for_client();
                return self.poll_meanwhile(cx);
            }
        }
        Poll::Ready(self.count(buf, before))
    }

    /// Counts what was read of the body, and takes out what follows it.
    fn count(&mut self, buf: &mut ReadBuf<'_>, before: usize) -> io::Result<()> {
        let read = &buf.filled()[before..];
        let length = read.len();
        let taken = self.body.take(read);
        if let Ok(taken) = taken {
            self.input.extend_from_slice(&read[taken..]);
        }
        buf.set_filled(before + taken.as_ref().copied().unwrap_or(0));
        taken.map_err(|_| self.bad_chunk())?;
        self.control.client_sent(length);
        Ok(())
    }

    /// The request is complete: what comes is the end of the connection, or the beginning
    /// of the next request. It is read, or the end would never be seen.
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut early = [const { MaybeUninit::uninit() }; EARLY];
            let mut early = ReadBuf::uninit(&mut early);
            match Pin::new(&mut self.socket).poll_read(cx, &mut early) {
                Poll::Pending => return self.poll_meanwhile(cx),
                Poll::Ready(read) => read?,
            }
            let early = early.filled();
            if early.is_empty() {
                return Poll::Ready(Ok(()));
            }
            if self.input.len() + early.len() > MOST_EARLY {
                // It sends ahead without end: nobody could tell whether it is still there.
                return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
            }
            self.control.count_read(early.len());
            self.input.extend_from_slice(early);
        }
    }

    /// Nothing is there to be read. Pingora sends a response of a known length only at
    /// its end; it reads while the service pauses, so what is there leaves before the
    /// pause.
    fn poll_meanwhile(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.poll_flush(cx) {
            // The deadline is told once.
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::TimedOut => {
                Poll::Ready(Err(error))
            }
            // Another error is the next write's to report.
            _ => self.poll_deadline(),
        }
    }

    /// Fails once a deadline has passed. The watch over the request wakes the task then.
    fn poll_deadline<T>(&self) -> Poll<io::Result<T>> {
        match self.control.fire() {
            true => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            false => Poll::Pending,
        }
    }

    fn bad_chunk(&self) -> io::Error {
        self.control.malformed();
        io::ErrorKind::InvalidData.into()
    }

    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let total = bufs.iter().map(|buf| buf.len()).sum::<usize>();
        if self.output.len() + total <= MOST_OUTPUT {
            for buf in bufs {
                self.output.extend_from_slice(buf);
            }
            return Poll::Ready(Ok(total));
        }
        loop {
            let waiting = self.output.len();
            let sent = ready!(self.poll_send(cx, bufs)?);
            if sent > waiting {
                return Poll::Ready(Ok(sent - waiting));
            }
        }
    }

    /// Sends some of the output and, after it, of `more`. Tells how much of both.
    fn poll_send(&mut self, cx: &mut Context<'_>, more: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let mut slices = [IoSlice::new(&[]); MOST_SLICES];
        let waiting = IoSlice::new(&self.output);
        let all = std::iter::once(&waiting).chain(more);
        let mut count = 0;
        for (slot, buf) in slices.iter_mut().zip(all.filter(|buf| !buf.is_empty())) {
            *slot = IoSlice::new(buf);
            count += 1;
        }
        let socket = Pin::new(&mut self.socket);
        let sent = match slices[..count] {
            [ref all] => socket.poll_write(cx, all),
            ref all => socket.poll_write_vectored(cx, all),
        };
        let sent = match sent {
            Poll::Ready(sent) => sent?,
            Poll::Pending => {
                self.control.write_stalled();
                return self.poll_deadline();
            }
        };
        if sent == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.control.client_took(sent);
        self.output.advance(sent.min(self.output.len()));
        Poll::Ready(Ok(sent))
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.output.is_empty() {
            ready!(self.poll_send(cx, &[])?);
        }
        Poll::Ready(Ok(()))
    }

    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_flush(cx)?);
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::guard::intake::Intake;

    #[tokio::test]
    async fn what_came_with_the_head_goes_along_with_what_is_here_by_then() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let theirs = TcpStream::connect(listener.local_addr().unwrap());
        let (theirs, ours) = tokio::join!(theirs, listener.accept());
        let (mut theirs, ours) = (theirs.unwrap(), ours.unwrap().0);
        let control = Control::new(None, Arc::new(Intake::new(1)));
        let mut client = Client::new(ours, Arc::new(control));
        client.input.extend_from_slice(b"a ");
        client.release(Bytes::new(), Body::Length(6));
        theirs.write_all(b"bodyGET /").await.unwrap();
        client.socket.readable().await.unwrap();

        let mut buffer = [0; 64];
        let mut buffer = ReadBuf::new(&mut buffer);
        poll_fn(|cx| client.poll_read(cx, &mut buffer))
            .await
            .unwrap();
        assert_eq!(buffer.filled(), b"a body");
        assert!(client.is_request_done());
        // What follows is the next request's.
        assert_eq!(client.input, b"GET /"[..]);

        // Nothing is waited for: what is there is enough.
        client.release(Bytes::new(), Body::Length(9));
        buffer.clear();
        poll_fn(|cx| client.poll_read(cx, &mut buffer))
            .await
            .unwrap();
        assert_eq!(buffer.filled(), b"GET /");
        drop(client);
        assert_eq!(theirs.read(&mut [0]).await.unwrap(), 0);
    }
}
