//! All families, in one order.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::Metrics;
use super::cells::{RouteCell, ServiceCell};
use super::gauges::{Gauges, ServiceGauges};
use super::page::{Kind, Page, labels};
use super::registry::Registry;

/// A cell with its labels.
type Labelled<'a, T> = Vec<(String, &'a Arc<T>)>;

pub(super) fn page(metrics: &Metrics, gauges: &Gauges<'_>) -> String {
    let mut page = Page::default();
    metrics.by_method.render(&mut page);
    {
        let registry = metrics.registry.lock();
        routes(&registry, &mut page);
        services(&registry, &mut page);
    }
    service_gauges(gauges, &mut page);
    clients(metrics, gauges, &mut page);
    gateway(metrics, gauges, &mut page);
    metrics.process.render(&mut page);
    page.into_text()
}

fn routes(registry: &Registry, page: &mut Page) {
    let mut seen: Labelled<'_, RouteCell> = Vec::new();
    let mut requests = page.family(
        "gateway_requests_total",
        Kind::Counter,
        "Requests that have ended, by how.",
    );
    for ((route, service), cell) in &registry.routes {
        let outcomes = cell.outcomes.read();
        if outcomes.is_empty() {
            continue;
        }
        let of = labels(&[("route", route), ("service", service)]);
        for (outcome, count) in outcomes {
            let how = labels(&[
                ("code", &outcome.code),
                ("flag", outcome.flag),
                ("origin", outcome.origin),
            ]);
            requests.sample(&format!("{of},{how}"), count);
        }
        seen.push((of, cell));
    }
    let mut durations = page.family(
        "gateway_request_duration_seconds",
        Kind::Histogram,
        "From the whole head of a request to its end.",
    );
    for (of, cell) in &seen {
        durations.histogram(of, &cell.duration);
    }
    let mut first_bytes = page.family(
        "gateway_time_to_first_byte_seconds",
        Kind::Histogram,
        "From the whole head of a request to the response header of the service.",
    );
    for (of, cell) in &seen {
        if !cell.first_byte.is_empty() {
            first_bytes.histogram(of, &cell.first_byte);
        }
    }
    let mut received = page.family(
        "gateway_bytes_received_total",
        Kind::Counter,
        "Bytes of the bodies of requests.",
    );
    for (of, cell) in &seen {
        received.sample(of, load(&cell.received));
    }
    let mut sent = page.family(
        "gateway_bytes_sent_total",
        Kind::Counter,
        "Bytes of the bodies of responses.",
    );
    for (of, cell) in &seen {
        sent.sample(of, load(&cell.sent));
    }
}

fn services(registry: &Registry, page: &mut Page) {
    let all: Labelled<'_, ServiceCell> = registry
        .services
        .iter()
        .map(|(name, cell)| (labels(&[("service", name)]), cell))
        .collect();
    let mut connects = page.family(
        "gateway_upstream_connect_seconds",
        Kind::Histogram,
        "What connecting to a service took.",
    );
    for (of, cell) in &all {
        connects.histogram(of, &cell.connect);
    }
    let mut connections = page.family(
        "gateway_upstream_connections_total",
        Kind::Counter,
        "Requests by whether the connection to their service was a new one.",
    );
    for (of, cell) in &all {
        for (kind, count) in [("new", &cell.new), ("reused", &cell.reused)] {
            let kind = labels(&[("kind", kind)]);
            connections.sample(&format!("{of},{kind}"), load(count));
        }
    }
    let mut retries = page.family(
        "gateway_retries_total",
        Kind::Counter,
        "Tries of requests after their first.",
    );
    for (of, cell) in &all {
        retries.sample(of, load(&cell.retries));
    }
}

fn service_gauges(gauges: &Gauges<'_>, page: &mut Page) {
    let all: BTreeMap<_, _> = gauges.services.iter().map(|s| (s.name, s)).collect();
    let mut each = |name, kind, help, value: &dyn Fn(&ServiceGauges<'_>) -> Option<String>| {
        let mut family = page.family(name, kind, help);
        for (name, service) in &all {
            if let Some(value) = value(service) {
                family.sample(&labels(&[("service", name)]), value);
            }
        }
    };
    each(
        "gateway_in_flight",
        Kind::Gauge,
        "Requests in progress.",
        &|service| Some(service.in_flight.to_string()),
    );
    each(
        "gateway_dns_age_seconds",
        Kind::Gauge,
        "Since the latest look-up that found the service.",
        &|service| {
            let age = service.dns_age.filter(|_| service.by_name)?;
            Some(format!("{:.3}", age.as_secs_f64()))
        },
    );
    each(
        "gateway_dns_failures_total",
        Kind::Counter,
        "Look-ups of the service that failed.",
        &|service| service.by_name.then(|| service.dns_failures.to_string()),
    );
}

fn clients(metrics: &Metrics, gauges: &Gauges<'_>, page: &mut Page) {
    let mut connections = page.family(
        "gateway_client_connections",
        Kind::Gauge,
        "Connections of clients by what they are at.",
    );
    let states: BTreeMap<_, _> = gauges.connections.iter().copied().collect();
    for (state, count) in states {
        connections.sample(&labels(&[("state", state)]), count);
    }
    page.single(
        "gateway_client_connections_refused_total",
        Kind::Counter,
        "Connections of clients that were one too many.",
        gauges.connections_refused,
    );
    let kinds = &metrics.kinds;
    let mut refused = page.family(
        "gateway_requests_refused_total",
        Kind::Counter,
        "Requests whose head was refused before it was parsed.",
    );
    kinds.refused.render(&mut refused);
    let mut deadlines = page.family(
        "gateway_deadlines_total",
        Kind::Counter,
        "Requests that a deadline ended.",
    );
    kinds.deadlines.render(&mut deadlines);
    let mut limits = page.family(
        "gateway_limits_total",
        Kind::Counter,
        "Requests and connections that a limit ended.",
    );
    let connections = labels(&[("limit", "connections")]);
    limits.sample(&connections, gauges.connections_refused);
    kinds.limits.render(&mut limits);
}

fn gateway(metrics: &Metrics, gauges: &Gauges<'_>, page: &mut Page) {
    let mut gauge = |name, help, value: &dyn Display| page.single(name, Kind::Gauge, help, value);
    gauge(
        "gateway_config_generation",
        "The number of the configuration in use, from 1.",
        &gauges.generation,
    );
    gauge(
        "gateway_config_last_reload_successful",
        "Whether the configuration that was read last is in use.",
        &u8::from(gauges.last_reload_successful),
    );
    let at = gauges.last_reload.duration_since(SystemTime::UNIX_EPOCH);
    gauge(
        "gateway_config_last_reload_timestamp_seconds",
        "When the configuration was read last, in seconds since 1970.",
        &format_args!("{:.3}", at.unwrap_or_default().as_secs_f64()),
    );
    gauge(
        "gateway_draining",
        "Whether the gateway is on its way out.",
        &u8::from(gauges.draining),
    );
    page.single(
        "gateway_panics_total",
        Kind::Counter,
        "Panics of the gateway.",
        load(&metrics.panics),
    );
    page.single(
        "gateway_access_log_dropped_total",
        Kind::Counter,
        "Lines of the access log that were dropped.",
        gauges.access_log_dropped,
    );
    page.single(
        "gateway_log_dropped_total",
        Kind::Counter,
        "Lines of the operational log that were dropped.",
        gauges.log_dropped,
    );
    let version = labels(&[("version", env!("CARGO_PKG_VERSION"))]);
    let mut build = page.family(
        "gateway_build_info",
        Kind::Gauge,
        "The version of the gateway; always 1.",
    );
    build.sample(&version, 1);
}

fn load(cell: &AtomicU64) -> u64 {
    cell.load(Ordering::Relaxed)
}
