//! Sends a row and notes what the client hears.

use std::net::{Shutdown, SocketAddr};

use super::canary;
use super::row::{After, Outcome, Row};
use super::support::{Broken, Wire};
use super::taken;
use super::variants::Variant;

/// One row in one variant.
#[derive(Debug)]
pub struct Run<'a> {
    pub row: &'a Row,
    pub variant: Variant,
    pub canary: String,
    pub answers: Vec<Answer>,
    pub end: End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// The words of the request that the service answered; `None` when it didn't.
    pub canary: Option<String>,
    /// It has Pingora's mark: nobody has logged and counted it.
    pub stray: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The connection was left open.
    Open,
    Closed,
    Failed(Broken),
}

/// A good request before the row.
pub fn before(canary: &str) -> String {
    format!("GET /before-{canary} HTTP/1.1\r\nHost: h\r\n\r\n")
}

/// A good request after it.
pub fn after(canary: &str) -> String {
    format!("GET /after-{canary} HTTP/1.1\r\nHost: h\r\n\r\n")
}

pub fn run(gateway: SocketAddr, row: &Row, variant: Variant) -> Run<'_> {
    let canary = canary::next();
    let mut client = Client {
        wire: Wire::connect(gateway),
        answers: Vec::new(),
    };
    let end = client.talk(row, variant, &canary);
    let answers = client.answers;
    client.wire.reset();
    Run {
        row,
        variant,
        canary,
        answers,
        end: end.unwrap_or_else(End::Failed),
    }
}

struct Client {
    wire: Wire,
    answers: Vec<Answer>,
}

impl Client {
    fn talk(&mut self, row: &Row, variant: Variant, canary: &str) -> Result<End, Broken> {
        if variant == Variant::Second {
            self.say(before(canary).as_bytes());
            self.hear("GET")?;
        }
        let mut bytes = canary::place(&row.bytes, canary);
        let method = if row.bytes.starts_with(b"HEAD ") {
            "HEAD"
        } else {
            "GET"
        };
        match variant {
            Variant::Split(at) => {
                self.say(&bytes[..at]);
                taken::wait(&self.wire.stream);
                self.say(&bytes[at..]);
            }
            Variant::Pipelined => {
                bytes.extend_from_slice(after(canary).as_bytes());
                self.say(&bytes);
            }
            Variant::Alone | Variant::Second => self.say(&bytes),
        }
        match row.outcome {
            Outcome::Served(_, After::Keeps) | Outcome::Own(_, After::Keeps) => {
                self.hear(method)?;
                if variant != Variant::Pipelined {
                    self.say(after(canary).as_bytes());
                }
                self.hear("GET")?;
                return Ok(End::Open);
            }
            Outcome::Endless => {
                // It may have closed already.
                let _ = self.wire.stream.shutdown(Shutdown::Write);
            }
            _ => {}
        }
        self.hear_all(method)
    }

    /// Who is refused at the first part may not be able to send the second.
    fn say(&mut self, bytes: &[u8]) {
        let _ = self.wire.try_send(bytes);
    }

    fn hear(&mut self, method: &str) -> Result<(), Broken> {
        let response = self.wire.try_response(method)?;
        let kind = response.head.get("content-type");
        let problem = kind == Some("application/problem+json");
        self.answers.push(Answer {
            status: response.status(),
            stray: response.head.has("server") || response.status() >= 400 && !problem,
            canary: response.head.get("x-canary").map(ToOwned::to_owned),
        });
        Ok(())
    }

    fn hear_all(&mut self, method: &str) -> Result<End, Broken> {
        loop {
            match self.hear(method) {
                Ok(()) => {}
                Err(Broken::Closed) if self.wire.take_buffered() == 0 => return Ok(End::Closed),
                Err(broken) => return Err(broken),
            }
        }
    }
}
