//! A small HTTP/1.1 client: one request on one connection, so that nothing is retried or
//! reused behind a test's back.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

use crate::place::Place;

/// Longer than any deadline of the gateway: the client is never the one to give up.
pub const TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
    head: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// Sends a GET from inside a place.
pub fn get(place: &Place, to: SocketAddr, host: &str, path: &str) -> io::Result<Answer> {
    let mut stream = place.connect(to, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_nodelay(true)?;
    exchange(&mut stream, host, path)
}

/// One GET and its answer on a fresh connection.
pub fn exchange(stream: &mut (impl Read + Write), host: &str, path: &str) -> io::Result<Answer> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    parse(&bytes).ok_or_else(|| {
        let seen = String::from_utf8_lossy(&bytes).into_owned();
        io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("no whole answer: {seen:?}"),
        )
    })
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let mut answer = Answer {
        status,
        body: String::new(),
        head: head.to_owned(),
    };
    let length = answer.header("content-length").map(str::parse::<usize>);
    answer.body = match length {
        Some(length) => (body.len() == length.ok()?).then(|| body.to_owned())?,
        None if answer.header("transfer-encoding").is_some() => dechunk(body)?,
        None => body.to_owned(),
    };
    Some(answer)
}

/// RFC 9112, section 7.1, without trailers.
fn dechunk(mut rest: &str) -> Option<String> {
    let mut body = String::new();
    loop {
        let (size, data) = rest.split_once("\r\n")?;
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body += data.get(..size)?;
        rest = data.get(size..)?.strip_prefix("\r\n")?;
    }
}
