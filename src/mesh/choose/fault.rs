//! Fault injection (`source/extensions/filters/http/fault/fault_filter.cc`).

use std::time::Duration;

use super::end::End;
use super::request::Seen;
use super::route::{runtime_sets, share};
use super::{header, text};
use crate::mesh::dump::Dump;
use crate::mesh::dump::filter::{Abort, Delay, Fault};
use crate::mesh::dump::listener::NetworkConfig;
use crate::mesh::trace::Verdict;
use crate::mesh::truth::Truth;

/// Where the runtime may say otherwise, unless the fault names another key.
const ABORTED: &str = "fault.http.abort.abort_percent";
const STATUS: &str = "fault.http.abort.http_status";
const GRPC_STATUS: &str = "fault.http.abort.grpc_status";
const AT_A_TIME: &str = "fault.http.max_active_faults";

/// What the request asks the filter for, where that is allowed.
const ASKS: [&str; 2] = [
    "x-envoy-fault-abort-request",
    "x-envoy-fault-abort-grpc-request",
];

const NODE: &str = "x-envoy-downstream-service-node";

/// A delay before the request goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Waits {
    pub(super) delay: Duration,
    /// Of the requests, from 0 to 1.
    pub(super) share: f64,
}

impl Waits {
    pub(super) fn words(self) -> String {
        let who = match self.share {
            share if share >= 1.0 => "each request".to_owned(),
            share => format!("{}% of the requests", share * 100.0),
        };
        format!("fault injection keeps {who} for {:?} first", self.delay)
    }
}

/// The answer of a fault that aborts the request, or how long one may keep it.
pub(super) fn inject(
    fault: &Fault,
    manager: &NetworkConfig,
    cluster: Option<&str>,
    seen: &Seen<'_>,
    dump: &Dump,
) -> Result<Option<Waits>, End> {
    if let Some(field) = text::unread(&fault.rest) {
        return Err(End::unknown(format!("fault injection with {field}")));
    }
    let waits = fault.delay.as_ref().and_then(waits);
    let abort = fault.abort.as_ref();
    let none = |abort: &&Abort| {
        let key = key(&fault.abort_percent_runtime, ABORTED);
        abort.percentage.as_ref().map_or(Some(0.0), share) == Some(0.0) && !runtime_sets(dump, key)
    };
    let abort = abort.filter(|abort| !none(abort));
    if abort.is_none() && waits.is_none() {
        return Ok(None);
    }
    match applies(fault, manager, cluster, seen) {
        Truth::No(_) => return Ok(None),
        Truth::Unknown(what) if abort.is_some() => {
            return Err(End::unknown(format!("fault injection by {what}")));
        }
        _ => {}
    }
    match abort {
        None => Ok(waits),
        Some(abort) => aborted(abort, fault, seen, dump).map(|()| waits),
    }
}

fn waits(delay: &Delay) -> Option<Waits> {
    let share = share(delay.percentage.as_ref()?)?;
    let delay = delay.fixed_delay?.0;
    (share > 0.0 && !delay.is_zero()).then_some(Waits { delay, share })
}

/// Whether the request is one of those that are meant.
fn applies(
    fault: &Fault,
    manager: &NetworkConfig,
    cluster: Option<&str>,
    seen: &Seen<'_>,
) -> Truth {
    let wanted = &fault.upstream_cluster;
    let of_cluster = wanted.is_empty() || cluster == Some(wanted);
    let of_nodes = || {
        if fault.downstream_nodes.is_empty() {
            return Truth::Yes;
        }
        // Envoy writes it only where it writes its user agent.
        let maybe = seen.query.headers.contains_key(NODE) || manager.add_user_agent;
        match maybe {
            true => Truth::Unknown(format!("header {NODE}, which Envoy writes itself")),
            false => Truth::No(format!("header {NODE} is missing")),
        }
    };
    let at_a_time = || match fault.max_active_faults {
        Some(0) => Truth::No("none at a time".to_owned()),
        Some(most) => Truth::Unknown(format!("{most} at a time")),
        None => Truth::Yes,
    };
    let by_headers = || {
        let mut all = fault.headers.iter();
        all.try_fold((), |(), of| match header::matches(of, seen) {
            Truth::Yes => Ok(()),
            other => Err(other),
        })
        .err()
        .unwrap_or(Truth::Yes)
    };
    Truth::of(of_cluster, || format!("is for cluster {wanted}"))
        .and(of_nodes)
        .and(by_headers)
        .and(at_a_time)
}

/// `Ok` when the fault, although it is there, aborts nothing.
fn aborted(abort: &Abort, fault: &Fault, seen: &Seen<'_>, dump: &Dump) -> Result<(), End> {
    if let Some(field) = text::unread(&abort.rest) {
        return Err(End::unknown(format!(
            "fault injection that aborts by {field}"
        )));
    }
    let keys = [
        key(&fault.abort_percent_runtime, ABORTED),
        key(&fault.abort_http_status_runtime, STATUS),
        key(&fault.abort_grpc_status_runtime, GRPC_STATUS),
        key(&fault.max_active_faults_runtime, AT_A_TIME),
    ];
    if let Some(key) = keys.into_iter().find(|key| runtime_sets(dump, key)) {
        return Err(End::unknown(format!(
            "fault injection that the runtime sets by {key}"
        )));
    }
    if abort.header_abort.is_some() {
        return match ASKS
            .iter()
            .find(|name| seen.query.headers.contains_key(**name))
        {
            None => Ok(()),
            Some(name) => Err(End::unknown(format!("fault injection by header {name}"))),
        };
    }
    let portion = abort.percentage.as_ref().map_or(Some(0.0), share);
    if portion.is_none_or(|portion| portion < 1.0) {
        return Err(End::unknown(
            "fault injection that aborts a part of the requests",
        ));
    }
    let (status, why) = match (abort.http_status, abort.grpc_status) {
        (0, None) => return Err(End::unknown("fault injection without a status")),
        (0, Some(code)) => (
            200,
            format!("fault injection answers status {code} of gRPC"),
        ),
        (status, _) => (status, format!("fault injection answers {status}")),
    };
    Err(End::new(Verdict::DirectResponse, why, Some(status)))
}

fn key<'k>(own: &'k str, usual: &'k str) -> &'k str {
    if own.is_empty() { usual } else { own }
}
