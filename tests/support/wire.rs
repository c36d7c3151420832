//! One end of a raw connection that speaks HTTP/1 by hand.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::PATIENCE;
use super::message::{Head, Response};

/// How a message failed to arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The end came before the message was whole.
    Closed,
    Reset,
    /// Nothing came for as long as the socket waits.
    Silent,
    /// It is not HTTP.
    Malformed,
}

impl From<Broken> for io::Error {
    fn from(broken: Broken) -> Self {
        let kind = match broken {
            Broken::Closed => ErrorKind::UnexpectedEof,
            Broken::Reset => ErrorKind::ConnectionReset,
            Broken::Silent => ErrorKind::TimedOut,
            Broken::Malformed => ErrorKind::InvalidData,
        };
        Self::new(kind, format!("no whole answer: {broken:?}"))
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Self::Silent,
            ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Reset,
        }
    }
}

pub struct Wire<S = TcpStream> {
    pub stream: S,
    buffer: Vec<u8>,
}

impl Wire {
    pub fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }

    pub fn connect(address: SocketAddr) -> Self {
        Self::new(TcpStream::connect(address).unwrap())
    }

    /// Closes so that the other side gets a reset.
    pub fn reset(self) {
        let socket = socket2::Socket::from(self.stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }
}

impl<S: Read + Write> Wire<S> {
    /// The stream's own limits apply.
    pub fn over(stream: S) -> Self {
        let buffer = Vec::new();
        Self { stream, buffer }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).unwrap();
    }

    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    pub fn chunk(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        self.send(chunk);
    }

    fn fill(&mut self) -> Result<(), Broken> {
        let mut part = [0; 64 << 10];
        loop {
            match self.stream.read(&mut part) {
                Ok(0) => return Err(Broken::Closed),
                Ok(read) => {
                    self.buffer.extend_from_slice(&part[..read]);
                    return Ok(());
                }
                // A socket with a time limit says so when its process was stopped and goes on
                // (signal(7)), as on a machine that is paused.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn through(&mut self, end: &[u8]) -> Result<Vec<u8>, Broken> {
        loop {
            let found = self.buffer.windows(end.len()).position(|w| w == end);
            if let Some(at) = found {
                return Ok(self.buffer.drain(..at + end.len()).collect());
            }
            self.fill()?;
        }
    }

    /// The bytes up to and with the empty line.
    pub fn raw_head(&mut self) -> Result<Vec<u8>, Broken> {
        self.through(b"\r\n\r\n")
    }

    pub fn head(&mut self) -> Result<Head, Broken> {
        let raw = self.raw_head()?;
        if raw.starts_with(b"\r\n") {
            return Err(Broken::Malformed);
        }
        Ok(Head::parse(&raw))
    }

    /// How much has been read but not looked at; it is dropped.
    pub fn take_buffered(&mut self) -> usize {
        std::mem::take(&mut self.buffer).len()
    }

    pub fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Broken> {
        while self.buffer.len() < length {
            self.fill()?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    /// The next chunk's data; an empty one is the last, its trailers are read too.
    pub fn next_chunk(&mut self) -> Result<Vec<u8>, Broken> {
        let line = self.through(b"\r\n")?;
        let line = String::from_utf8_lossy(&line);
        let size = line.trim_end().split(';').next().unwrap();
        let size = usize::from_str_radix(size, 16).map_err(|_| Broken::Malformed)?;
        if size == 0 {
            while self.through(b"\r\n")? != b"\r\n" {}
            return Ok(Vec::new());
        }
        let data = self.exactly(size)?;
        match self.exactly(2)?.as_slice() {
            b"\r\n" => Ok(data),
            _ => Err(Broken::Malformed),
        }
    }

    pub fn chunks(&mut self) -> Result<Vec<u8>, Broken> {
        let mut body = Vec::new();
        loop {
            match self.next_chunk()? {
                data if data.is_empty() => return Ok(body),
                data => body.extend(data),
            }
        }
    }

    /// Everything up to a clean end.
    pub fn rest(&mut self) -> Result<Vec<u8>, Broken> {
        loop {
            match self.fill() {
                Ok(()) => {}
                Err(Broken::Closed) => return Ok(std::mem::take(&mut self.buffer)),
                Err(broken) => return Err(broken),
            }
        }
    }

    /// Reads to the end of the connection without keeping anything; true when it came.
    pub fn drain(&mut self) -> bool {
        loop {
            self.buffer.clear();
            match self.fill() {
                Ok(()) => {}
                Err(broken) => return broken != Broken::Silent,
            }
        }
    }

    /// Waits for the clean end of the connection, with nothing before it.
    pub fn assert_closed(&mut self) {
        assert_eq!(self.rest(), Ok(vec![]));
    }

    /// A response to anything but HEAD.
    pub fn response(&mut self) -> Response {
        self.try_response("GET").unwrap()
    }

    pub fn response_to(&mut self, method: &str) -> Response {
        self.try_response(method).unwrap()
    }

    pub fn try_response(&mut self, method: &str) -> Result<Response, Broken> {
        let mut interim = Vec::new();
        let head = loop {
            let head = self.head()?;
            match head.status() {
                0 => return Err(Broken::Malformed),
                100 | 102..200 => interim.push(head),
                _ => break head,
            }
        };
        let bodiless = method == "HEAD" || matches!(head.status(), 101 | 204 | 304);
        let body = match head.length() {
            _ if bodiless => Vec::new(),
            _ if head.is_chunked() => self.chunks()?,
            Some(length) => self.exactly(usize::try_from(length).unwrap())?,
            None => self.rest()?,
        };
        Ok(Response {
            interim,
            head,
            body,
        })
    }

    /// A request's body by its head.
    pub fn body_of(&mut self, request: &Head) -> Result<Vec<u8>, Broken> {
        if request.is_chunked() {
            return self.chunks();
        }
        let length = request.length().unwrap_or(0);
        self.exactly(usize::try_from(length).unwrap())
    }
}
