//! The end of a request that failed: what the client and the operator are told.

use log::{Level, log_enabled};
use pingora_core::{Error, Result};
use pingora_proxy::Session;

use super::answer;
use super::breaking_off;
use super::ctx::Ctx;
use super::gateway::Gateway;
use crate::config::ProxyStatus;
use crate::failure::Failure;

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
        self.report(session, ctx, failure, cause);
        let started = session.response_written();
        let started = started.is_some_and(|r| !r.status.is_informational());
        if failure == Failure::ClientGone {
            return Ok(());
        }
        if started {
            breaking_off::break_off(session).await;
            return Ok(());
        }
        if failure == Failure::MalformedRequest {
            // Where its end is in doubt, so is where the next request begins.
            session.set_keepalive(None);
        }
        let trusted = ctx.client.is_some_and(|client| client.trusted);
        let proxy_status = match self.snapshot.config.errors.proxy_status {
            ProxyStatus::Always => true,
            ProxyStatus::Trusted => trusted,
            ProxyStatus::Off => false,
        };
        let id = ctx.request_id.as_ref();
        answer::failure(session, failure, id, &ctx.allow, proxy_status).await?;
        ctx.answered = true;
        Ok(())
    }

    /// One line for each request that failed, loud when it is not the client's doing.
    fn report(&self, session: &Session, ctx: &Ctx, failure: Failure, cause: Option<&Error>) {
        let level = if failure.is_ours_or_upstream() {
            Level::Warn
        } else {
            Level::Debug
        };
        if !log_enabled!(level) {
            return;
        }
        let request = session.req_header();
        let config = &self.snapshot.config;
        let route = ctx.choice.and_then(|c| config.routes.get(c.route));
        let service = ctx.choice.and_then(|c| self.snapshot.upstream(c.route));
        // Without the query: tokens and addresses of people travel in it.
        let path = request.raw_path().split(|&b| b == b'?').next();
        let cause = cause
            .map(|error| describe(failure, error))
            .unwrap_or_default();
        log::log!(
            level,
            "{status} {flag} {method} {path} route={route} service={service} \
             address={address} request_id={id} cause=\"{cause}\"",
            status = failure.status(),
            flag = failure.flag(),
            method = request.method,
            path = path.unwrap_or_default().escape_ascii(),
            route = route.map_or("-", |route| &route.name),
            service = service.map_or("-", |of| &of.service().name),
            address = ctx.address.map_or("-".to_owned(), |a| a.to_string()),
            id = ctx
                .request_id
                .as_ref()
                .and_then(|id| id.to_str().ok())
                .unwrap_or("-"),
            cause = cause.escape_debug(),
        );
    }
}

/// What an operator needs to know and nothing else: Pingora's context may quote what
/// the service sent, and of a deadline it only knows that the client's stream ended.
fn describe(failure: Failure, error: &Error) -> String {
    match failure {
        Failure::ResponseTimeout => "timeouts.response_header passed".to_owned(),
        Failure::MalformedResponse => error.etype().as_str().to_owned(),
        _ => error.to_string(),
    }
}
