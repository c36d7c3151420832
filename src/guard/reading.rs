//! Waiting for a request, and reading its head.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, ready};

use tokio::io::AsyncReadExt;
use tokio::task::unconstrained;

use super::client::Client;
use super::clocks::Moment;
use super::control::Control;
use super::head::{Head, HeadReader, Refused};
use super::leaving::{Leaving, QUIET};
use super::settings::Settings;
use crate::failure::Failure;

/// RFC 9113, section 3.4.
const H2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Room for the head of an ordinary request.
const HEAD_ROOM: usize = 1 << 10;

/// What a connection turns to when it is done waiting.
pub(super) enum Next {
    Request(Head),
    Http2,
    /// The reason is for the log.
    Refuse(Failure, &'static str),
    /// The client has gone, or may go.
    Close,
}

/// Waits for a client without a buffer, then reads what it sent; `None` when it has
/// gone, or may go.
pub(super) async fn first_bytes(client: &mut Client, leaving: &Leaving) -> Option<usize> {
    let since = Moment::now();
    let first = poll_fn(|cx| {
        loop {
            let may_go = leaving.idle_may_go();
            if may_go {
                // A waker wakes once.
                client.control.waker.register(cx.waker());
            }
            match client.socket.poll_read_ready(cx) {
                Poll::Pending if may_go && since.elapsed() >= QUIET => return Poll::Ready(None),
                // What an error is about, reading tells.
                ready => {
                    let _ = ready!(ready);
                }
            }
            client.input.reserve(HEAD_ROOM);
            let read = pin!(client.socket.read_buf(&mut client.input));
            match read.poll(cx) {
                Poll::Ready(read) => return Poll::Ready(read.ok().filter(|&read| read > 0)),
                // The system was mistaken, as it may be.
                Poll::Pending => client.rest(),
            }
        }
    });
    // Out of its budget the task would hear that nothing is there when something is.
    unconstrained(first).await
}

/// Reads up to the end of a head, and what comes with it.
pub(super) async fn read_head(client: &mut Client, settings: &Settings, control: &Control) -> Next {
    let mut reader = HeadReader::default();
    loop {
        if settings.server.h2c && !client.input.is_empty() {
            let part = client.input.len().min(H2_PREFACE.len());
            if client.input[..part] == H2_PREFACE[..part] {
                if part == H2_PREFACE.len() {
                    return Next::Http2;
                }
                if !read_more(client, control).await {
                    return Next::Close;
                }
                continue;
            }
        }
        match reader.advance(&client.input, settings.head_limits()) {
            Ok(Some(head)) => return Next::Request(head),
            Ok(None) => {}
            Err(refused) => return refused.into(),
        }
        if !read_more(client, control).await {
            return Next::Close;
        }
    }
}

impl From<Refused> for Next {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Malformed(why) => Self::Refuse(Failure::MalformedRequest, why),
            Refused::Connect => Self::Refuse(Failure::MethodNotAllowed, "there are no tunnels"),
            Refused::TargetTooLong => Self::Refuse(Failure::TargetTooLong, "limits.target_bytes"),
            Refused::TooLarge => {
                Self::Refuse(Failure::HeaderTooLarge, "limits.headers or header_bytes")
            }
        }
    }
}

/// False when the client has gone.
async fn read_more(client: &mut Client, control: &Control) -> bool {
    client.input.reserve(HEAD_ROOM);
    match client.socket.read_buf(&mut client.input).await {
        Ok(0) | Err(_) => false,
        Ok(read) => {
            control.count_read(read);
            true
        }
    }
}
