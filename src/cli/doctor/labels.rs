//! The values that labels of the gateway's metrics may have, where they are few.

use crate::mesh::findings::{Label, Values};

/// As `docs/observability.md` has them.
pub(super) const LABELS: [Label<'static>; 7] = [
    Label {
        metric: "http_requests_total",
        label: "status",
        values: Values::Words(&["1xx", "2xx", "3xx", "4xx", "5xx"]),
    },
    Label {
        metric: "gateway_upstream_connections_total",
        label: "kind",
        values: Values::Words(&["new", "reused"]),
    },
    Label {
        metric: "gateway_client_connections",
        label: "state",
        values: Values::Words(&[
            "idle",
            "header",
            "request",
            "awaiting",
            "streaming",
            "upgraded",
            "http2",
        ]),
    },
    Label {
        metric: "gateway_deadlines_total",
        label: "deadline",
        values: Values::Words(&[
            "request_header",
            "request_body_idle",
            "write_idle",
            "connect",
            "response_header",
            "body_idle",
            "request",
        ]),
    },
    Label {
        metric: "gateway_requests_total",
        label: "code",
        values: Values::Codes,
    },
    Label {
        metric: "gateway_requests_refused_total",
        label: "reason",
        values: Values::Words(&[
            "malformed",
            "header_timeout",
            "header_too_large",
            "target_too_long",
            "method_not_allowed",
        ]),
    },
    Label {
        metric: "gateway_limits_total",
        label: "limit",
        values: Values::Words(&[
            "connections",
            "in_flight",
            "headers",
            "target_bytes",
            "request_body",
        ]),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_same_values() {
        let page = include_str!("../../../docs/observability.md");
        for of in LABELS {
            let Values::Words(values) = of.values else {
                continue;
            };
            let head = format!("| `{}` |", of.metric);
            let row = page.lines().find(|line| line.starts_with(&head)).unwrap();
            let text = row.splitn(5, '|').nth(4).unwrap();
            let text = text.replace("`1xx` to `5xx`", "`1xx` `2xx` `3xx` `4xx` `5xx`");
            let words = text.split('`').skip(1).step_by(2);
            let words: Vec<_> = words.filter(|word| *word != of.label).collect();
            for value in values {
                assert!(words.contains(value), "{} {value}", of.metric);
            }
            // The method of one that HTTP doesn't define, and a key that counts as another.
            let others = ["_OTHER", "header_bytes"];
            for word in words.iter().filter(|word| !others.contains(word)) {
                assert!(values.contains(word), "{} {word}", of.metric);
            }
        }
    }
}
