//! A process that takes over as the exchange says, or not quite.

use std::io::{BufRead, BufReader, ErrorKind, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use serde_json::{Value, json};

use super::instance::{Instance, signal};
use crate::support::{PATIENCE, until};

pub struct Successor {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

impl Successor {
    /// Says which protocols it speaks.
    pub fn speaking(gateway: &Instance, oldest: u32, protocol: u32) -> Self {
        let socket = gateway.place.runtime().join("upgrade.sock");
        let stream = UnixStream::connect(socket).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap());
        let mut successor = Self { stream, lines };
        let pid = std::process::id();
        successor
            .say(json!({ "successor": { "protocol": protocol, "oldest": oldest, "pid": pid } }));
        successor
    }

    /// Is ready, and the gateway is told to hand over to it.
    pub fn ready(gateway: &Instance) -> Self {
        let mut successor = Self::speaking(gateway, 1, 1);
        let welcome = successor.hear();
        assert_eq!(welcome["welcome"]["protocol"], 1, "{welcome}");
        let waits = format!("process {} waits to take over", std::process::id());
        let before = gateway.lines(&waits);
        successor.say(json!("ready"));
        until(&waits, || gateway.lines(&waits) > before);
        signal(gateway.first(), "QUIT");
        successor
    }

    pub fn say(&mut self, message: Value) {
        // Whether it is still heard, the answer tells.
        let _ = self.stream.write_all(format!("{message}\n").as_bytes());
    }

    /// The next message; null when the gateway has closed.
    pub fn hear(&mut self) -> Value {
        let mut line = String::new();
        if let Err(error) = self.lines.read_line(&mut line) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        }
        serde_json::from_str(&line).unwrap_or_default()
    }

    /// The sockets, by name.
    pub fn sockets(&mut self) -> Vec<(String, OwnedFd)> {
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut bytes = [0; 4096];
        let mut parts = [IoSliceMut::new(&mut bytes)];
        let flags = RecvFlags::CMSG_CLOEXEC;
        let received = recvmsg(&self.stream, &mut parts, &mut ancillary, flags).unwrap();
        let files = ancillary.drain().flat_map(|message| match message {
            RecvAncillaryMessage::ScmRights(files) => files.collect::<Vec<_>>(),
            _ => Vec::new(),
        });
        let files: Vec<_> = files.collect();
        let said: Value = serde_json::from_slice(&bytes[..received.bytes]).unwrap();
        let names: Vec<String> = serde_json::from_value(said["sockets"]["names"].clone()).unwrap();
        assert_eq!(names.len(), files.len());
        names.into_iter().zip(files).collect()
    }
}

/// The main listener among them.
pub fn listener(gateway: &Instance, sockets: Vec<(String, OwnedFd)>) -> TcpListener {
    let ours = format!("tcp {}", gateway.address);
    let mut all = sockets.into_iter();
    let (_, file) = all.find(|(name, _)| *name == ours).unwrap();
    file.into()
}
