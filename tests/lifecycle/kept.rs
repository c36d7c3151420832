//! A connection that a client keeps as long as the gateway lets it.

use super::client::{Ask, Client, answer_to};
use super::http1::{Fault, Http, says_close};
use super::verdict::Kind;
use crate::support::message::Head;

/// `None` before the first request, and after an answer that announced the close. Only
/// then may a connection end: any other end fails the request that meets it.
#[derive(Default)]
pub struct Kept(Option<Http>);

impl Kept {
    pub async fn take(&mut self, client: &Client) -> Result<Http, Fault> {
        match self.0.take() {
            Some(http) => Ok(http),
            None => Http::connect(client.gateway).await,
        }
    }

    pub fn put(&mut self, http: Http, answer: &Head, client: &Client) {
        if says_close(answer) {
            client.record.told(client.kind);
        } else {
            self.0 = Some(http);
        }
    }

    /// One request and its answer.
    pub async fn exchange(&mut self, client: &Client, ask: &Ask) -> Result<(), Fault> {
        let mut http = self.take(client).await?;
        // In one packet: the gateway may answer and close before a second one.
        let mut bytes = ask.text("");
        bytes.extend_from_slice(&ask.body);
        http.send(bytes).await?;
        let head = answer_to(ask, &mut http).await?;
        self.put(http, &head, client);
        Ok(())
    }
}

/// Small bodies from clients that post.
pub fn body(kind: Kind) -> Vec<u8> {
    match kind {
        Kind::Posting => (0..fastrand::usize(1..512))
            .map(|_| fastrand::u8(..))
            .collect(),
        _ => Vec::new(),
    }
}
