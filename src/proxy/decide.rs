//! What is done with a request, and the answer where that needs no service.

use std::borrow::Cow;

use http::{Version, header};
use pingora_core::Error;
use pingora_proxy::Session;

use super::answer;
use super::ctx::Ctx;
use super::gateway::Gateway;
use super::request;
use crate::failure::Failure;
use crate::route::{Builtin, Decision, Target, normalize};
use crate::upstream::Upstream;

impl Gateway {
    /// Decides what happens to a request and, unless it is to be proxied, writes
    /// the answer. True when it has been answered.
    pub(super) async fn decide(
        &self,
        session: &mut Session,
        ctx: &mut Ctx,
    ) -> Result<bool, Rejected> {
        let request = session.req_header();
        if request.version == Version::HTTP_11 && !request.headers.contains_key(header::HOST) {
            return Err(Failure::MalformedRequest.into());
        }
        let host = request.headers.get(header::HOST);
        if host.is_some_and(|host| !request::is_host(host.as_bytes())) {
            return Err(Failure::MalformedRequest.into());
        }
        if has_fragment(session) {
            return Err(Failure::MalformedRequest.into());
        }
        if request::is_loop(&request.headers) {
            return Err(Failure::Loop.into());
        }
        let target = Target::parse(request.raw_path()).map_err(|_| Failure::MalformedRequest)?;
        let mode = self.snapshot.config.server.path_normalization;
        let path = normalize(target.path, mode).map_err(|_| Failure::MalformedRequest)?;
        match self.snapshot.table.decide(&path) {
            Decision::Proxy(route) => {
                if let Cow::Owned(path) = path {
                    ctx.normalized = Some(path.into());
                }
                ctx.route = Some(route);
                let known = self
                    .snapshot
                    .upstream(route)
                    .is_some_and(Upstream::is_resolved);
                return if known {
                    Ok(false)
                } else {
                    Err(Failure::Unresolved.into())
                };
            }
            Decision::AddSlash(to) => {
                let query = target.query.map(<[u8]>::to_vec);
                answer::redirect(session, to, query.as_deref()).await?;
            }
            Decision::Builtin(Builtin::Health) => answer::health(session).await?,
            Decision::Builtin(Builtin::Stats) => answer::stats(session).await?,
            Decision::NoRoute => return Err(Failure::NoRoute.into()),
        }
        ctx.answered = true;
        Ok(true)
    }
}

/// Pingora drops a fragment from the target before any phase sees it, so the
/// request line is asked as it came.
fn has_fragment(session: &Session) -> bool {
    let Some(session) = session.as_downstream().as_http1() else {
        return false;
    };
    let head = session.get_headers_raw_bytes();
    // Empty lines may come before it (RFC 9112, section 2.2).
    let line = head.trim_ascii_start().split(|&b| b == b'\r' || b == b'\n');
    line.take(1).any(|line| line.contains(&b'#'))
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
