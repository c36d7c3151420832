//! One end of an HTTP/1.1 connection of the load, or of its service.

use std::fmt::{self, Display};
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::message::Head;

/// Why an exchange is no success.
#[derive(Debug)]
pub struct Fault(pub String);

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An error, and what was done when it came.
pub fn fault(what: impl Display) -> impl FnOnce(io::Error) -> Fault {
    move |error| Fault(format!("{what}: {error}"))
}

/// An `Err` unless it holds.
pub fn check(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Fault> {
    holds.then_some(()).ok_or_else(|| Fault(otherwise()))
}

pub struct Http {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Http {
    pub fn new(stream: TcpStream) -> Self {
        // Without it the load is slower, nothing else.
        let _ = stream.set_nodelay(true);
        let buffer = Vec::new();
        Self { stream, buffer }
    }

    pub async fn connect(address: SocketAddr) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).await;
        stream.map(Self::new).map_err(fault("connecting"))
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Fault> {
        let sent = self.stream.write_all(bytes.as_ref()).await;
        sent.map_err(fault("sending"))
    }

    /// False at the end.
    async fn fill(&mut self) -> Result<bool, Fault> {
        let read = self.stream.read_buf(&mut self.buffer).await;
        read.map(|read| read > 0).map_err(fault("reading"))
    }

    /// `None` when the connection ends instead.
    pub async fn head(&mut self) -> Result<Option<Head>, Fault> {
        loop {
            if let Some(at) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                let raw: Vec<u8> = self.buffer.drain(..at + 4).collect();
                return Ok(Some(Head::parse(&raw)));
            }
            if !self.fill().await? {
                let begun = self.buffer.len();
                check(begun == 0, || {
                    format!("closed after {begun} bytes of a head")
                })?;
                return Ok(None);
            }
        }
    }

    /// The head of the answer to what was sent.
    pub async fn answer(&mut self) -> Result<Head, Fault> {
        let head = self.head().await?;
        head.ok_or_else(|| Fault("closed instead of an answer".into()))
    }

    /// What is there next, at least a byte; empty at the end.
    pub async fn some(&mut self) -> Result<Vec<u8>, Fault> {
        if self.buffer.is_empty() {
            self.fill().await?;
        }
        Ok(std::mem::take(&mut self.buffer))
    }

    pub async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Fault> {
        while self.buffer.len() < length {
            if !self.fill().await? {
                let came = self.buffer.len();
                return Err(Fault(format!("closed after {came} of {length} bytes")));
            }
        }
        Ok(self.buffer.drain(..length).collect())
    }

    pub async fn body(&mut self, head: &Head) -> Result<Vec<u8>, Fault> {
        if head.is_chunked() {
            return self.chunks().await;
        }
        let length = head.length().unwrap_or(0);
        self.exactly(usize::try_from(length).unwrap()).await
    }

    /// Without trailers.
    async fn chunks(&mut self) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        loop {
            let mut line = Vec::new();
            while !line.ends_with(b"\r\n") {
                line.extend(self.exactly(1).await?);
            }
            let size = String::from_utf8_lossy(&line);
            let size = usize::from_str_radix(size.trim_end(), 16);
            let size = size.map_err(|_| Fault("no size of a chunk".into()))?;
            body.extend(self.exactly(size).await?);
            self.exactly(2).await?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    /// Waits for the end, with nothing before it.
    pub async fn end(&mut self) -> Result<(), Fault> {
        let rest = self.some().await?;
        check(rest.is_empty(), || {
            format!("{} bytes after the answer", rest.len())
        })
    }
}

/// Whether the sender announces that it will close.
pub fn says_close(head: &Head) -> bool {
    let mut words = head
        .all("connection")
        .into_iter()
        .flat_map(|v| v.split(','));
    words.any(|word| word.trim().eq_ignore_ascii_case("close"))
}
