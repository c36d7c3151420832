//! A row: what is sent, what may be answered, and what the service may see.

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    /// The section that says so; what isn't an RFC's is the gateway's own rule.
    pub rfc: &'static str,
    pub bytes: Vec<u8>,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    /// One answer with one of these, and the end. The service sees nothing.
    Refused(&'static [u16]),
    /// The service sees exactly this.
    Served(Seen, After),
    /// The gateway answers by itself, and the service sees nothing.
    Own(u16, After),
    /// The body turns out to be none. The service may have seen a part, but never a
    /// whole request; the client is told so with one of these, or just closed.
    Broken(&'static [u16]),
    /// The service may see this, but the client gets no answer.
    Cut(Seen),
    /// The end of the request never comes; it is never whole for the service either.
    Endless,
}

/// What becomes of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It carries another request.
    Keeps,
    Closes,
    /// The row's own last bytes are a request that is refused with one of these.
    Refuses(&'static [u16]),
}

/// What a service sees of a request. What the gateway says of each is added by the judge.
#[derive(Debug, Clone)]
pub struct Seen {
    pub line: String,
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// In X-Forwarded-Host.
    pub host: Option<&'static str>,
    pub via: &'static str,
}

/// A request of this method for the canary's path.
pub fn seen(method: &str) -> Seen {
    Seen {
        line: format!("{method} /CANARY HTTP/1.1"),
        fields: Vec::new(),
        body: Vec::new(),
        host: Some("h"),
        via: "1.1 api-gateway",
    }
}

impl Seen {
    pub fn line(mut self, line: &str) -> Self {
        line.clone_into(&mut self.line);
        self
    }

    /// In lower case, such as `content-length: 5`.
    pub fn field(mut self, field: &str) -> Self {
        let (name, value) = field.split_once(": ").unwrap();
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With its framing by length.
    pub fn body(self, body: &str) -> Self {
        let length = format!("content-length: {}", body.len());
        self.framed(&length, body)
    }

    /// With its framing by chunks.
    pub fn chunked(self, body: &str) -> Self {
        self.framed("transfer-encoding: chunked", body)
    }

    pub fn framed(mut self, field: &str, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.field(field)
    }

    pub fn host(mut self, host: Option<&'static str>) -> Self {
        self.host = host;
        self
    }

    /// As from a client of HTTP/1.0.
    pub fn old(mut self) -> Self {
        self.via = "1.0 api-gateway";
        self
    }
}

fn row(name: &'static str, rfc: &'static str, bytes: impl AsRef<[u8]>, outcome: Outcome) -> Row {
    Row {
        name,
        rfc,
        bytes: bytes.as_ref().to_vec(),
        outcome,
    }
}

pub fn refused(name: &'static str, rfc: &'static str, bytes: impl AsRef<[u8]>) -> Row {
    row(name, rfc, bytes, Outcome::Refused(&[400]))
}

pub fn refused_with(
    status: &'static [u16],
    name: &'static str,
    rfc: &'static str,
    bytes: impl AsRef<[u8]>,
) -> Row {
    row(name, rfc, bytes, Outcome::Refused(status))
}

pub fn served(name: &'static str, rfc: &'static str, bytes: impl AsRef<[u8]>, seen: Seen) -> Row {
    row(name, rfc, bytes, Outcome::Served(seen, After::Keeps))
}

pub fn served_last(
    name: &'static str,
    rfc: &'static str,
    bytes: impl AsRef<[u8]>,
    seen: Seen,
) -> Row {
    row(name, rfc, bytes, Outcome::Served(seen, After::Closes))
}

/// Served, and then its last bytes are refused.
pub fn served_then_refused(
    name: &'static str,
    rfc: &'static str,
    bytes: impl AsRef<[u8]>,
    seen: Seen,
) -> Row {
    let after = After::Refuses(&[400]);
    row(name, rfc, bytes, Outcome::Served(seen, after))
}

pub fn own(
    status: u16,
    after: After,
    name: &'static str,
    rfc: &'static str,
    bytes: impl AsRef<[u8]>,
) -> Row {
    row(name, rfc, bytes, Outcome::Own(status, after))
}

pub fn broken(name: &'static str, rfc: &'static str, bytes: impl AsRef<[u8]>) -> Row {
    row(name, rfc, bytes, Outcome::Broken(&[400]))
}

pub fn broken_with(
    status: &'static [u16],
    name: &'static str,
    rfc: &'static str,
    bytes: impl AsRef<[u8]>,
) -> Row {
    row(name, rfc, bytes, Outcome::Broken(status))
}

pub fn endless(name: &'static str, rfc: &'static str, bytes: impl AsRef<[u8]>) -> Row {
    row(name, rfc, bytes, Outcome::Endless)
}

/// A GET with these fields, each with its end of line.
pub fn get(fields: &str) -> String {
    format!("GET /CANARY HTTP/1.1\r\nHost: h\r\n{fields}\r\n")
}

/// A POST likewise.
pub fn post(fields: &str, body: &str) -> String {
    format!("POST /CANARY HTTP/1.1\r\nHost: h\r\n{fields}\r\n{body}")
}

/// A POST with a body in chunks, of which these are the bytes.
pub fn chunked(body: &str) -> String {
    post("Transfer-Encoding: chunked\r\n", body)
}
