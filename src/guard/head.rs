//! The head of an HTTP/1 request, checked before anybody parses it.
//!
//! One pass over each line as it arrives finds the end of the head and what follows
//! it. A head on which two parsers could disagree is refused here, so that the gateway
//! and a service always agree where a request ends (RFC 9112).

use std::mem;

use memchr::memchr;

use super::spelling::is_framing;
use crate::fields::Line;

/// What follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes.
    Length(u64),
    /// Chunks, up to the last one (RFC 9112, section 7.1).
    Chunked,
}

/// A whole head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// Its bytes, the empty line included.
    pub(super) len: usize,
    pub(super) framing: Framing,
    pub(super) version: Version,
    /// Where they stand.
    pub(super) method: (usize, usize),
    pub(super) target: (usize, usize),
    pub(super) fields: Vec<Line>,
}

/// Why a head is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// The reason is for the log.
    Malformed(&'static str),
    /// The method of tunnels.
    Connect,
    /// `limits.target_bytes`.
    TargetTooLong,
    /// `limits.headers` or `limits.header_bytes`.
    TooLarge,
}

/// How large a head may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadLimits {
    /// Fields.
    pub(super) fields: usize,
    /// Bytes of the whole head.
    pub(super) bytes: usize,
    /// Bytes of the request target.
    pub(super) target: usize,
}

/// Reads a head that arrives in pieces; no byte is looked at twice.
#[derive(Debug, Default)]
pub(super) struct HeadReader {
    /// Where the line begins that has no end yet.
    line: usize,
    /// No line ends before here.
    searched: usize,
    /// What the request line said; `None` before it.
    first: Option<RequestLine>,
    fields: Vec<Line>,
    hosts: usize,
    /// Where the latest one stands.
    host: (usize, usize),
    /// Where the authority of a target in absolute form stands (RFC 9112, section
    /// 3.2.2).
    authority: Option<(usize, usize)>,
    length: Option<u64>,
    chunked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Http10,
    Http11,
}

/// What the first line says, and where.
#[derive(Debug, Clone, Copy)]
struct RequestLine {
    version: Version,
    method: (usize, usize),
    target: (usize, usize),
}

/// As many fields as most heads have.
const MOST_HEADS: usize = 16;

/// More empty lines than any client sends before a request (RFC 9112, section 2.2).
const MOST_EMPTY_LINES: usize = 4;

impl HeadReader {
    /// Goes on in `bytes`, all that has arrived since the head began. `None` when its
    /// end is still to come.
    pub(super) fn advance(
        &mut self,
        bytes: &[u8],
        limits: HeadLimits,
    ) -> Result<Option<Head>, Refused> {
        while let Some(at) = memchr(b'\n', bytes.get(self.searched..).unwrap_or_default()) {
            let end = self.searched + at;
            if end >= limits.bytes {
                return Err(self.too_large(&bytes[self.line..], limits));
            }
            let start = self.line;
            let line = &bytes[start..end];
            let Some(line) = line.strip_suffix(b"\r") else {
                return Err(Refused::Malformed("a line ends without a carriage return"));
            };
            (self.line, self.searched) = (end + 1, end + 1);
            if let Some(first) = self.first {
                if line.is_empty() {
                    return self.finish(first, bytes, end + 1).map(Some);
                }
                self.field(line, start, limits)?;
            } else if !line.is_empty() {
                let first = request_line(line, start, limits)?;
                let target = first.target.0;
                self.authority =
                    authority(&bytes[target..end])?.map(|(from, to)| (target + from, target + to));
                self.first = Some(first);
                self.fields.reserve(MOST_HEADS);
            } else if end >= 2 * MOST_EMPTY_LINES {
                return Err(Refused::Malformed("nothing but empty lines"));
            }
        }
        self.searched = bytes.len();
        if bytes.len() >= limits.bytes || self.is_long_target(&bytes[self.line..], limits) {
            return Err(self.too_large(&bytes[self.line..], limits));
        }
        Ok(None)
    }

    fn is_long_target(&self, line: &[u8], limits: HeadLimits) -> bool {
        self.first.is_none()
            && memchr(b' ', line).is_some_and(|at| {
                let target = &line[at + 1..];
                memchr(b' ', target).unwrap_or(target.len()) > limits.target
            })
    }

    fn too_large(&self, line: &[u8], limits: HeadLimits) -> Refused {
        match self.is_long_target(line, limits) {
            true => Refused::TargetTooLong,
            false => Refused::TooLarge,
        }
    }

    fn field(&mut self, line: &[u8], start: usize, limits: HeadLimits) -> Result<(), Refused> {
        if self.fields.len() == limits.fields {
            return Err(Refused::TooLarge);
        }
        // A colon is the only byte that may end a name. It catches a folded line and a
        // space before the colon too.
        let end = line.iter().position(|&b| !is_token(b));
        let Some(colon) = end.filter(|&at| at > 0 && line[at] == b':') else {
            return Err(Refused::Malformed("a field's name is no token"));
        };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        if value.iter().fold(false, |bad, &b| bad | is_control(b)) {
            return Err(Refused::Malformed("a field's value has a control byte"));
        }
        let after = value.trim_ascii_start();
        let trimmed = after.trim_ascii_end();
        let from = start + line.len() - after.len();
        let place = (from, from + trimmed.len());
        self.fields.push(Line::new((start, start + colon), place));
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => {
                self.hosts += 1;
                self.host = place;
            }
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                let length = digits(trimmed);
                if length.is_none() || self.length.is_some() {
                    return Err(Refused::Malformed("Content-Length isn't one number"));
                }
                self.length = length;
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                let chunked = trimmed.eq_ignore_ascii_case(b"chunked");
                if !chunked || self.chunked {
                    return Err(Refused::Malformed("Transfer-Encoding isn't chunked"));
                }
                self.chunked = true;
            }
            14 | 17 if is_framing(name) => {
                return Err(Refused::Malformed("a framing field in another spelling"));
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self, first: RequestLine, bytes: &[u8], len: usize) -> Result<Head, Refused> {
        let version = first.version;
        if self.hosts > 1 || (self.hosts == 0 && version == Version::Http11) {
            return Err(Refused::Malformed("not one Host"));
        }
        let host = &bytes[self.host.0..self.host.1];
        // Pingora, too, wants them byte for byte, and answers by itself where they aren't.
        if let Some((from, to)) = self.authority
            && (self.hosts == 0 || &bytes[from..to] != host)
        {
            return Err(Refused::Malformed("the target is of another host"));
        }
        if memchr(b'@', host).is_some() {
            return Err(Refused::Malformed("the Host has a user"));
        }
        let framing = match (self.chunked, self.length) {
            (true, Some(_)) => {
                return Err(Refused::Malformed("two framings of one body"));
            }
            (true, None) if version == Version::Http10 => {
                return Err(Refused::Malformed("chunks in HTTP/1.0"));
            }
            (true, None) => Framing::Chunked,
            (false, length) => Framing::Length(length.unwrap_or_default()),
        };
        Ok(Head {
            len,
            framing,
            version,
            method: first.method,
            target: first.target,
            fields: mem::take(&mut self.fields),
        })
    }
}

/// The line, which begins at `start`.
fn request_line(line: &[u8], start: usize, limits: HeadLimits) -> Result<RequestLine, Refused> {
    let (method, rest) = word(line)?;
    let (target, version) = word(rest)?;
    if method.is_empty() || !method.iter().all(|&b| is_token(b)) {
        return Err(Refused::Malformed("the method is no token"));
    }
    if target.len() > limits.target {
        return Err(Refused::TargetTooLong);
    }
    if method == b"CONNECT" {
        return Err(Refused::Connect);
    }
    // A fragment is never sent (RFC 9112, section 3.2).
    let foreign = |b: u8| is_control(b) || matches!(b, b'\t' | b'#' | b'<' | b'>');
    let (bad, odd) = target.iter().fold((false, false), |(bad, odd), &b| {
        (bad | foreign(b), odd | matches!(b, b'`' | b'"' | 0x80..))
    });
    if target.is_empty() || bad || (odd && !fits_uri(target)) {
        return Err(Refused::Malformed(
            "the target has a byte that no target has",
        ));
    }
    let version = match version {
        b"HTTP/1.1" => Version::Http11,
        b"HTTP/1.0" => Version::Http10,
        _ => return Err(Refused::Malformed("the version is neither 1.1 nor 1.0")),
    };
    let from = start + method.len() + 1;
    Ok(RequestLine {
        version,
        method: (start, start + method.len()),
        target: (from, from + target.len()),
    })
}

/// Whether Pingora's type for a URI can hold what RFC 3986, section 2, doesn't have.
/// Pingora answers by itself where it can't.
fn fits_uri(target: &[u8]) -> bool {
    let query = memchr(b'?', target).unwrap_or(target.len());
    let (path, query) = target.split_at(query);
    memchr(b'`', path).is_none()
        && memchr(b'"', query).is_none()
        && std::str::from_utf8(target).is_ok()
}

/// What stands before the next space and what after it.
fn word(line: &[u8]) -> Result<(&[u8], &[u8]), Refused> {
    let at = memchr(b' ', line).ok_or(Refused::Malformed("the request line isn't three words"))?;
    Ok((&line[..at], &line[at + 1..]))
}

/// Where the authority stands in a request line from its target on; `None` where the
/// target is a path. The other forms name nothing here (RFC 9112, section 3.2).
fn authority(target: &[u8]) -> Result<Option<(usize, usize)>, Refused> {
    if target.starts_with(b"/") {
        return Ok(None);
    }
    let scheme = [&b"http://"[..], b"https://"].into_iter().find(|scheme| {
        let given = target.get(..scheme.len());
        given.is_some_and(|given| given.eq_ignore_ascii_case(scheme))
    });
    let from = scheme.map_or(0, <[u8]>::len);
    let end = |b: &u8| matches!(b, b'/' | b'?' | b' ');
    let length = target[from..].iter().position(end).unwrap_or(0);
    match from {
        0 => Err(Refused::Malformed("the target is neither a path nor a URL")),
        _ => Ok(Some((from, from + length))),
    }
}

/// A tab is none here: fields may have it.
pub(super) fn is_control(b: u8) -> bool {
    (b < b' ' && b != b'\t') || b == 0x7f
}

/// RFC 9110, section 5.6.2.
pub(super) fn is_token(b: u8) -> bool {
    const TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let mut b = 0u8;
        while b < 128 {
            table[b as usize] = b.is_ascii_alphanumeric();
            b += 1;
        }
        let marks = b"!#$%&'*+-.^_`|~";
        let mut at = 0;
        while at < marks.len() {
            table[marks[at] as usize] = true;
            at += 1;
        }
        table
    };
    TABLE[usize::from(b)]
}

/// A number of nothing but digits, of which 18 fit any counter.
fn digits(value: &[u8]) -> Option<u64> {
    let sound = (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
    sound.then(|| value.iter().fold(0, |n, b| n * 10 + u64::from(b - b'0')))
}

#[cfg(test)]
mod tests;
