//! The values that labels of the gateway's metrics may have, where they are few.

use crate::mesh::findings::Label;

/// As `docs/observability.md` has them.
pub(super) const LABELS: [Label<'static>; 4] = [
    Label {
        metric: "http_requests_total",
        label: "status",
        values: &["1xx", "2xx", "3xx", "4xx", "5xx"],
    },
    Label {
        metric: "gateway_upstream_connections_total",
        label: "kind",
        values: &["new", "reused"],
    },
    Label {
        metric: "gateway_client_connections",
        label: "state",
        values: &[
            "idle",
            "header",
            "request",
            "awaiting",
            "streaming",
            "upgraded",
            "http2",
        ],
    },
    Label {
        metric: "gateway_deadlines_total",
        label: "deadline",
        values: &[
            "request_header",
            "request_body_idle",
            "write_idle",
            "connect",
            "response_header",
            "body_idle",
            "request",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_same_values() {
        let page = include_str!("../../../docs/observability.md");
        for of in LABELS {
            let head = format!("| `{}` |", of.metric);
            let row = page.lines().find(|line| line.starts_with(&head)).unwrap();
            let text = row.splitn(5, '|').nth(4).unwrap();
            let text = text.replace("`1xx` to `5xx`", "`1xx` `2xx` `3xx` `4xx` `5xx`");
            let words = text.split('`').skip(1).step_by(2);
            let words: Vec<_> = words.filter(|word| *word != of.label).collect();
            for value in of.values {
                assert!(words.contains(value), "{} {value}", of.metric);
            }
            // The method of one that HTTP doesn't define.
            for word in words.iter().filter(|word| **word != "_OTHER") {
                assert!(of.values.contains(word), "{} {word}", of.metric);
            }
        }
    }
}
