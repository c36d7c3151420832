//! `timeouts:` of the server, a service and a route.

use super::super::model::{ClientTimeouts, RouteTimeouts, ServiceTimeouts};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::Section;
use super::super::tree::child;
use super::value;

pub(super) fn client_timeouts(
    path: &str,
    raw: Option<&Section<raw::ClientTimeouts>>,
    report: &mut Report,
) -> ClientTimeouts {
    let default = ClientTimeouts::default();
    let Some(Section(raw)) = raw else {
        return default;
    };
    let mut timeout = |key, leaf: &Option<_>| value(&child(path, key), leaf.as_ref(), report);
    ClientTimeouts {
        request_header: timeout("request_header", &raw.request_header)
            .unwrap_or(default.request_header),
        request_body_idle: timeout("request_body_idle", &raw.request_body_idle)
            .unwrap_or(default.request_body_idle),
        idle: timeout("idle", &raw.idle).unwrap_or(default.idle),
        write_idle: timeout("write_idle", &raw.write_idle).unwrap_or(default.write_idle),
    }
}

pub(super) fn service_timeouts(
    path: &str,
    raw: Option<&Section<raw::ServiceTimeouts>>,
    report: &mut Report,
) -> ServiceTimeouts {
    let default = ServiceTimeouts::default();
    let Some(Section(raw)) = raw else {
        return default;
    };
    let mut timeout = |key, leaf: &Option<_>| value(&child(path, key), leaf.as_ref(), report);
    ServiceTimeouts {
        connect: timeout("connect", &raw.connect).unwrap_or(default.connect),
        response_header: timeout("response_header", &raw.response_header)
            .unwrap_or(default.response_header),
        body_idle: timeout("body_idle", &raw.body_idle).unwrap_or(default.body_idle),
        idle: timeout("idle", &raw.idle).unwrap_or(default.idle),
        request: timeout("request", &raw.request).unwrap_or(default.request),
    }
}

pub(super) fn route_timeouts(
    path: &str,
    raw: Option<&Section<raw::RouteTimeouts>>,
    report: &mut Report,
) -> RouteTimeouts {
    let Some(Section(raw)) = raw else {
        return RouteTimeouts::default();
    };
    let mut timeout = |key, leaf: &Option<_>| value(&child(path, key), leaf.as_ref(), report);
    RouteTimeouts {
        response_header: timeout("response_header", &raw.response_header),
        body_idle: timeout("body_idle", &raw.body_idle),
        request: timeout("request", &raw.request),
    }
}
