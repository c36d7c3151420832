//! Counts by a label whose values the gateway knows.

use std::sync::atomic::{AtomicU64, Ordering};

use super::OTHER;
use super::page::{Family, labels};
use crate::failure::Failure;

/// Keys of the configuration. `connections` is counted elsewhere.
const DEADLINES: [&str; 7] = [
    "body_idle",
    "connect",
    "request",
    "request_body_idle",
    "request_header",
    "response_header",
    "write_idle",
];

/// `headers` is `header_bytes` too: the guard doesn't tell which was reached.
const LIMITS: [&str; 4] = ["headers", "in_flight", "request_body", "target_bytes"];

const REASONS: [&str; 5] = [
    "header_timeout",
    "header_too_large",
    "malformed",
    "method_not_allowed",
    "target_too_long",
];

/// Deadlines and limits that ended requests, and requests that had no head to go on with.
#[derive(Debug)]
pub(super) struct Kinds {
    pub(super) deadlines: Counts<7>,
    pub(super) limits: Counts<4>,
    pub(super) refused: Counts<5>,
}

/// Counts by name, shown from the start; what has no name is one.
#[derive(Debug)]
pub(super) struct Counts<const N: usize> {
    label: &'static str,
    names: [&'static str; N],
    counts: [AtomicU64; N],
    other: AtomicU64,
}

impl<const N: usize> Counts<N> {
    fn new(label: &'static str, names: [&'static str; N]) -> Self {
        Self {
            label,
            names,
            counts: std::array::from_fn(|_| AtomicU64::new(0)),
            other: AtomicU64::new(0),
        }
    }

    fn hit(&self, name: &str) {
        let at = self.names.iter().position(|known| *known == name);
        let cell = at.map_or(&self.other, |at| &self.counts[at]);
        cell.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn render(&self, family: &mut Family<'_>) {
        for (name, count) in self.names.iter().zip(&self.counts) {
            let count = count.load(Ordering::Relaxed);
            family.sample(&labels(&[(self.label, name)]), count);
        }
        let other = self.other.load(Ordering::Relaxed);
        if other > 0 {
            family.sample(&labels(&[(self.label, OTHER)]), other);
        }
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self {
            deadlines: Counts::new("deadline", DEADLINES),
            limits: Counts::new("limit", LIMITS),
            refused: Counts::new("reason", REASONS),
        }
    }
}

impl Kinds {
    /// Such as `timeouts.response_header`, or `server.limits.in_flight`.
    pub(super) fn ended_by(&self, key: &str) {
        if let Some((_, deadline)) = key.rsplit_once("timeouts.") {
            self.deadlines.hit(deadline);
        } else if let Some((_, limit)) = key.rsplit_once("limits.") {
            self.limits.hit(match limit {
                "header_bytes" => "headers",
                limit => limit,
            });
        }
    }

    pub(super) fn refused(&self, failure: Failure) {
        let (reason, key) = match failure {
            Failure::RequestTimeout => ("header_timeout", "timeouts.request_header"),
            Failure::HeaderTooLarge => ("header_too_large", "limits.headers"),
            Failure::TargetTooLong => ("target_too_long", "limits.target_bytes"),
            Failure::MalformedRequest => ("malformed", ""),
            Failure::MethodNotAllowed => ("method_not_allowed", ""),
            // A connection, which is counted where it is refused.
            Failure::Overloaded => return,
            _ => (OTHER, ""),
        };
        self.refused.hit(reason);
        self.ended_by(key);
    }
}
