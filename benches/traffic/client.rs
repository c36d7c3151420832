//! One client, which takes nothing but the answer that the service gives.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::message::{self, Kind};

/// Room for a small answer as a whole.
const ROOM: usize = 4 << 10;
const LARGE_ROOM: usize = 128 << 10;

pub(crate) struct Client {
    address: String,
    socket: TcpStream,
    input: Vec<u8>,
}

impl Client {
    /// Waits until somebody listens.
    pub(crate) async fn connect(address: &str) -> Self {
        let begin = Instant::now();
        let socket = loop {
            match open(address).await {
                Ok(socket) => break socket,
                Err(error) if begin.elapsed() > Duration::from_secs(30) => panic!("{error}"),
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        };
        Self {
            address: address.to_owned(),
            socket,
            input: Vec::with_capacity(ROOM),
        }
    }

    pub(crate) async fn reconnect(&mut self) -> Result<(), String> {
        self.socket = open(&self.address).await?;
        Ok(())
    }

    /// One request and its whole answer.
    pub(crate) async fn exchange(&mut self, kind: Kind) -> Result<(), String> {
        let said = |error: std::io::Error| error.to_string();
        let sent = self.socket.write_all(kind.request()).await;
        sent.map_err(said)?;
        self.input.clear();
        if kind == Kind::Large {
            self.input.reserve(LARGE_ROOM);
        }
        // How much of the answer is there, and how much there has to be.
        let (mut there, mut whole) = (0, usize::MAX);
        while there < whole {
            let read = self.socket.read_buf(&mut self.input).await.map_err(said)?;
            if read == 0 {
                return Err("the connection was closed".to_owned());
            }
            there += read;
            if whole == usize::MAX {
                let Some(end) = message::head_end(&self.input) else {
                    continue;
                };
                whole = end + body_length(&self.input[..end], kind)?;
            }
            self.input.clear();
        }
        match there == whole {
            true => Ok(()),
            false => Err(format!("{there} bytes where {whole} were due")),
        }
    }

    /// Whoever asked for the connection to be closed sees it closed.
    pub(crate) async fn closed(&mut self) -> Result<(), String> {
        match self.socket.read_buf(&mut self.input).await {
            Ok(0) => Ok(()),
            Ok(_) => Err("more than the answer".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

async fn open(address: &str) -> Result<TcpStream, String> {
    let connected = TcpStream::connect(address).await;
    let socket = connected.map_err(|error| error.to_string())?;
    socket
        .set_nodelay(true)
        .map_err(|error| error.to_string())?;
    Ok(socket)
}

/// Of an answer that is what the service gives to this.
fn body_length(head: &[u8], kind: Kind) -> Result<usize, String> {
    let due = kind.answered();
    let ok = head.starts_with(b"HTTP/1.1 200 ") && message::content_length(head) == Some(due);
    match ok {
        true => Ok(due),
        false => {
            let line = head.split(|byte| *byte == b'\r').next();
            Err(String::from_utf8_lossy(line.unwrap_or_default()).into_owned())
        }
    }
}
