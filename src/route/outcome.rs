//! What becomes of a request, in full: what `test` compares and `explain` shows.

use super::builtin::Builtin;
use super::raw::Raw;
use super::redirect::{Origin, add_slash};
use super::refusal::Admitted;
use super::request::Request;
use super::table::{Decision, Table};
use crate::config::{Action, Config, HostPolicy, Redirect, Route, Service};
use crate::failure::Failure;

/// What the gateway does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<'c> {
    /// Sends it to a service.
    Proxy {
        /// The route that took it.
        route: &'c Route,
        /// Where the route sends it.
        service: &'c Service,
        /// The Host header that the service gets.
        host: Vec<u8>,
        /// Path and query that the service gets.
        target: Vec<u8>,
    },
    /// Answers with another place to go.
    Redirect {
        /// The route that took it.
        route: &'c Route,
        /// The status of the answer.
        status: u16,
        /// The Location of the answer.
        location: Vec<u8>,
    },
    /// Answers it by itself.
    Builtin(Builtin),
    /// Refuses it; the methods that would do stand beside a 405.
    Reject(Failure, Vec<String>),
}

impl Outcome<'_> {
    /// The status of the gateway's own answer; `None` when a service answers.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Proxy { .. } => None,
            Self::Redirect { status, .. } => Some(*status),
            Self::Builtin(_) => Some(200),
            Self::Reject(failure, _) => Some(failure.status()),
        }
    }
}

/// Follows a request through the table.
#[must_use]
pub fn outcome<'c>(config: &'c Config, table: &Table, raw: Raw<'_>) -> Outcome<'c> {
    let Admitted { path, query } = match raw.admit(config.server.path_normalization) {
        Ok(admitted) => admitted,
        Err(refusal) => return Outcome::Reject(refusal.failure(), Vec::new()),
    };
    let request = Request {
        host: raw.host,
        method: raw.method,
        path: &path,
        query,
        headers: raw.headers,
    };
    let choice = match table.decide(&request) {
        Decision::Route(choice) => choice,
        Decision::AddSlash(choice) => {
            return Outcome::Redirect {
                route: &config.routes[choice.route],
                status: 307,
                location: add_slash(&path, query),
            };
        }
        Decision::Builtin(what) => return Outcome::Builtin(what),
        Decision::MethodNotAllowed(allow) => {
            return Outcome::Reject(Failure::MethodNotAllowed, allow);
        }
        Decision::NoRoute => return Outcome::Reject(Failure::NoRoute, Vec::new()),
    };
    let route = &config.routes[choice.route];
    match &route.action {
        Action::Proxy { service, host, .. } => {
            let service = &config.services[*service];
            let host = match (host, &service.host) {
                (Some(host), _) | (None, HostPolicy::Literal(host)) => host.clone().into(),
                (None, HostPolicy::Preserve) => raw.host.to_vec(),
            };
            let target = table.upstream_target(choice, &path, query);
            Outcome::Proxy {
                route,
                service,
                host,
                target,
            }
        }
        Action::Redirect(redirect) => {
            let Redirect { status, .. } = redirect;
            let origin = Origin {
                scheme: "http",
                authority: raw.host,
            };
            Outcome::Redirect {
                route,
                status: *status,
                location: table.location(redirect, choice, &request, origin),
            }
        }
    }
}
