//! Asks for a row's answer and judges what comes.

use std::net::SocketAddr;

use super::row::{Outcome, Row};
use crate::canary;
use crate::support::message::Head;
use crate::support::{Broken, Wire};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    /// The answer comes byte by byte.
    Dribble,
    /// On a connection to the service that was used before.
    Pooled,
    /// A client of HTTP/1.0.
    Old,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Plain, Self::Dribble, Self::Pooled, Self::Old];
}

/// Larger answers aren't sent byte by byte.
const MOST_DRIBBLE: usize = 2000;

type Fault = String;

pub fn run(gateway: SocketAddr, number: usize, row: &Row, kind: Kind) -> Result<(), Fault> {
    let word = canary::next();
    let mut client = Wire::connect(gateway);
    if kind == Kind::Pooled {
        good(&mut client, &word)?;
    }
    let dribble = kind == Kind::Dribble && row.answer.len() <= MOST_DRIBBLE;
    let how = if dribble { "dribble" } else { "plain" };
    let version = if kind == Kind::Old { "1.0" } else { "1.1" };
    client.send(format!(
        "{} /row/{number}/{how}/{word} HTTP/{version}\r\nHost: h\r\n{}\r\n",
        row.method, row.asks
    ));
    let got = Got::read(&mut client, row.method, kind);
    judge(row, kind, &word, &got)?;
    // Nothing of this answer is in the way of the next one's, on this connection or another.
    let stays = got.end == Ok(()) && kind != Kind::Old && !got.closes();
    if stays {
        good(&mut client, &word)?;
    }
    client.reset();
    good(&mut Wire::connect(gateway), &word)
}

fn good(client: &mut Wire, word: &str) -> Result<(), Fault> {
    // Whether it could be sent, the answer tells.
    let _ = client.try_send(format!("GET /good/{word} HTTP/1.1\r\nHost: h\r\n\r\n"));
    let response = client
        .try_response("GET")
        .map_err(|broken| format!("no good answer: {broken:?}"))?;
    let own = response.head.get("x-canary") == Some(word) && response.body == b"good";
    own.then_some(())
        .ok_or_else(|| format!("another one's answer: {response:?}"))
}

/// What came.
#[derive(Debug)]
struct Got {
    interim: Vec<Head>,
    head: Option<Head>,
    body: Vec<u8>,
    /// How the message ended.
    end: Result<(), Broken>,
}

impl Got {
    fn read(client: &mut Wire, method: &str, kind: Kind) -> Self {
        let mut got = Self {
            interim: Vec::new(),
            head: None,
            body: Vec::new(),
            end: Ok(()),
        };
        got.end = got.receive(client, method, kind);
        got
    }

    fn receive(&mut self, client: &mut Wire, method: &str, kind: Kind) -> Result<(), Broken> {
        let head = loop {
            let raw = client.raw_head()?;
            if !is_sound(&raw) || !raw.starts_with(b"HTTP/1.1 ") {
                return Err(Broken::Malformed);
            }
            let head = Head::parse(&raw);
            match head.status() {
                100..200 => self.interim.push(head),
                _ => break head,
            }
        };
        let lengths = head.all("content-length");
        let number = |length: &&str| length.bytes().all(|b| b.is_ascii_digit());
        if lengths.len() > 1 || !lengths.iter().all(number) {
            self.head = Some(head);
            return Err(Broken::Malformed);
        }
        let bodiless = method == "HEAD" || matches!(head.status(), 204 | 304);
        let (chunked, length) = (head.is_chunked(), head.length());
        self.head = Some(head);
        if bodiless {
            return Ok(());
        }
        if chunked {
            self.body = client.chunks()?;
        } else if let Some(length) = length {
            self.body = client.exactly(usize::try_from(length).unwrap())?;
        } else if kind == Kind::Old {
            self.body = client.rest()?;
        } else {
            // A client of HTTP/1.1 is told where the end is.
            return Err(Broken::Malformed);
        }
        Ok(())
    }

    fn status(&self) -> u16 {
        self.head.as_ref().map_or(0, Head::status)
    }

    fn closes(&self) -> bool {
        let said = self.head.as_ref().and_then(|head| head.get("connection"));
        said.is_some_and(|said| said.eq_ignore_ascii_case("close"))
    }

    fn is_own_502(&self) -> bool {
        let kind = self.head.as_ref().and_then(|head| head.get("content-type"));
        self.status() == 502 && self.end == Ok(()) && kind == Some("application/problem+json")
    }
}

/// Lines that end in CRLF, and nothing else that could end one.
fn is_sound(raw: &[u8]) -> bool {
    let lines = raw[..raw.len() - 4].split(|&b| b == b'\r');
    lines.enumerate().all(|(at, line)| {
        let line = match at {
            0 => Some(line),
            _ => line.strip_prefix(b"\n"),
        };
        line.is_some_and(|line| {
            let control = line.iter().any(|&b| (b < b' ' && b != b'\t') || b == 0x7f);
            let folded = line.starts_with(b" ") || line.starts_with(b"\t");
            let named = at == 0 || line.contains(&b':');
            !control && !folded && named
        })
    })
}

fn judge(row: &Row, kind: Kind, word: &str, got: &Got) -> Result<(), Fault> {
    let sound = match &row.outcome {
        Outcome::Refused => got.is_own_502(),
        // A body without a length and chunks ends by closing: then a cut is a reset.
        Outcome::Cut => match got.end {
            Ok(()) => got.is_own_502(),
            Err(Broken::Closed) => {
                kind != Kind::Old || got.head.as_ref().is_some_and(|h| h.length().is_some())
            }
            Err(broken) => broken == Broken::Reset,
        },
        Outcome::Whole {
            status,
            fields,
            body,
        } => {
            let body = canary::place(body, word);
            let interim = kind == Kind::Old && !got.interim.is_empty();
            got.end == Ok(())
                && !interim
                && got.interim.iter().all(is_bodiless)
                && got.status() == *status
                && got.body == body
                && fields_of(got) == expected(fields, word, kind)
        }
    };
    sound.then_some(()).ok_or_else(|| format!("{got:?}"))
}

/// An informational answer has none (RFC 9112, section 6.1; RFC 9110, section 8.6).
fn is_bodiless(head: &Head) -> bool {
    !head.has("content-length") && !head.has("transfer-encoding")
}

fn fields_of(got: &Got) -> Vec<String> {
    let Some(head) = &got.head else {
        return Vec::new();
    };
    let mut fields: Vec<_> = head
        .fields
        .iter()
        .map(|(name, value)| format!("{}: {value}", name.to_ascii_lowercase()))
        .filter(|field| !field.starts_with("date:") && !field.starts_with("connection:"))
        .collect();
    fields.sort();
    fields
}

/// An old client knows no chunks.
fn expected(fields: &[String], word: &str, kind: Kind) -> Vec<String> {
    let mut fields: Vec<_> = fields
        .iter()
        .map(|field| field.replace(canary::CANARY, word))
        .filter(|field| kind != Kind::Old || !field.starts_with("transfer-encoding:"))
        .collect();
    fields.sort();
    fields
}
