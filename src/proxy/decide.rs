//! What is done with a request, and the answer where that needs no service.

use std::borrow::Cow;

use pingora_core::Error;
use pingora_proxy::Session;

use super::answer;
use super::client;
use super::cookies;
use super::ctx::Ctx;
use super::gateway::Gateway;
use crate::config::Action;
use crate::failure::Failure;
use crate::route::{Admitted, Builtin, Decision, Origin, Raw, Refusal, Request, add_slash};

impl Gateway {
    /// Decides what happens to a request and, unless it is to be proxied, writes
    /// the answer. True when it has been answered.
    pub(super) async fn decide(
        &self,
        session: &mut Session,
        ctx: &mut Ctx,
    ) -> Result<bool, Rejected> {
        cookies::join(session.req_header_mut())?;
        ctx.check_head(session)?;
        let request = session.req_header();
        let raw = Raw {
            method: &request.method,
            target: request.raw_path(),
            host: client::host(request),
            headers: (&request.headers).into(),
        };
        let snapshot = ctx.snapshot.clone();
        let config = &snapshot.config;
        let admitted = raw.admit(config.server.path_normalization);
        let Admitted { path, query } = admitted.map_err(Refusal::failure)?;
        let routed = Request {
            host: raw.host,
            method: raw.method,
            path: &path,
            query,
            headers: (&request.headers).into(),
        };
        let choice = match snapshot.table.decide(&routed) {
            Decision::Route(choice) => choice,
            Decision::AddSlash(_) => {
                let location = add_slash(&path, query);
                answer::redirect(session, 307, &location, None).await?;
                ctx.answered = true;
                return Ok(true);
            }
            Decision::Builtin(what) => {
                match what {
                    Builtin::Health => answer::health(session).await?,
                    Builtin::Stats => answer::stats(session).await?,
                    Builtin::Metrics => {
                        answer::metrics(session, snapshot.observer().page()).await?;
                    }
                }
                ctx.answered = true;
                return Ok(true);
            }
            Decision::MethodNotAllowed(allow) => {
                ctx.allow = allow;
                return Err(Failure::MethodNotAllowed.into());
            }
            Decision::NoRoute => return Err(Failure::NoRoute.into()),
        };
        ctx.choice = Some(choice);
        if let Action::Redirect(redirect) = &config.routes[choice.route].action {
            let origin = Origin {
                scheme: client::scheme(request, ctx.client),
                authority: routed.host,
            };
            let location = snapshot.table.location(redirect, choice, &routed, origin);
            let rules = snapshot.response_headers(choice.route);
            answer::redirect(session, redirect.status, &location, rules).await?;
            ctx.answered = true;
            return Ok(true);
        }
        if let Cow::Owned(path) = path {
            ctx.normalized = Some(path.into());
        }
        ctx.admit(&snapshot, session, choice.route)?;
        Ok(false)
    }
}

/// Why a request isn't answered in the ordinary way.
pub(super) enum Rejected {
    /// To be answered with a failure.
    Failed(Failure),
    /// The answer couldn't be written.
    Broken(Box<Error>),
}

impl From<Failure> for Rejected {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Box<Error>> for Rejected {
    fn from(error: Box<Error>) -> Self {
        Self::Broken(error)
    }
}
