//! Whether there is room for a request that is to be proxied.

use http::Version;
use pingora_proxy::Session;

use super::ctx::Ctx;
use super::in_flight::InFlight;
use super::request;
use super::snapshot::Snapshot;
use crate::failure::Failure;

/// The place of a request whose body has this length, if that is known.
pub(super) fn place(
    snapshot: &Snapshot,
    length: Option<u64>,
    route: usize,
) -> Result<InFlight, Failure> {
    let limit = snapshot.request_body_limit(route);
    if limit.is_some_and(|limit| length.is_some_and(|length| length > limit)) {
        return Err(Failure::BodyTooLarge);
    }
    let upstream = snapshot.upstream(route);
    if !upstream.is_some_and(|upstream| upstream.is_resolved()) {
        return Err(Failure::Unresolved);
    }
    snapshot.enter(route).ok_or(Failure::Overloaded)
}

impl Ctx {
    /// Holds the request to its route's limits and starts its deadlines.
    pub(super) fn admit(
        &mut self,
        snapshot: &Snapshot,
        session: &mut Session,
        route: usize,
    ) -> Result<(), Failure> {
        let length = request::content_length(&session.req_header().headers);
        self.in_flight = Some(place(snapshot, length, route)?);
        if let (Some(control), Some(deadlines)) = (&self.control, snapshot.deadlines(route)) {
            control.begin(deadlines.request, deadlines.response_header);
            let http2 = session.req_header().version == Version::HTTP_2;
            if http2 && !session.as_downstream_mut().is_body_empty() {
                control.body_passed(false);
            }
        }
        Ok(())
    }

    /// What the guard checks in a head, for the requests that it read none of: those of
    /// HTTP/2.
    pub(super) fn check_head(&self, session: &Session) -> Result<(), Failure> {
        let request = session.req_header();
        let limits = &self.snapshot.config.server.limits;
        if request.version != Version::HTTP_2 {
            Ok(())
        } else if request.raw_path().len() > limits.target_bytes {
            Err(Failure::TargetTooLong)
        } else if request.headers.len() > limits.headers {
            Err(Failure::HeaderTooLarge)
        } else if !request::has_plain_framing(&request.headers)
            || request::has_respelt_framing(&request.headers)
        {
            Err(Failure::MalformedRequest)
        } else {
            Ok(())
        }
    }
}
