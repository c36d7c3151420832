//! Whether what the client heard and what the service saw is what the row allows.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::canary;
use super::driver::{End, Run};
use super::recorder::Record;
use super::row::{After, Outcome, Seen};
use super::strict::Request;
use super::variants::Variant;

/// What came to the service in the course of one run.
#[derive(Default)]
struct Came {
    requests: Vec<Request>,
    parts: usize,
}

pub struct Judge {
    came: HashMap<String, Came>,
    service: SocketAddr,
    pub faults: Vec<String>,
    pub requests: usize,
    pub parts: usize,
}

impl Judge {
    pub fn new(records: Vec<Record>, service: SocketAddr) -> Self {
        let mut judge = Self {
            came: HashMap::new(),
            service,
            faults: Vec::new(),
            requests: 0,
            parts: 0,
        };
        for record in records {
            judge.sort(record);
        }
        judge
    }

    /// To the run that it belongs to; there is one.
    fn sort(&mut self, record: Record) {
        let raw = match &record {
            Record::Request(request) => format!(
                "{} {:?} {}",
                request.line,
                request.fields,
                String::from_utf8_lossy(&request.body)
            ),
            Record::Part(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Record::Bad(bad, bytes) => {
                let what = bytes.escape_ascii();
                return self.faults.push(format!("the service got {bad}: {what}"));
            }
        };
        let words = canary::all(raw.as_bytes());
        let [word] = words.as_slice() else {
            let what = raw.escape_debug();
            return self
                .faults
                .push(format!("of no run, or of several: {what}"));
        };
        let came = self.came.entry(word.clone()).or_default();
        match record {
            Record::Request(request) => {
                self.requests += 1;
                came.requests.push(request);
            }
            _ => {
                self.parts += 1;
                came.parts += 1;
            }
        }
    }

    pub fn judge(&mut self, run: &Run<'_>) {
        let came = self.came.remove(&run.canary).unwrap_or_default();
        let fault = self.seen(run, &came).err().or_else(|| heard(run).err());
        if let Some(fault) = fault {
            self.faults.push(format!(
                "{} ({:?}): {fault}\n  heard {:?} {:?}\n  the service: {:?}, parts: {}",
                run.row.name, run.variant, run.answers, run.end, came.requests, came.parts
            ));
        }
    }

    /// The service saw what it may, in order, and nothing else.
    fn seen(&self, run: &Run<'_>, came: &Came) -> Result<(), String> {
        let mut expected = Vec::new();
        if run.variant == Variant::Second {
            expected.push(self.good(&format!("/before-{}", run.canary)));
        }
        if let Outcome::Cut(seen) = &run.row.outcome
            && !came.requests.is_empty()
        {
            expected.push(self.expected(seen, &run.canary));
        }
        if let Outcome::Served(seen, _) = &run.row.outcome {
            expected.push(self.expected(seen, &run.canary));
        }
        let keeps = matches!(
            run.row.outcome,
            Outcome::Served(_, After::Keeps) | Outcome::Own(_, After::Keeps)
        );
        if keeps {
            expected.push(self.good(&format!("/after-{}", run.canary)));
        }
        // Several connections may carry them, so the records are in no order.
        let mut requests: Vec<_> = came.requests.iter().map(comparable).collect();
        requests.sort();
        expected.sort();
        if requests != expected {
            return Err(format!("the service should have seen {expected:#?}"));
        }
        let may_be_cut = matches!(run.row.outcome, Outcome::Broken(_) | Outcome::Endless);
        if came.parts > usize::from(may_be_cut) {
            return Err("the service got a part of a request".into());
        }
        Ok(())
    }

    fn good(&self, path: &str) -> Comparable {
        let seen = super::row::seen("GET").line(&format!("GET {path} HTTP/1.1"));
        self.expected(&seen, "")
    }

    fn expected(&self, seen: &Seen, canary: &str) -> Comparable {
        let place = |text: &str| text.replace(canary::CANARY, canary);
        let mut fields: Vec<_> = seen
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), place(value)))
            .collect();
        let mut own = |name: &str, value: String| fields.push((name.to_owned(), value));
        own("host", self.service.to_string());
        own("via", seen.via.to_owned());
        own("x-forwarded-for", "127.0.0.1".to_owned());
        own("x-forwarded-proto", "http".to_owned());
        own("x-request-id", "sound".to_owned());
        if let Some(host) = seen.host {
            own("x-forwarded-host", place(host));
        }
        fields.sort();
        (
            place(&seen.line),
            fields,
            String::from_utf8_lossy(&seen.body).replace(canary::CANARY, canary),
        )
    }
}

/// Line, fields and body.
type Comparable = (String, Vec<(String, String)>, String);

/// The id is random: it is there once, and looks like one.
fn comparable(request: &Request) -> Comparable {
    let mut fields = request.fields.clone();
    for (name, value) in &mut fields {
        if name == "x-request-id" && value.len() == 36 {
            "sound".clone_into(value);
        }
    }
    fields.sort();
    let body = String::from_utf8_lossy(&request.body).into_owned();
    (request.line.clone(), fields, body)
}

/// The client heard what it may.
fn heard(run: &Run<'_>) -> Result<(), String> {
    let mut answers = run.answers.iter();
    if run.variant == Variant::Second {
        is_served(answers.next(), &run.canary)?;
    }
    let after = match &run.row.outcome {
        Outcome::Served(_, after) => {
            is_served(answers.next(), &run.canary)?;
            *after
        }
        Outcome::Own(status, after) => {
            is_own(answers.next(), &[*status])?;
            *after
        }
        Outcome::Refused(statuses) => {
            is_own(answers.next(), statuses)?;
            After::Closes
        }
        Outcome::Broken(statuses) => {
            if let Some(answer) = answers.next() {
                is_own(Some(answer), statuses)?;
            }
            After::Closes
        }
        Outcome::Endless | Outcome::Cut(_) => After::Closes,
    };
    let end = match after {
        After::Keeps => {
            is_served(answers.next(), &run.canary)?;
            End::Open
        }
        After::Closes => End::Closed,
        After::Refuses(statuses) => {
            is_own(answers.next(), statuses)?;
            End::Closed
        }
    };
    match answers.next() {
        Some(more) => Err(format!("one answer too many: {more:?}")),
        None if run.end != end => Err(format!("the connection should have been {end:?}")),
        None => Ok(()),
    }
}

fn is_served(answer: Option<&super::driver::Answer>, canary: &str) -> Result<(), String> {
    let sound = answer.is_some_and(|a| a.status == 200 && a.canary.as_deref() == Some(canary));
    sound
        .then_some(())
        .ok_or_else(|| format!("not the service's answer to {canary}: {answer:?}"))
}

fn is_own(answer: Option<&super::driver::Answer>, statuses: &[u16]) -> Result<(), String> {
    let sound =
        answer.is_some_and(|a| statuses.contains(&a.status) && a.canary.is_none() && !a.stray);
    sound
        .then_some(())
        .ok_or_else(|| format!("not an answer of the gateway with {statuses:?}: {answer:?}"))
}
