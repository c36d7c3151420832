//! What every client of the load has: its place in the record, its pace, and when to end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::http1::{Fault, Http, check};
use super::service::echo;
use super::verdict::{Kind, Record};
use crate::support::PATIENCE;
use crate::support::message::Head;

/// What the scenario asks of the clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Phase {
    /// Begin nothing more that takes long.
    pub last: bool,
    /// Finish what is begun.
    pub stop: bool,
    /// When it changes, what lives for long ends and begins anew.
    pub round: u64,
}

#[derive(Clone)]
pub struct Client {
    pub kind: Kind,
    pub gateway: SocketAddr,
    /// Between two requests.
    pub pace: Duration,
    /// When its next request has its turn.
    pub due: Instant,
    pub record: Arc<Record>,
    pub phase: watch::Receiver<Phase>,
}

/// A request that nothing else equals.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: &'static str,
    pub path: String,
    pub id: u64,
    pub body: Vec<u8>,
}

impl Ask {
    pub fn text(&self, fields: &str) -> Vec<u8> {
        let Self {
            method, path, id, ..
        } = self;
        let length = self.body.len();
        let length = match *method {
            "POST" => format!("Content-Length: {length}\r\n"),
            _ => String::new(),
        };
        format!(
            "{method} {path} HTTP/1.1\r\nHost: client.example\r\nX-Id: {id}\r\n{length}{fields}\r\n"
        )
        .into_bytes()
    }

    /// The answer must be about this request, as the service received it under `path`;
    /// returns what it says beyond that.
    pub fn verify_at<'a>(
        &self,
        path: &str,
        status: u16,
        id: Option<&str>,
        body: &'a [u8],
    ) -> Result<&'a str, Fault> {
        let text = std::str::from_utf8(body).unwrap_or("not text");
        let own = self.id.to_string();
        let line = echo(self.method, path, &own, &self.body);
        check(status == 200, || format!("status {status}: {text:.200}"))?;
        check(id == Some(&own), || format!("answer to {id:?}, not {own}"))?;
        let rest = text.strip_prefix(&line);
        rest.ok_or_else(|| Fault(format!("answer {text:.200?} to {line:?}")))
    }

    pub fn verify(&self, status: u16, id: Option<&str>, body: &[u8]) -> Result<(), Fault> {
        self.verify_at(&self.path, status, id, body).map(drop)
    }
}

/// Reads the answer to a request, whole; the head is for what else it says.
pub async fn answer_to(ask: &Ask, http: &mut Http) -> Result<Head, Fault> {
    let head = http.answer().await?;
    let body = http.body(&head).await?;
    ask.verify(head.status(), head.get("x-id"), &body)?;
    Ok(head)
}

impl Client {
    pub fn id(&self) -> u64 {
        self.record.id(self.kind)
    }

    pub fn ask(&self, method: &'static str, body: Vec<u8>) -> Ask {
        let id = self.id();
        let path = format!("/{:?}/{id}", self.kind);
        Ask {
            method,
            path,
            id,
            body,
        }
    }

    pub fn is_stopping(&self) -> bool {
        self.phase.borrow().stop
    }

    /// Pauses; false, at once, when the load is to stop.
    pub async fn pause(&mut self, long: Duration) -> bool {
        let stop = self.phase.wait_for(|phase| phase.stop);
        tokio::time::timeout(long, stop).await.is_err()
    }

    /// Waits for the next request's turn; false, at once, when the load is to stop.
    pub async fn keep_pace(&mut self) -> bool {
        // Give or take a half, so that clients don't march in step.
        self.due += self.pace.mul_f64(0.5 + fastrand::f64());
        let wait = self.due.saturating_duration_since(Instant::now());
        if wait.is_zero() {
            // What is late isn't made up for: that would be a burst.
            self.due = Instant::now();
        }
        self.pause(wait).await
    }

    /// One exchange, in the record; `None` when it failed.
    pub async fn record<T>(&self, exchange: impl Future<Output = Result<T, Fault>>) -> Option<T> {
        self.record_within(PATIENCE, exchange).await
    }

    pub async fn record_within<T>(
        &self,
        patience: Duration,
        exchange: impl Future<Output = Result<T, Fault>>,
    ) -> Option<T> {
        let before = Instant::now();
        let silent = |_| Err(Fault(format!("no whole answer within {patience:?}")));
        let result = tokio::time::timeout(patience, exchange).await;
        match result.unwrap_or_else(silent) {
            Ok(value) => {
                self.record.succeeded(self.kind, before.elapsed());
                Some(value)
            }
            Err(fault) => {
                self.record.failed(self.kind, fault);
                None
            }
        }
    }
}
