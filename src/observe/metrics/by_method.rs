//! The metrics of the Go gateway, by method.

use std::sync::atomic::{AtomicU64, Ordering};

use super::OTHER;
use super::histogram::{Histogram, Took};
use super::page::{Kind, Page, labels};

/// Clients can make up others, which are one.
const METHODS: [&str; 10] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", OTHER,
];

const CLASSES: [&str; 6] = [OTHER, "1xx", "2xx", "3xx", "4xx", "5xx"];

/// Those that are shown once their method is, so that `rate()` sees the first error.
const ALWAYS: std::ops::RangeInclusive<usize> = 2..=5;

/// Requests by method, whatever became of them.
#[derive(Debug, Default)]
pub(super) struct ByMethod([Cell; METHODS.len()]);

#[derive(Debug, Default)]
struct Cell {
    classes: [AtomicU64; CLASSES.len()],
    duration: Histogram,
}

impl ByMethod {
    pub(super) fn observe(&self, method: &[u8], status: u16, took: Took) {
        let cell = &self.0[index(method)];
        let class = usize::from(status / 100);
        let class = cell.classes.get(class).unwrap_or(&cell.classes[0]);
        class.fetch_add(1, Ordering::Relaxed);
        cell.duration.observe(took);
    }

    pub(super) fn render(&self, page: &mut Page) {
        let seen = || {
            let all = METHODS.into_iter().zip(&self.0);
            let counts = |cell: &Cell| cell.classes.each_ref().map(|c| c.load(Ordering::Relaxed));
            all.map(move |(method, cell)| (method, counts(cell), &cell.duration))
                .filter(|(_, counts, _)| counts.iter().any(|count| *count > 0))
        };
        let mut requests = page.family(
            "http_requests_total",
            Kind::Counter,
            "Requests that have ended, by class of status.",
        );
        for (method, counts, _) in seen() {
            for (class, (name, count)) in CLASSES.into_iter().zip(counts).enumerate() {
                if count > 0 || ALWAYS.contains(&class) {
                    requests.sample(&labels(&[("method", method), ("status", name)]), count);
                }
            }
        }
        let mut durations = page.family(
            "http_request_duration_seconds",
            Kind::Histogram,
            "From the whole head of a request to its end.",
        );
        for (method, _, duration) in seen() {
            durations.histogram(&labels(&[("method", method)]), duration);
        }
    }
}

fn index(method: &[u8]) -> usize {
    match method {
        b"GET" => 0,
        b"HEAD" => 1,
        b"POST" => 2,
        b"PUT" => 3,
        b"PATCH" => 4,
        b"DELETE" => 5,
        b"OPTIONS" => 6,
        b"TRACE" => 7,
        b"CONNECT" => 8,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_has_its_place() {
        for (at, method) in METHODS.into_iter().enumerate() {
            assert_eq!(index(method.as_bytes()), at);
        }
        for other in ["", "get", "PROPFIND", "GET ", "G\"ET\n", "\u{0}"] {
            assert_eq!(METHODS[index(other.as_bytes())], OTHER);
        }
    }
}
