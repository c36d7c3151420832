//! One request, and what is asked about its bytes.

use std::fmt;

/// A request as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Request {
    pub raw: Vec<u8>,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.raw.escape_ascii().to_string();
        write!(f, "{:.200}", text.replace("\\r\\n", "⏎"))
    }
}

impl Request {
    pub fn new(raw: impl Into<Vec<u8>>) -> Self {
        Self { raw: raw.into() }
    }

    /// With the client's ordinary headers, `more` (whole lines) and a body.
    pub fn with(method: &str, target: &str, more: &str, body: &str) -> Self {
        Self::new(format!(
            "{method} {target} HTTP/1.1\r\nHost: client.example\r\n{more}\r\n{body}"
        ))
    }

    pub fn get(target: &str) -> Self {
        Self::with("GET", target, "", "")
    }

    pub fn method(&self) -> &str {
        let word = self.raw.split(|&b| b == b' ').next().unwrap();
        std::str::from_utf8(word).unwrap_or("GET")
    }

    pub fn target(&self) -> &[u8] {
        self.raw.split(|&b| b == b' ').nth(1).unwrap_or_default()
    }

    pub fn path(&self) -> &[u8] {
        self.target().split(|&b| b == b'?').next().unwrap()
    }

    /// The request line.
    pub fn line(&self) -> &[u8] {
        self.raw.split(|&b| b == b'\r').next().unwrap()
    }

    pub fn count_lines(&self, line: &str) -> usize {
        let lines = self.raw.split(|&b| b == b'\n');
        let same = |of: &&[u8]| of.trim_ascii_end() == line.as_bytes();
        lines.filter(same).count()
    }

    pub fn has_line(&self, line: &str) -> bool {
        self.count_lines(line) > 0
    }

    /// The same request for something else.
    pub fn with_target(&self, target: &str) -> Self {
        let start = self.method().len() + 1;
        let end = start + self.target().len();
        let raw = [&self.raw[..start], target.as_bytes(), &self.raw[end..]].concat();
        Self { raw }
    }
}
