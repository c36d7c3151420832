//! Asks for each row and judges what came.

use api_gateway::observe::{Evidence, Origin, looks_like_host_mismatch};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::app;
use crate::config::Backends;
use crate::rows::{Row, rows};
use crate::sidecar::Sidecar;
use crate::support::message::Head;
use crate::support::{Service, Wire};

struct Answer {
    head: Head,
    headers: HeaderMap,
    body: Vec<u8>,
    cut: bool,
}

impl Answer {
    fn evidence(&self) -> Evidence<'_> {
        Evidence {
            status: self.head.status(),
            headers: (&self.headers).into(),
            body: &self.body,
            cut: self.cut,
        }
    }

    /// What matters of it, on one line.
    fn shown(&self) -> String {
        let shown = [
            "server",
            "x-envoy-upstream-service-time",
            "content-type",
            "grpc-message",
        ]
        .map(|name| format!("{name}={}", self.head.get(name).unwrap_or("-")));
        let body = String::from_utf8_lossy(&self.body);
        format!(
            "{} {} {body:?} cut={}",
            self.head.status(),
            shown.join(" "),
            self.cut
        )
    }
}

fn headers(head: &Head) -> HeaderMap {
    let fields = head.fields.iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    fields.collect()
}

fn ask(sidecar: &Sidecar, row: &Row, id: &str) -> Answer {
    let mut words = row.request.split(' ');
    let mut word = || words.next().unwrap();
    let (method, host, path) = (word(), word(), word());
    let mut wire = Wire::connect(row.at.address(&sidecar.listeners));
    let fields = row.fields;
    wire.send(format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nRow: {id}\r\n{fields}\r\n"
    ));
    let head = wire.head().unwrap();
    let length = head.length().filter(|_| method != "HEAD").unwrap_or(0);
    let (mut body, mut cut) = (Vec::new(), false);
    for _ in 0..length {
        match wire.exactly(1) {
            Ok(byte) => body.extend(byte),
            Err(_) => cut = true,
        }
    }
    Answer {
        headers: headers(&head),
        head,
        body,
        cut,
    }
}

/// Envoy with all that stands behind it.
pub(crate) struct Backed {
    pub(crate) sidecar: Sidecar,
    _services: Vec<Service>,
    _full: app::Full,
}

pub(crate) fn backed() -> Backed {
    let app = app::start();
    let (strict, strict_reset) = (app::strict(true), app::strict(false));
    let (plaintext, full) = (app::plaintext(), app::full());
    let refused = Service::hello();
    refused.stop();
    let sidecar = Sidecar::start(&Backends {
        app: app.address,
        strict: strict.address,
        strict_reset: strict_reset.address,
        refused: refused.address,
        plaintext: plaintext.address,
        full: full.address,
    });
    Backed {
        sidecar,
        _services: vec![app, strict, strict_reset, plaintext],
        _full: full,
    }
}

#[test]
fn each_answer_of_a_real_envoy_is_judged_as_the_table_says() {
    let backed = backed();
    let sidecar = &backed.sidecar;
    let mut wrong = Vec::new();
    for (number, row) in rows().iter().enumerate() {
        let id = number.to_string();
        let answer = ask(sidecar, row, &id);
        let evidence = answer.evidence();
        let origin = Origin::of(&evidence);
        let mismatch = looks_like_host_mismatch(&evidence);
        let details = match row.details {
            "" => String::new(),
            _ => sidecar.logged(&id)["details"].as_str().unwrap().to_owned(),
        };
        let line = format!(
            "{:<24} {origin:?} {mismatch} {} {details}",
            row.request,
            answer.shown()
        );
        eprintln!("{line}");
        let got = (evidence.status, origin, mismatch);
        let expected = (row.status, row.origin, row.mismatch);
        if got != expected || !details.starts_with(row.details) {
            wrong.push(format!("{line}\n  expected {expected:?} {}", row.details));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
