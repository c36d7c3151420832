//! Frames by hand, for what a library refuses to send.

use crate::support::gateway::Gateway;
use crate::support::wire::{Broken, Wire};

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const PRIORITY: u8 = 2;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

/// On PING and SETTINGS.
pub const ACK: u8 = 1;
pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;
pub const PADDED: u8 = 8;

const END_STREAM_AND_HEADERS: u8 = END_STREAM | END_HEADERS;
pub const INITIAL_WINDOW_SIZE: u16 = 4;

/// RFC 9113, section 3.4.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection of HTTP/2.
pub struct Raw {
    pub wire: Wire,
}

pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

impl Frame {
    /// Of RST_STREAM or GOAWAY.
    pub fn code(&self) -> u32 {
        let at = match self.kind {
            RST_STREAM => 0,
            _ => 4,
        };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }
}

impl Raw {
    /// Says hello with empty settings.
    pub fn connect(gateway: &Gateway) -> Self {
        Self::with_settings(gateway, &[])
    }

    /// A client that has room for everything.
    pub fn with_room(gateway: &Gateway) -> Self {
        let room = setting(INITIAL_WINDOW_SIZE, i32::MAX.unsigned_abs());
        let mut client = Self::with_settings(gateway, &room);
        let more = i32::MAX - 0xffff;
        let update = frame(WINDOW_UPDATE, 0, 0, &more.to_be_bytes());
        client.wire.send(update);
        client
    }

    pub fn with_settings(gateway: &Gateway, settings: &[u8]) -> Self {
        let mut wire = gateway.connect();
        wire.send(PREFACE);
        wire.send(frame(SETTINGS, 0, 0, settings));
        Self { wire }
    }

    pub fn ask(&mut self, stream: u32, fields: &[(&str, &str)]) {
        self.wire.send(request(stream, fields));
    }

    pub fn ping(&mut self) {
        self.wire.send(frame(PING, 0, 0, &[0; 8]));
    }

    pub fn next(&mut self) -> Result<Frame, Broken> {
        let head = self.wire.exactly(9)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        Ok(Frame {
            kind: head[3],
            flags: head[4],
            stream: u32::from_be_bytes(head[5..9].try_into().unwrap()),
            payload: self.wire.exactly(usize::try_from(length).unwrap())?,
        })
    }
}

/// A whole request without a body.
pub fn request(stream: u32, fields: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, END_STREAM_AND_HEADERS, stream, &block(fields))
}

/// The head of a request whose body follows.
pub fn begin(stream: u32, fields: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &block(fields))
}

pub fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    fields.iter().flat_map(|(n, v)| field(n, v)).collect()
}

/// One setting (RFC 9113, section 6.5.1).
pub fn setting(name: u16, value: u32) -> Vec<u8> {
    [&name.to_be_bytes()[..], &value.to_be_bytes()].concat()
}

pub fn get(path: &str) -> [(&str, &str); 4] {
    [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "h"),
        (":path", path),
    ]
}

pub fn reset(stream: u32) -> Vec<u8> {
    const CANCEL: u32 = 8;
    frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes())
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend_from_slice(&[kind, flags]);
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// A field as a literal that no table keeps (RFC 7541, section 6.2.2).
fn field(name: &str, value: &str) -> Vec<u8> {
    let mut field = vec![0];
    for text in [name, value] {
        assert!(text.len() < 127);
        field.push(u8::try_from(text.len()).unwrap());
        field.extend_from_slice(text.as_bytes());
    }
    field
}

/// The header block that answers these fields.
pub fn ask(gateway: &Gateway, fields: &[(&str, &str)]) -> Vec<u8> {
    let mut client = Raw::connect(gateway);
    client.ask(1, fields);
    loop {
        let frame = client.next().unwrap();
        if frame.kind == HEADERS {
            return frame.payload;
        }
    }
}
