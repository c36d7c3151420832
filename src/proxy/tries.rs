//! The tries that a request has: at which address, and whether there is another.

use std::sync::Arc;
use std::time::{Duration, Instant};

use log::debug;
use pingora_core::{Error, ErrorType, Result};

use super::ctx::Ctx;
use super::gateway::MAX_TRIES;
use crate::failure::Failure;
use crate::upstream::Upstream;

/// How long a request whose every address refused waits for DNS to know another: a
/// service that moved loses nothing, one that is dead doesn't pile requests up.
const MOVE_LIMIT: Duration = Duration::from_millis(350);

/// An error for what only a bug can cause.
pub(super) fn bug(what: &'static str) -> Box<Error> {
    Error::explain(ErrorType::InternalError, what)
}

impl Ctx {
    /// Whose turn it is, once the service has moved from where every address refused.
    pub(super) async fn turn(&mut self) -> Result<(Arc<Upstream>, usize)> {
        let refusing = self.refusing.take();
        let upstream = self.upstream().cloned();
        let upstream = upstream.ok_or_else(|| bug("no route was chosen"))?;
        if let Some(refusing) = refusing
            && !upstream.moves_from(refusing, MOVE_LIMIT).await
        {
            self.failure = Some(Failure::ConnectFailed);
            return Err(Error::new_up(ErrorType::ConnectRefused));
        }
        let first = *self.turn.get_or_insert_with(|| upstream.take_turn());
        Ok((upstream, first.wrapping_add(self.refusals)))
    }

    /// For the service whose name has no address (any more).
    pub(super) fn unresolved_now(&mut self) -> Box<Error> {
        self.failure = Some(Failure::Unresolved);
        Error::new_up(ErrorType::ConnectError)
    }

    pub(super) fn begin_try(&mut self) {
        self.tries += 1;
        // Another try sends the body from its beginning.
        self.body_bytes = 0;
        self.reused = None;
        self.times.connect = None;
        self.times.connecting = Some(Instant::now());
    }

    /// Nothing of the request has been sent, so any method may try again: at the
    /// next address, or after the name has been looked up anew.
    pub(super) fn refused(&mut self, mut error: Box<Error>) -> Box<Error> {
        error.set_retry(false);
        let Some(upstream) = self.upstream().cloned() else {
            return error;
        };
        if *error.etype() == ErrorType::InternalError {
            // There is no socket to be had here: no address is to blame, and none would do.
            return error;
        }
        upstream.suspect();
        self.refusals += 1;
        let address = self.address.map_or_else(String::new, |a| a.to_string());
        debug!("service {}: {address}: {error}", upstream.service().name);
        if self.refusals >= MAX_TRIES {
            return error;
        }
        let refused = *error.etype() != ErrorType::ConnectTimedout;
        let by_name = upstream.dns_name().is_some();
        if self.refusals < upstream.address_count() {
            error.set_retry(true);
        } else if let Some(address) = self.address.filter(|_| refused && by_name) {
            self.refusing = Some(address);
            error.set_retry(true);
        }
        error
    }

    /// The request may have reached the service. It is sent again only when the
    /// connection was an old one that broke before an answer, the method is
    /// idempotent and its whole body so far is at hand.
    pub(super) fn broke(
        &mut self,
        mut error: Box<Error>,
        repeatable: bool,
        reused: bool,
    ) -> Box<Error> {
        self.failure = self.failure.or(self.cut_short());
        if self.failure.is_some() || self.response_began || !repeatable {
            error.set_retry(false);
        } else {
            error.retry.decide_reuse(reused);
        }
        error
    }
}
