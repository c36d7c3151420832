//! The head of a service's answer.

use std::mem::MaybeUninit;

use http::{HeaderName, Method, header};
use httparse::{ParserConfig, Response, Status};
use pingora_core::{Error, ErrorType, Result};

use super::body::Framing;
use crate::fields::{Line, Lines};
use crate::proxy::response::MOST_NOMINATED;

/// As many fields and bytes as Pingora takes.
const MOST: (usize, usize) = (256, (1 << 20) - 1);

/// A head that was read.
#[derive(Debug)]
pub(super) struct Answer {
    text: Vec<u8>,
    lines: Vec<Line>,
    pub(super) status: u16,
    reason: (usize, usize),
    facts: Facts,
}

/// What its fields say of its end and of its connection.
#[derive(Debug, Default)]
struct Facts {
    lengths: usize,
    length: Option<u64>,
    codings: usize,
    chunked: bool,
    /// It is of HTTP/1.0.
    old: bool,
    /// Names in `Connection`.
    named: usize,
    close: bool,
    keep_alive: bool,
    /// A field is there that doesn't pass.
    hop_by_hop: bool,
}

impl Answer {
    /// Reads a head, and tells its length; `None` when its end is still to come.
    ///
    /// # Errors
    /// When it is none, or one whose end could be anywhere.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>> {
        let mut fields = [const { MaybeUninit::uninit() }; MOST.0];
        let mut head = Response::new(&mut []);
        let parsed = parser().parse_response_with_uninit_headers(&mut head, bytes, &mut fields);
        let length = match parsed {
            Ok(Status::Complete(length)) if length <= MOST.1 => length,
            Ok(Status::Partial) if bytes.len() <= MOST.1 => return Ok(None),
            Ok(_) => return Err(bad("too large")),
            Err(error) => {
                return Err(
                    Error::because(ErrorType::InvalidHTTPHeader, "a head", error).into_up(),
                );
            }
        };
        let place = |part: &[u8]| {
            let from = part.as_ptr() as usize - bytes.as_ptr() as usize;
            (from, from + part.len())
        };
        let mut facts = Facts {
            old: head.version == Some(0),
            ..Facts::default()
        };
        let mut text = bytes[..length].to_vec();
        let mut lines = Vec::with_capacity(head.headers.len());
        for field in head.headers.iter() {
            if field.name.is_empty() {
                continue;
            }
            facts.learn(field.name.as_bytes(), field.value);
            let value = match field.value.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
                true => unfolded(field.value, &mut text),
                false => place(field.value),
            };
            lines.push(Line::new(place(field.name.as_bytes()), value));
        }
        let status = head.code.filter(|code| *code >= 100);
        let status = status.ok_or_else(|| bad("a status"))?;
        let reason = head.reason.filter(|reason| !reason.is_empty());
        let answer = Self {
            reason: reason.map_or((0, 0), |reason| place(reason.as_bytes())),
            status,
            text,
            lines,
            facts,
        };
        match answer.facts.are_sound() {
            true => Ok(Some((answer, length))),
            false => Err(bad("framing")),
        }
    }

    pub(super) fn fields(&self) -> Lines<'_> {
        Lines::new(&self.text, &self.lines)
    }

    pub(super) fn reason(&self) -> &[u8] {
        let (from, to) = self.reason;
        self.text.get(from..to).unwrap_or_default()
    }

    /// Whether another answer follows (RFC 9110, section 15.2).
    pub(super) fn is_interim(&self) -> bool {
        self.status < 200
    }

    /// Whether some of it was said to us alone.
    pub(super) fn has_hop_by_hop(&self) -> bool {
        self.facts.hop_by_hop
    }

    /// Both are there, and one counts (RFC 9112, section 6.3).
    pub(super) fn has_length_to_ignore(&self) -> bool {
        self.facts.chunked && self.facts.lengths > 0
    }

    /// How its body ends.
    pub(super) fn framing(&self, method: &Method) -> Framing {
        match self.facts.length {
            _ if *method == Method::HEAD || matches!(self.status, 204 | 304) => Framing::Length(0),
            _ if self.facts.chunked => Framing::Chunked(Default::default()),
            Some(length) => Framing::Length(length),
            None => Framing::Close,
        }
    }

    /// Whether its connection can be used again.
    pub(super) fn keeps_connection(&self) -> bool {
        !self.facts.close && (self.facts.keep_alive || !self.facts.old)
    }
}

/// As lenient as Pingora.
fn parser() -> ParserConfig {
    let mut parser = ParserConfig::default();
    parser
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true);
    parser
}

fn bad(why: &'static str) -> Box<Error> {
    Error::explain(ErrorType::InvalidHTTPHeader, why).into_up()
}

/// Appends the value as one line, as Pingora makes one of it (RFC 9112, section 5.2), and
/// tells where.
fn unfolded(value: &[u8], to: &mut Vec<u8>) -> (usize, usize) {
    let from = to.len();
    let mut rest = value;
    while let Some((&b, after)) = rest.split_first() {
        let fold = rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n"));
        let fold = fold.filter(|line| matches!(line.first(), Some(b' ' | b'\t')));
        if fold.is_some() {
            to.truncate(from + to[from..].trim_ascii_end().len());
        }
        to.push(match b {
            b'\r' | b'\n' | 0 => b' ',
            b => b,
        });
        rest = fold.map_or(after, <[u8]>::trim_ascii_start);
    }
    (from, to.len())
}

impl Facts {
    fn learn(&mut self, name: &[u8], value: &[u8]) {
        let is = |other: &HeaderName| name.eq_ignore_ascii_case(other.as_str().as_bytes());
        match name.len() {
            2 => self.hop_by_hop |= is(&header::TE),
            7 => self.hop_by_hop |= is(&header::TRAILER) || is(&header::UPGRADE),
            10 if is(&header::CONNECTION) => self.connection(value),
            10 => self.hop_by_hop |= name.eq_ignore_ascii_case(b"keep-alive"),
            14 if is(&header::CONTENT_LENGTH) => {
                self.lengths += 1;
                self.length = number(value);
            }
            16 => self.hop_by_hop |= name.eq_ignore_ascii_case(b"proxy-connection"),
            17 if is(&header::TRANSFER_ENCODING) => {
                self.codings += 1;
                self.chunked = value.eq_ignore_ascii_case(b"chunked");
            }
            18 => self.hop_by_hop |= is(&header::PROXY_AUTHENTICATE),
            _ => {}
        }
    }

    fn connection(&mut self, value: &[u8]) {
        self.hop_by_hop = true;
        for option in value.split(|&b| b == b',') {
            self.named += 1;
            let option = option.trim_ascii();
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// Whether everybody would find the same end (RFC 9112, sections 6.1 and 6.3), as
    /// `response::is_sound` has it of a map.
    fn are_sound(&self) -> bool {
        let one = self.lengths == 1 && self.length.is_some();
        // A coding takes the place of any length.
        let length = self.lengths == 0 || self.codings > 0 || one;
        let coding = self.codings == 0 || (self.codings == 1 && self.chunked && !self.old);
        self.named <= MOST_NOMINATED && length && coding
    }
}

fn number(value: &[u8]) -> Option<u64> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    digits.then(|| str::from_utf8(value).ok()?.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<(Answer, usize)>> {
        Answer::read(text.as_bytes())
    }

    fn of(fields: &str) -> Option<Answer> {
        let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n");
        let read = read(&text).ok()?;
        read.map(|(answer, _)| answer)
    }

    #[test]
    fn a_head_is_read_up_to_its_end() {
        let text = "HTTP/1.1 404 Not here\r\nX-A: 1\r\nContent-Length: 5\r\n\r\nhello";
        for end in 0..text.len() - 5 {
            assert!(read(&text[..end]).unwrap().is_none(), "{end}");
        }
        let (answer, length) = read(text).unwrap().unwrap();
        assert_eq!(length, text.len() - 5);
        assert_eq!((answer.status, answer.reason()), (404, &b"Not here"[..]));
        assert_eq!(answer.fields().len(), 2);
        assert!(answer.keeps_connection());
        assert!(matches!(answer.framing(&Method::GET), Framing::Length(5)));
        assert!(matches!(answer.framing(&Method::HEAD), Framing::Length(0)));
        assert!(read("HTTP/2 200\r\n\r\n").is_err());
        let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "a".repeat(MOST.1));
        assert!(read(&endless).is_err());
    }

    #[test]
    fn an_end_in_doubt_is_refused() {
        let chunked = "transfer-encoding: chunked\r\n";
        assert!(of(chunked).is_some());
        assert!(of(&format!("{chunked}content-length: 5\r\n")).is_some());
        assert!(
            of(&format!(
                "{chunked}content-length: x\r\ncontent-length: 6\r\n"
            ))
            .is_some()
        );
        for fields in [
            &format!("{chunked}{chunked}"),
            "transfer-encoding: gzip, chunked\r\n",
            "transfer-encoding: identity\r\n",
            "transfer-encoding: identity\r\ncontent-length: 5\r\n",
            "content-length: 5\r\ncontent-length: 5\r\n",
            "content-length: 5, 5\r\n",
            "content-length: +5\r\n",
            "content-length:\r\n",
            "content-length: 99999999999999999999\r\n",
        ] {
            assert!(of(fields).is_none(), "{fields}");
        }
        assert!(read(&format!("HTTP/1.0 200 OK\r\n{chunked}\r\n")).is_err());
        let names = "a,".repeat(MOST_NOMINATED);
        assert!(of(&format!("connection: {names}a\r\n")).is_none());
    }

    #[test]
    fn its_connection_is_kept_unless_it_says_otherwise() {
        let keeps = |text: &str| read(text).unwrap().unwrap().0.keeps_connection();
        assert!(keeps("HTTP/1.1 200 OK\r\n\r\n"));
        assert!(!keeps("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n"));
        assert!(!keeps("HTTP/1.0 200 OK\r\n\r\n"));
        assert!(keeps("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n\r\n"));
    }

    #[test]
    fn a_folded_value_becomes_one_line() {
        let answer = of("x-a: one \r\n\t two\r\n").unwrap();
        let (_, value) = answer.fields().iter().next().unwrap();
        assert_eq!(value, b"one two");
    }
}
