//! What is remembered of one request between its phases.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use super::client::Client;
use super::in_flight::InFlight;
use super::snapshot::{Deadlines, Snapshot};
use super::times::Times;
use crate::failure::Failure;
use crate::guard::{Control, Deadline};
use crate::route::Choice;
use crate::upstream::Upstream;

/// Plain data: texts are only made when something has to be told.
#[derive(Debug)]
pub struct Ctx {
    pub(super) snapshot: Arc<Snapshot>,
    /// The deadlines; `None` where nothing guards the client.
    pub(super) control: Option<Arc<Control>>,
    /// The head as it came, for the log of a request whose session is gone by then.
    pub(super) head: Bytes,
    pub(super) client: Option<Client>,
    pub(super) request_id: Option<HeaderValue>,
    /// The match that was chosen.
    pub(super) choice: Option<Choice>,
    /// The methods that would have done, for a 405.
    pub(super) allow: Vec<String>,
    /// The path that was matched, where normalising changed it.
    pub(super) normalized: Option<Box<[u8]>>,
    /// The service's turn that this request took.
    pub(super) turn: Option<usize>,
    /// Addresses that refused the connection so far.
    pub(super) refusals: usize,
    /// The next try waits until the service has moved from here.
    pub(super) refusing: Option<SocketAddr>,
    /// The address of the latest try.
    pub(super) address: Option<SocketAddr>,
    /// Known to our own phases before Pingora's error tells it.
    pub(super) failure: Option<Failure>,
    pub(super) times: Times,
    /// Connections that were tried, also those that refused.
    pub(super) tries: u32,
    /// Whether the latest connection had been used before.
    pub(super) reused: Option<bool>,
    /// The final response header of the service is here.
    pub(super) response_began: bool,
    /// For the client its end is the end of the connection.
    pub(super) ends_by_closing: bool,
    /// Its status.
    pub(super) began_with: Option<u16>,
    /// Its headers, where it is an error.
    pub(super) evidence: Option<Box<HeaderMap>>,
    /// The first part of the service's answer, where that is an error.
    pub(super) beginning: Bytes,
    /// The client has a whole answer of the gateway.
    pub(super) answered: bool,
    /// Bytes of the request's body so far.
    pub(super) body_bytes: u64,
    /// Bytes of the service's body so far.
    pub(super) sent: u64,
    /// The places that the request takes up, given back with it.
    pub(super) in_flight: Option<InFlight>,
    /// The failure was told, or there was none: nothing is left to be said.
    pub(super) told: bool,
    /// Metrics and access log know of its end.
    pub(super) observed: bool,
}

impl Ctx {
    pub(super) fn new(snapshot: Arc<Snapshot>, control: Option<Arc<Control>>) -> Self {
        Self {
            snapshot,
            head: Bytes::new(),
            client: None,
            request_id: None,
            choice: None,
            allow: Vec::new(),
            normalized: None,
            turn: None,
            refusals: 0,
            refusing: None,
            address: None,
            failure: None,
            times: Times::begin(control.as_ref().and_then(|control| control.arrived())),
            control,
            tries: 0,
            reused: None,
            response_began: false,
            ends_by_closing: false,
            began_with: None,
            evidence: None,
            beginning: Bytes::new(),
            answered: false,
            body_bytes: 0,
            sent: 0,
            in_flight: None,
            told: false,
            observed: false,
        }
    }

    /// The service of the match that was chosen.
    pub(super) fn upstream(&self) -> Option<&Arc<Upstream>> {
        self.snapshot.upstream(self.choice?.route)
    }

    /// What the route of that match allows its service.
    pub(super) fn deadlines(&self) -> Deadlines {
        let of = self.choice.and_then(|c| self.snapshot.deadlines(c.route));
        of.unwrap_or_default()
    }

    /// What the guard knows of the request's end and Pingora doesn't.
    pub(super) fn cut_short(&self) -> Option<Failure> {
        let control = self.control.as_ref()?;
        match control.fired() {
            None if control.is_malformed() => Some(Failure::MalformedRequest),
            None => self
                .snapshot
                .observer()
                .is_ending()
                .then_some(Failure::Draining),
            Some(Deadline::RequestBodyIdle) => Some(Failure::RequestTimeout),
            Some(Deadline::WriteIdle) => Some(Failure::ClientGone),
            Some(Deadline::ResponseHeader | Deadline::BodyIdle | Deadline::Request) => {
                Some(Failure::ResponseTimeout)
            }
            Some(Deadline::Drain) => Some(Failure::Draining),
        }
    }
}
