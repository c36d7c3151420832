//! The check of a request's head: what it lets pass, everybody reads alike.
//!
//! Input: a byte for how it arrives, and the bytes that a client sends.

use api_gateway::guard::fuzzing::{Follows, HeadReader};

use super::pieces::{Pieces, cuts};

const FIELDS: usize = 100;
const BYTES: usize = 64 << 10;
const TARGET: usize = 8 << 10;

fn reader() -> HeadReader {
    HeadReader::new(FIELDS, BYTES, TARGET)
}

pub fn run(input: &[u8]) {
    let mut input = Pieces::new(input);
    let seed = input.byte();
    let bytes = input.rest();
    let whole = reader().advance(bytes);

    let mut reader = reader();
    let mut seen = Ok(None);
    for end in cuts(bytes.len(), seed) {
        seen = reader.advance(&bytes[..end]);
        if seen != Ok(None) {
            break;
        }
    }
    assert_eq!(seen, whole, "in pieces of another size it is another head");

    if let Ok(Some((length, follows))) = whole {
        let head = Plain::read(&bytes[..length]);
        head.check(follows);
        agrees_with_httparse(bytes, length, &head);
    }
}

/// A head as whoever has never read RFC 9112 would take it apart: lines, words, colons.
struct Plain<'a> {
    method: &'a str,
    target: &'a [u8],
    version: &'a [u8],
    fields: Vec<(String, &'a [u8])>,
}

impl<'a> Plain<'a> {
    fn read(head: &'a [u8]) -> Self {
        let mut rest = head;
        while let Some(after) = rest.strip_prefix(b"\r\n") {
            rest = after;
        }
        let mut lines = Vec::new();
        while !rest.is_empty() {
            let end = rest.windows(2).position(|two| two == b"\r\n");
            let end = end.expect("every line ends in CR LF");
            lines.push(&rest[..end]);
            rest = &rest[end + 2..];
        }
        assert_eq!(
            lines.pop(),
            Some(&b""[..]),
            "the head ends in an empty line"
        );
        for line in &lines {
            assert!(!line.is_empty(), "a head ends at its first empty line");
            let control = |b: &u8| b.is_ascii_control() && *b != b'\t';
            assert!(!line.iter().any(control), "a control byte");
        }
        let words: Vec<&[u8]> = lines[0].split(|&b| b == b' ').collect();
        let [method, target, version] = words[..] else {
            panic!("a request line of {} words", words.len());
        };
        let fields = lines[1..].iter().map(|line| {
            let colon = line.iter().position(|&b| b == b':').expect("a colon");
            let name = std::str::from_utf8(&line[..colon]).expect("a name in ASCII");
            (name.to_ascii_lowercase(), line[colon + 1..].trim_ascii())
        });
        Self {
            method: std::str::from_utf8(method).expect("a method in ASCII"),
            target,
            version,
            fields: fields.collect(),
        }
    }

    fn all(&self, name: &str) -> Vec<&'a [u8]> {
        let named = self.fields.iter().filter(|(of, _)| of == name);
        named.map(|(_, value)| *value).collect()
    }

    fn check(&self, follows: Follows) {
        assert!(is_token(self.method), "method {:?}", self.method);
        assert_ne!(self.method, "CONNECT");
        assert!(!self.target.is_empty() && self.target.len() <= TARGET);
        assert!(!self.target.contains(&b'#') && !self.target.contains(&b'\t'));
        assert!(self.fields.len() <= FIELDS);
        for (name, _) in &self.fields {
            assert!(is_token(name), "name {name:?}");
        }
        let hosts = self.all("host").len();
        let is_old = match self.version {
            b"HTTP/1.1" => false,
            b"HTTP/1.0" => true,
            other => panic!("version {other:?}"),
        };
        assert!(hosts == 1 || is_old && hosts == 0, "{hosts} times Host");

        let lengths = self.all("content-length");
        let codings = self.all("transfer-encoding");
        match (&lengths[..], &codings[..], follows) {
            ([], [], Follows::Length(0)) => {}
            ([length], [], Follows::Length(n)) => {
                assert!(!length.is_empty() && length.iter().all(u8::is_ascii_digit));
                let text = std::str::from_utf8(length).expect("digits");
                assert_eq!(text.parse(), Ok(n), "Content-Length {text:?}");
            }
            ([], [coding], Follows::Chunks) => {
                assert!(!is_old, "chunks of HTTP/1.0");
                assert!(coding.eq_ignore_ascii_case(b"chunked"));
            }
            _ => panic!("{lengths:?} and {codings:?} are not {follows:?}"),
        }
    }
}

fn is_token(text: &str) -> bool {
    let is_byte = |b: u8| b.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&b);
    !text.is_empty() && text.bytes().all(is_byte)
}

/// Pingora reads with httparse what the guard lets pass. Both must find the same request;
/// that httparse refuses one is safe, but where it does so has a reason here.
fn agrees_with_httparse(bytes: &[u8], length: usize, head: &Plain<'_>) {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    let read = match request.parse(bytes) {
        Ok(httparse::Status::Complete(read)) => read,
        Ok(httparse::Status::Partial) => panic!("httparse waits for more of a whole head"),
        // Bytes that no URI has; Pingora escapes them and reads again.
        Err(httparse::Error::Token | httparse::Error::Version) => return,
        Err(error) => panic!("httparse: {error}"),
    };
    assert_eq!(read, length, "httparse ends the head elsewhere");
    assert_eq!(request.method, Some(head.method));
    assert_eq!(request.path.map(str::as_bytes), Some(head.target));
    let minor = u8::from(head.version == b"HTTP/1.1");
    assert_eq!(request.version, Some(minor));
    assert_eq!(request.headers.len(), head.fields.len());
    for (theirs, (name, value)) in request.headers.iter().zip(&head.fields) {
        assert!(
            theirs.name.eq_ignore_ascii_case(name),
            "{} and {name}",
            theirs.name
        );
        assert_eq!(theirs.value.trim_ascii(), *value, "the value of {name}");
    }
}
