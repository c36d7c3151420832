//! Lines and open files between two processes.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use tokio::io::Interest;
use tokio::net::UnixStream;

use super::message::Message;

/// The most open files that one message may carry: Linux' own limit is 253.
pub(super) const MOST_FILES: usize = 250;

/// The longest line.
const MOST_BYTES: usize = 1 << 20;

/// The other process. It belongs to the same user or to root, or root asked.
#[derive(Debug)]
pub(crate) struct Channel {
    stream: UnixStream,
    /// Its process, as the system knows it.
    pid: Option<i32>,
    /// Arrived and not read.
    bytes: Vec<u8>,
    /// `None` where none are taken.
    files: Option<VecDeque<OwnedFd>>,
}

impl Channel {
    /// # Errors
    /// When nobody listens there, or somebody of another user does.
    pub(super) async fn connect(path: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(path).await?;
        // Root manages the gateways of other users, who own the socket then.
        let owner = std::fs::metadata(path)?.uid();
        let root = rustix::process::geteuid().is_root();
        Self::new(stream, Some(owner).filter(|_| root), true)
    }

    /// Who knocks at the door. Open files aren't taken from them.
    ///
    /// # Errors
    /// When it may not.
    pub(super) fn accepted(stream: UnixStream) -> io::Result<Self> {
        Self::new(stream, None, false)
    }

    fn new(stream: UnixStream, also: Option<u32>, takes_files: bool) -> io::Result<Self> {
        let peer = stream.peer_cred()?;
        let own = rustix::process::geteuid().as_raw();
        if ![0, own, also.unwrap_or(own)].contains(&peer.uid()) {
            let text = format!(
                "it belongs to user {}, which may not be trusted",
                peer.uid()
            );
            return Err(io::Error::new(ErrorKind::PermissionDenied, text));
        }
        Ok(Self {
            stream,
            pid: peer.pid(),
            bytes: Vec::new(),
            files: takes_files.then(VecDeque::new),
        })
    }

    pub(super) fn pid(&self) -> Option<i32> {
        self.pid
    }

    pub(crate) async fn send(&self, message: &Message) -> io::Result<()> {
        self.send_with(message, &[]).await
    }

    /// Says why not; who has gone meanwhile needn't know.
    pub(crate) async fn refuse(&self, why: &str) {
        let _ = self.send(&Message::refused(why)).await;
    }

    /// Sends a message and open files with it.
    pub(super) async fn send_with(
        &self,
        message: &Message,
        files: &[BorrowedFd<'_>],
    ) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        let mut files = Some(files).filter(|files| !files.is_empty());
        let mut rest = &line[..];
        while !rest.is_empty() {
            let write = || send_some(&self.stream, rest, files);
            let sent = self.stream.async_io(Interest::WRITABLE, write).await?;
            // They travel with the first byte.
            files = None;
            rest = &rest[sent..];
        }
        Ok(())
    }

    /// The next message.
    ///
    /// # Errors
    /// When the other side is gone, or says what nobody understands.
    pub(crate) async fn receive(&mut self) -> io::Result<Message> {
        loop {
            if let Some(end) = self.bytes.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.bytes.drain(..=end).collect();
                return Ok(serde_json::from_slice(&line)?);
            }
            if self.bytes.len() > MOST_BYTES {
                return Err(io::Error::new(ErrorKind::InvalidData, "a message too long"));
            }
            let (bytes, files) = (&mut self.bytes, &mut self.files);
            let stream = &self.stream;
            let read = || receive_some(stream, bytes, files);
            if stream.async_io(Interest::READABLE, read).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Waits until the other side closes or says something that nobody asked for.
    pub(crate) async fn gone(&mut self) {
        let _ = self.receive().await;
    }

    /// The open files that came with the messages so far.
    pub(super) fn take_files(&mut self) -> Vec<OwnedFd> {
        self.files.iter_mut().flat_map(|f| f.drain(..)).collect()
    }
}

fn send_some(
    stream: &UnixStream,
    bytes: &[u8],
    files: Option<&[BorrowedFd<'_>]>,
) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if let Some(files) = files
        && !ancillary.push(SendAncillaryMessage::ScmRights(files))
    {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            format!("more than {MOST_FILES} sockets"),
        ));
    }
    let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
    Ok(sendmsg(
        stream,
        &[IoSlice::new(bytes)],
        &mut ancillary,
        flags,
    )?)
}

fn receive_some(
    stream: &UnixStream,
    bytes: &mut Vec<u8>,
    files: &mut Option<VecDeque<OwnedFd>>,
) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut part = [0; 4096];
    let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
    let received = recvmsg(
        stream,
        &mut [IoSliceMut::new(&mut part)],
        &mut ancillary,
        flags,
    )?;
    bytes.extend_from_slice(&part[..received.bytes]);
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(sent) = message
            && let Some(files) = files
        {
            files.extend(sent);
        }
    }
    Ok(received.bytes)
}
