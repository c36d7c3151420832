//! A row: what a service answers, and what a client may get.

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    pub rfc: &'static str,
    pub method: &'static str,
    /// What the client's request has besides Host.
    pub asks: &'static str,
    pub answer: Vec<u8>,
    /// The service closes after it.
    pub closes: Closes,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closes {
    No,
    Yes,
    ByReset,
}

#[derive(Debug)]
pub enum Outcome {
    /// 502, and nothing of the answer.
    Refused,
    /// A whole message, with these fields and no others but Date and Connection.
    Whole {
        status: u16,
        fields: Vec<String>,
        body: Vec<u8>,
    },
    /// The message breaks off, or is answered 502 when nothing of it was on its way yet.
    Cut,
}

fn row(name: &'static str, rfc: &'static str, answer: impl AsRef<[u8]>, outcome: Outcome) -> Row {
    Row {
        name,
        rfc,
        method: "GET",
        asks: "",
        answer: answer.as_ref().to_vec(),
        closes: Closes::No,
        outcome,
    }
}

pub fn refused(name: &'static str, rfc: &'static str, answer: impl AsRef<[u8]>) -> Row {
    row(name, rfc, answer, Outcome::Refused)
}

pub fn cut(name: &'static str, rfc: &'static str, answer: impl AsRef<[u8]>) -> Row {
    row(name, rfc, answer, Outcome::Cut).closing()
}

/// `fields` are in lower case.
pub fn whole(
    name: &'static str,
    rfc: &'static str,
    answer: impl AsRef<[u8]>,
    fields: &[&str],
    body: &str,
) -> Row {
    let outcome = Outcome::Whole {
        status: 200,
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        body: body.as_bytes().to_vec(),
    };
    row(name, rfc, answer, outcome)
}

impl Row {
    pub fn closing(mut self) -> Self {
        self.closes = Closes::Yes;
        self
    }

    pub fn resetting(mut self) -> Self {
        self.closes = Closes::ByReset;
        self
    }

    pub fn to(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub fn asking(mut self, fields: &'static str) -> Self {
        self.asks = fields;
        self
    }

    pub fn with(mut self, code: u16) -> Self {
        if let Outcome::Whole { status, .. } = &mut self.outcome {
            *status = code;
        }
        self
    }
}
