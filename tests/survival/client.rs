//! One client after the other, and what may become of its request.

use std::net::SocketAddr;

use super::faults::{Kind, answer};
use crate::support::{Broken, Response, Wire};

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Served,
    /// It failed, and as the fault that was planted makes it fail.
    Planted,
    Unexplained(String),
}

/// What was the matter with more than one service while a request was in progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trouble {
    /// DNS named a wrong place.
    pub lost: bool,
    /// The gateway could open no further file.
    pub starved: bool,
}

/// A client of one kind on a connection that it keeps as long as it can.
pub struct Client {
    kind: Kind,
    gateway: SocketAddr,
    /// Names its requests among those of all clients.
    name: usize,
    asked: u64,
    wire: Option<Wire>,
}

/// A request, and what a service that works answers.
struct Ask {
    method: &'static str,
    text: String,
    answer: String,
}

impl Client {
    pub fn new(kind: Kind, gateway: SocketAddr, name: usize) -> Self {
        Self {
            kind,
            gateway,
            name,
            asked: 0,
            wire: None,
        }
    }

    /// Each third one is a POST, and of the good ones each tenth one is for much.
    fn ask(&mut self) -> Ask {
        self.asked += 1;
        let segment = match self.kind {
            Kind::Good | Kind::Malformed => "good",
            Kind::Named => "named",
            Kind::Silent => "silent",
            Kind::NoHead => "no-head",
            Kind::HalfBody => "half-body",
            Kind::Garbage => "garbage",
            Kind::Stale => "stale",
        };
        let end = match self.kind {
            Kind::Good if self.asked.is_multiple_of(10) => "-much",
            _ => "",
        };
        let path = format!("/{segment}/{}-{}{end}", self.name, self.asked);
        let (method, body) = match self.asked.is_multiple_of(3) {
            true => ("POST", "some bytes"),
            false => ("GET", ""),
        };
        let length = body.len();
        let bad = match self.kind {
            Kind::Malformed => "Transfer-Encoding: chunked\r\n",
            _ => "",
        };
        Ask {
            method,
            text: format!(
                "{method} {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n{bad}\r\n{body}"
            ),
            answer: answer(&path, body.as_bytes()),
        }
    }

    /// One exchange.
    pub fn exchange(&mut self, trouble: impl Fn() -> Trouble) -> Outcome {
        let ask = self.ask();
        let before = trouble();
        let gateway = self.gateway;
        let wire = self.wire.get_or_insert_with(|| Wire::connect(gateway));
        let sent = wire.try_send(&ask.text).map_err(Broken::from);
        let response = sent.and_then(|()| wire.try_response(ask.method));
        let keeps = response
            .as_ref()
            .is_ok_and(|r| r.head.get("connection") != Some("close"));
        if !keeps {
            self.wire = None;
        }
        let after = trouble();
        let trouble = Trouble {
            lost: before.lost || after.lost,
            starved: before.starved || after.starved,
        };
        self.judge(&ask, &response, trouble)
    }

    fn judge(&self, ask: &Ask, response: &Result<Response, Broken>, trouble: Trouble) -> Outcome {
        let status = response.as_ref().map(Response::status);
        let whole = response
            .as_ref()
            .is_ok_and(|r| r.body == ask.answer.as_bytes());
        let planted = match (self.kind, status) {
            (Kind::Good | Kind::Named | Kind::Stale, Ok(200)) if whole => return Outcome::Served,
            // It has no socket for the service.
            (_, Ok(500)) => trouble.starved,
            (Kind::Named, Ok(502 | 503)) => trouble.lost,
            (Kind::Silent, Ok(504)) | (Kind::NoHead | Kind::Garbage, Ok(502)) => true,
            (Kind::Malformed, Ok(400)) => true,
            // Part of it had come, or the reset overtook it.
            (Kind::HalfBody, Err(Broken::Closed | Broken::Reset) | Ok(502)) => true,
            // It may have arrived: whoever sent it decides.
            (Kind::Stale, Ok(502)) => ask.method == "POST",
            _ => false,
        };
        match planted {
            true => Outcome::Planted,
            false => {
                let got = format!("{response:?}");
                let shown = got.get(..400).unwrap_or(&got);
                Outcome::Unexplained(format!("{:?}: {}: {shown}", self.kind, ask.text))
            }
        }
    }
}
