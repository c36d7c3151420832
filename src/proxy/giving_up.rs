//! The end of a request that failed: what the client and the operator are told.

use std::thread;

use pingora_core::{Error, Result};
use pingora_proxy::Session;

use super::answer;
use super::breaking_off;
use super::classify::classify;
use super::ctx::Ctx;
use super::gateway::Gateway;
use super::response;
use crate::failure::Failure;
use crate::guard;

impl Gateway {
    /// Tells the client, and the operator if it concerns one.
    pub(super) async fn give_up(
        &self,
        session: &mut Session,
        ctx: &mut Ctx,
        failure: Failure,
        cause: Option<&Error>,
    ) -> Result<()> {
        ctx.failure = Some(failure);
        ctx.told = true;
        ctx.report(failure, Some(session.req_header()), cause);
        let started = session.response_written();
        let started = started.is_some_and(|r| !response::is_interim(r.status));
        if failure == Failure::ClientGone {
            return Ok(());
        }
        if started {
            ctx.break_off();
            breaking_off::break_off(session).await;
            return Ok(());
        }
        if failure == Failure::MalformedRequest {
            // Where its end is in doubt, so is where the next request begins.
            session.set_keepalive(None);
        }
        let id = ctx.request_id.as_ref();
        let proxy_status = ctx.tells_proxy_status();
        answer::failure(session, failure, id, &ctx.allow, proxy_status).await?;
        ctx.answered = true;
        Ok(())
    }
}

impl Ctx {
    /// What an error is, where nothing else is known to have ended the request.
    pub(super) fn failure_by(&self, error: &Error) -> Failure {
        let known = self.failure.or(self.cut_short());
        known.unwrap_or_else(|| classify(error))
    }

    pub(super) fn tells_proxy_status(&self) -> bool {
        let errors = &self.snapshot.config.errors;
        errors.tells_proxy_status(self.client.is_some_and(|client| client.trusted))
    }
}

/// A request that Pingora had to be robbed of, because nothing in it could notice its
/// deadline, never comes to its last phase: it is told here, and its answer is left
/// for the guard to write. Neither does one whose task panics.
impl Drop for Ctx {
    fn drop(&mut self) {
        self.leave_answer();
        if !self.observed {
            let bug = thread::panicking().then_some(Failure::Internal);
            self.failure = self.failure.or(self.cut_short()).or(bug);
            self.killed();
        }
    }
}

impl Ctx {
    /// Has the guard tell a client whose response has no other end than the connection's.
    fn break_off(&self) {
        if let Some(control) = self.control.as_ref().filter(|_| self.ends_by_closing) {
            control.break_off();
        }
    }

    fn leave_answer(&mut self) {
        if self.told {
            return;
        }
        if thread::panicking() {
            // There is nobody left who could.
            self.break_off();
        }
        let (Some(failure), Some(control)) = (self.cut_short(), &self.control) else {
            return;
        };
        self.report(failure, None, None);
        self.break_off();
        if !self.response_began {
            let id = self.request_id.as_ref().and_then(|id| id.to_str().ok());
            let proxy_status = self.tells_proxy_status();
            control.leave_answer(guard::answer(failure, id, proxy_status));
            self.sent = failure.problem(id).len() as u64;
        }
    }
}
