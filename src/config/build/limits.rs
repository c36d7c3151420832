//! `limits:` of the server, a service and a route.

use super::super::model::{Limits, RouteLimits, ServiceLimits};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::Section;
use super::super::tree::child;
use super::super::value::size;
use super::value;

const PATH: &str = "server.limits";

pub(super) fn limits(raw: Option<&Section<raw::Limits>>, report: &mut Report) -> Limits {
    let default = Limits::default();
    let Some(Section(raw)) = raw else {
        return default;
    };
    let at = |key| child(PATH, key);
    let limits = Limits {
        connections: value(&at("connections"), raw.connections.as_ref(), report)
            .unwrap_or(default.connections),
        in_flight: value(&at("in_flight"), raw.in_flight.as_ref(), report)
            .unwrap_or(default.in_flight),
        headers: value(&at("headers"), raw.headers.as_ref(), report).unwrap_or(default.headers),
        header_bytes: value(&at("header_bytes"), raw.header_bytes.as_ref(), report)
            .unwrap_or(default.header_bytes),
        target_bytes: value(&at("target_bytes"), raw.target_bytes.as_ref(), report)
            .unwrap_or(default.target_bytes),
        request_body: value(&at("request_body"), raw.request_body.as_ref(), report)
            .unwrap_or(default.request_body),
    };
    check_target(&limits, report);
    limits
}

/// Reports a target that the header, of which it is a part, has no room for.
fn check_target(limits: &Limits, report: &mut Report) {
    let target = child(PATH, "target_bytes");
    let header = child(PATH, "header_bytes");
    // What could not be read has been replaced by its default, which nobody wrote.
    let unknown = report.is_covered(&target) || report.is_covered(&header);
    if limits.target_bytes < limits.header_bytes || unknown {
        return;
    }
    let said = |path: &str, bytes| match report.is_written(path) {
        true => size(bytes as u64),
        false => format!("{} (the default)", size(bytes as u64)),
    };
    let message = format!(
        "makes target_bytes {} no smaller than header_bytes {}",
        said(&target, limits.target_bytes),
        said(&header, limits.header_bytes)
    );
    let path = match report.is_written(&target) {
        true => target,
        false => header,
    };
    let fix = "write a target_bytes that is smaller than header_bytes";
    report.error(&path, message, fix);
}

pub(super) fn service_limits(
    path: &str,
    raw: Option<&Section<raw::ServiceLimits>>,
    report: &mut Report,
) -> ServiceLimits {
    let default = ServiceLimits::default();
    let Some(Section(raw)) = raw else {
        return default;
    };
    let in_flight = value(&child(path, "in_flight"), raw.in_flight.as_ref(), report);
    ServiceLimits {
        in_flight: in_flight.unwrap_or(default.in_flight),
    }
}

pub(super) fn route_limits(
    path: &str,
    raw: Option<&Section<raw::RouteLimits>>,
    report: &mut Report,
) -> RouteLimits {
    let Some(Section(raw)) = raw else {
        return RouteLimits::default();
    };
    let path = child(path, "request_body");
    RouteLimits {
        request_body: value(&path, raw.request_body.as_ref(), report),
    }
}
