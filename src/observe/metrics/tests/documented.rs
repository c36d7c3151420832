//! The page for operators has every metric, and the right bound.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::failure::Failure;
use crate::observe::Origin;

const PAGE: &str = include_str!("../../../../docs/observability.md");

/// Everything that can be on a page is on it, but for codes of services.
fn everything() -> Scrape {
    let metrics = Metrics::new();
    let cells = metrics.cells(&config(&[("r", "s")]));
    let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "X",
    ];
    for (method, status) in methods.iter().flat_map(|m| (0..6).map(move |s| (m, s))) {
        cells.observe(&Exchange {
            method: method.as_bytes(),
            status: status * 100 + 1,
            ended_by: Some(["timeouts.x", "limits.x"][usize::from(status % 2)]),
            ..exchange()
        });
    }
    let unrouted = Exchange {
        route: None,
        service: None,
        first_byte: None,
        ..exchange()
    };
    for status in 100..1000 {
        cells.observe(&Exchange {
            status,
            failure: Some(Failure::NoRoute),
            origin: Some(Origin::Gateway),
            ..unrouted
        });
        cells.observe(&Exchange {
            status,
            ..exchange()
        });
    }
    metrics.refused(Failure::Internal);
    let mut gauges = gauges();
    gauges.connections = crate::guard::State::ALL.map(|s| (s.name(), 1)).into();
    gauges.services = vec![service("s")];
    Scrape::parse(&metrics.render(&gauges))
}

#[test]
fn each_metric_is_on_the_page_with_its_type_and_labels() {
    let scrape = everything();
    let mut labels: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for sample in &scrape.samples {
        let names = sample.labels.keys().map(String::as_str);
        let names = names.filter(|name| *name != "le");
        labels.entry(&sample.family).or_default().extend(names);
    }
    let expected: BTreeSet<_> = scrape
        .types
        .iter()
        .map(|(name, kind)| (name.clone(), kind.clone(), labels[name.as_str()].clone()))
        .collect();
    let (page, _) = PAGE.split_once("## Access log").unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let written: BTreeSet<_> = rows
        .filter_map(|row| {
            let row = row.strip_suffix(" |")?;
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let [name, kind, labels, _] = cells[..] else {
                return None;
            };
            let labels = labels.split(", ").map(|l| l.trim_matches('`'));
            let labels = labels.filter(|l| !l.is_empty()).collect();
            Some((name.trim_matches('`').to_owned(), kind.to_owned(), labels))
        })
        .collect();
    assert_eq!(written, expected);
}

#[test]
fn the_bound_on_the_page_is_reached_and_not_passed() {
    let (routes, services) = (1, 1);
    let formula = "357 + 101 × routes + 23 × services";
    assert!(PAGE.contains(formula));
    let samples = everything().samples.len();
    assert_eq!(samples, 357 + 101 * routes + 23 * services);
}
