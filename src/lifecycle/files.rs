//! How many files the process may have open: each connection is one.

use log::warn;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Limits;

/// Files that are open without any connection.
const OWN: u64 = 64;

/// Takes as many as the system allows, and says so when they don't suffice for the
/// connections of clients and services that the limits allow.
pub(super) fn allow(limits: &Limits) {
    // A request has a connection to its service, too.
    let connections = limits.connections + limits.in_flight.unwrap_or(limits.connections);
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        warn!("can't raise the limit on open files: {error}");
    }
    let needed = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(OWN);
    match getrlimit(Resource::Nofile).current {
        Some(allowed) if allowed < needed => warn!(
            "{allowed} open files are allowed and up to {needed} may be needed; raise the limit \
             (LimitNOFILE, ulimit -n) or lower server.limits.connections and in_flight"
        ),
        _ => {}
    }
}
