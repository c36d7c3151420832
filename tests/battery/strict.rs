//! A parser of requests that takes the grammar of RFC 9112 and nothing else: what the
//! gateway sends has to be such that nobody could read it in another way.

/// A whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub line: String,
    /// Names in lower case, in the order in which they came.
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.fields.iter().filter(|(of, _)| of == name);
        named.map(|(_, value)| value.as_str()).collect()
    }
}

/// How far a message has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// With the bytes that it took.
    Whole(Request, usize),
    /// The head is there; true when the client waits for a 100.
    Head(bool),
    Part,
}

/// Why bytes are no request.
pub type Bad = &'static str;

/// Reads the message that these bytes begin with.
pub fn parse(bytes: &[u8]) -> Result<Parsed, Bad> {
    let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else {
        // What isn't whole has to be sound as far as it goes.
        return sound_part(bytes).map(|()| Parsed::Part);
    };
    let mut lines = split(&bytes[..end])?.into_iter();
    let line = request_line(lines.next().unwrap_or_default())?;
    let fields = lines.map(field).collect::<Result<Vec<_>, _>>()?;
    let request = Request {
        line,
        fields,
        body: Vec::new(),
    };
    if request.all("host").len() != 1 {
        return Err("not one Host");
    }
    let after = &bytes[end + 4..];
    let taken = match (
        request.all("content-length").as_slice(),
        request.all("transfer-encoding").as_slice(),
    ) {
        ([], []) => Some((Vec::new(), 0)),
        ([length], []) => {
            let length = number(length, 10)?;
            (after.len() >= length).then(|| (after[..length].to_vec(), length))
        }
        ([], ["chunked"]) => chunks(after)?,
        _ => return Err("not one framing"),
    };
    let expects = request.all("expect") == ["100-continue"];
    Ok(match taken {
        Some((body, length)) => Parsed::Whole(Request { body, ..request }, end + 4 + length),
        None => Parsed::Head(expects),
    })
}

fn sound_part(bytes: &[u8]) -> Result<(), Bad> {
    let last = bytes.iter().rposition(|&b| b == b'\r' || b == b'\n');
    let whole = last.map_or(&b""[..], |at| &bytes[..at]);
    split(whole).map(|_| ())
}

/// Lines that end in CRLF; there is no other CR and no other LF.
fn split(bytes: &[u8]) -> Result<Vec<&[u8]>, Bad> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&b| b == b'\r' || b == b'\n') {
        if rest[at] == b'\n' {
            return Err("a line feed alone");
        }
        match rest.get(at + 1) {
            Some(b'\n') => {}
            None => break,
            Some(_) => return Err("a carriage return alone"),
        }
        lines.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    lines.push(rest);
    Ok(lines)
}

fn request_line(line: &[u8]) -> Result<String, Bad> {
    let words: Vec<&[u8]> = line.split(|&b| b == b' ').collect();
    let &[method, target, version] = words.as_slice() else {
        return Err("the request line isn't three words");
    };
    if method.is_empty() || !method.iter().all(|&b| is_token(b)) {
        return Err("the method is no token");
    }
    let visible = |b: &u8| (0x21..=0x7e).contains(b) && *b != b'#';
    // In a query the gateway changes nothing, and UTF-8 comes as it is.
    let sound = |b: &u8| visible(b) || *b >= 0x80;
    if !target.starts_with(b"/") || !target.iter().all(sound) {
        return Err("the target is no path");
    }
    if version != b"HTTP/1.1" {
        return Err("the version isn't 1.1");
    }
    Ok(String::from_utf8_lossy(line).into_owned())
}

fn field(line: &[u8]) -> Result<(String, String), Bad> {
    let colon = line.iter().position(|&b| b == b':').ok_or("no colon")?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if name.is_empty() || !name.iter().all(|&b| is_token(b)) {
        return Err("a name is no token");
    }
    if value.iter().any(|&b| (b < b' ' && b != b'\t') || b == 0x7f) {
        return Err("a value has a control byte");
    }
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let value = String::from_utf8_lossy(value.trim_ascii()).into_owned();
    Ok((name, value))
}

/// The data and the bytes that all of it took; `None` while the end is to come. What a
/// proxy writes needs neither extensions nor trailers.
fn chunks(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, Bad> {
    let mut data = Vec::new();
    let mut at = 0;
    loop {
        let rest = &bytes[at..];
        let Some(end) = rest.iter().position(|&b| b == b'\r' || b == b'\n') else {
            return Ok(None);
        };
        if rest.len() < end + 2 {
            return Ok(None);
        }
        if &rest[end..end + 2] != b"\r\n" {
            return Err("a chunk's line ends oddly");
        }
        let size = number(&String::from_utf8_lossy(&rest[..end]), 16)?;
        let from = at + end + 2;
        let Some(after) = bytes.get(from + size..from + size + 2) else {
            return Ok(None);
        };
        if after != b"\r\n" {
            return Err("a chunk ends oddly");
        }
        data.extend_from_slice(&bytes[from..from + size]);
        at = from + size + 2;
        if size == 0 {
            return Ok(Some((data, at)));
        }
    }
}

fn number(text: &str, radix: u32) -> Result<usize, Bad> {
    if text.is_empty() || !text.chars().all(|c| c.is_digit(radix)) {
        return Err("no number");
    }
    usize::from_str_radix(text, radix).map_err(|_| "too large a number")
}

fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

#[test]
fn nothing_but_the_grammar_passes() {
    let whole = |text: &str| matches!(parse(text.as_bytes()), Ok(Parsed::Whole(..)));
    assert!(whole("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert!(whole(
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
    ));
    assert!(whole(
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    ));
    for bad in [
        "GET / HTTP/1.1\nHost: h\n\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: h\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n X: folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +2\r\n\r\nhi",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;a\r\nhi\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\nhi\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhix\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n\r\n",
    ] {
        assert!(parse(bad.as_bytes()).is_err(), "{bad:?}");
    }
}
