//! The line in the log for a request that failed.

use log::{Level, log_enabled};
use pingora_core::Error;
use pingora_http::RequestHeader;

use super::ctx::Ctx;
use super::ended::request_line;
use crate::failure::Failure;
use crate::observe;

/// More of a path tells nothing, and fills the log.
const LONGEST_PATH: usize = 256;

impl Ctx {
    /// One line for each request that failed, loud when it is not the client's doing.
    pub(super) fn report(
        &self,
        failure: Failure,
        request: Option<&RequestHeader>,
        cause: Option<&Error>,
    ) {
        let level = if failure.is_ours_or_upstream() {
            Level::Warn
        } else {
            Level::Debug
        };
        if !log_enabled!(level) || self.is_repeated(failure) {
            return;
        }
        let snapshot = &self.snapshot;
        let route = self
            .choice
            .and_then(|c| snapshot.config.routes.get(c.route));
        let service = self.choice.and_then(|c| snapshot.upstream(c.route));
        let (method, target) = match request {
            Some(request) => (request.method.as_str().as_bytes(), request.raw_path()),
            None => request_line(&self.head),
        };
        // Without the query: tokens and addresses of people travel in it.
        let path = observe::path(target);
        let path = path.get(..LONGEST_PATH).unwrap_or(path);
        log::log!(
            level,
            "{status} {flag} {method} {path} route={route} service={service} \
             address={address} request_id={id} cause=\"{cause}\"",
            status = failure.status(),
            flag = failure.flag(),
            method = method.escape_ascii(),
            path = path.escape_ascii(),
            route = route.map_or("-", |route| &route.name),
            service = service.map_or("-", |of| &of.service().name),
            address = self.address.map_or("-".to_owned(), |a| a.to_string()),
            id = self
                .request_id
                .as_ref()
                .and_then(|id| id.to_str().ok())
                .unwrap_or("-"),
            cause = self.describe(failure, cause).escape_debug(),
        );
    }

    /// A limit that is reached is reached by thousands, and so is the end: it is told
    /// once a second.
    fn is_repeated(&self, failure: Failure) -> bool {
        matches!(failure, Failure::Overloaded | Failure::Draining)
            && !self.snapshot.may_tell_overload()
    }

    /// What an operator needs to know and nothing else: Pingora's context may quote what
    /// the service sent, and of a deadline it only knows that the client's stream ended.
    fn describe(&self, failure: Failure, cause: Option<&Error>) -> String {
        if let Some(deadline) = self.control.as_ref().and_then(|c| c.fired()) {
            return format!("{} passed", deadline.path());
        }
        match (failure, cause) {
            (Failure::Unresolved, _) => self.unresolved(),
            (Failure::MalformedResponse, Some(error)) => error.etype().as_str().to_owned(),
            (_, Some(error)) => error.to_string(),
            (Failure::Overloaded, None) => "limits.in_flight is reached".to_owned(),
            (_, None) => String::new(),
        }
    }

    fn unresolved(&self) -> String {
        let trouble = self.upstream().and_then(|upstream| upstream.trouble());
        trouble.unwrap_or_else(|| "its name hasn't been looked up yet".to_owned())
    }
}
