//! What the pages say is what the program does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use api_gateway::config::{self, Normalization};
use api_gateway::fields::Fields;
use api_gateway::route::{Outcome, Raw, Table, normalize, outcome};

#[path = "docs/commands.rs"]
mod commands;
#[path = "docs/defaults.rs"]
mod defaults;
#[path = "docs/links.rs"]
mod links;
#[path = "docs/reference.rs"]
mod reference;

const CONFIGURATION: &str = include_str!("../docs/configuration.md");
const ROUTING: &str = include_str!("../docs/routing.md");
const SECURITY: &str = include_str!("../docs/security.md");
const README: &str = include_str!("../README.md");
const README_KO: &str = include_str!("../README.ko.md");

/// Keys and defaults in the rows of a page that begin like this.
fn defaults(page: &str) -> BTreeSet<(&str, &str)> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.filter_map(|row| {
        let (key, rest) = row.split_once("` | ")?;
        Some((key, rest.split(" | ").next()?))
    });
    cells.collect()
}

#[test]
fn the_page_on_security_has_the_defaults_of_the_limits() {
    let all = defaults(CONFIGURATION);
    let limits: BTreeSet<_> = defaults(SECURITY)
        .into_iter()
        .filter(|(key, _)| key.contains(".limits.") || key.contains(".timeouts."))
        .collect();
    assert!(limits.len() > 10, "{limits:?}");
    assert!(limits.is_subset(&all), "{:?}", limits.difference(&all));
    let named: BTreeSet<_> = limits.iter().map(|(key, _)| *key).collect();
    for (key, _) in all
        .iter()
        .filter(|(key, _)| key.starts_with("server.limits."))
    {
        assert!(named.contains(key), "{key}");
    }
}

#[test]
fn the_readme_s_configuration_is_valid() {
    let (_, rest) = README.split_once("```yaml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let (config, report) = config::parse("README.md", example, &|_| None);
    assert!(report.is_empty(), "{report}");
    let config = config.unwrap();
    assert_eq!(config.services.len(), 1);
    assert!(
        example.lines().count() <= 12,
        "the README promises a short one"
    );
}

#[test]
fn the_korean_readme_has_what_the_english_one_has() {
    assert_eq!(commands::blocks(README_KO), commands::blocks(README));
    let links = |page| -> BTreeSet<String> {
        let links = links::links(page).into_iter();
        links.filter(|link| !link.starts_with("README")).collect()
    };
    assert_eq!(links(README_KO), links(README));
    let count = |page: &str, begin: &str| page.lines().filter(|l| l.starts_with(begin)).count();
    for begin in ["## ", "- **"] {
        assert_eq!(count(README_KO, begin), count(README, begin), "{begin}");
    }
}

/// The rows of the table whose first column has this name, without the back ticks.
fn rows(first: &str) -> Vec<Vec<String>> {
    let head = format!("| {first} |");
    let table = ROUTING.lines().skip_while(|line| !line.starts_with(&head));
    let cells = |row: &str| {
        let cells = row.trim_matches('|').split('|');
        cells
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect()
    };
    let rows: Vec<_> = table
        .skip(2)
        .take_while(|l| l.starts_with('|'))
        .map(cells)
        .collect();
    assert!(rows.len() > 3, "{first}");
    rows
}

#[test]
fn the_page_s_normalised_paths_are_right() {
    let modes = [
        Normalization::None,
        Normalization::Base,
        Normalization::MergeSlashes,
        Normalization::DecodeAndMergeSlashes,
    ];
    for row in rows("path") {
        for (mode, expected) in modes.iter().zip(&row[1..]) {
            let path = normalize(row[0].as_bytes(), *mode);
            let path = path.map_or("400".into(), |p| String::from_utf8(p.into_owned()).unwrap());
            assert_eq!(path, *expected, "{} {mode:?}", row[0]);
        }
    }
}

/// What becomes of a path under one route: the target, `307` or `no`.
fn ask(keys: &str, path: &str) -> String {
    let file = format!(
        "services: {{ a: {{ url: http://a }} }}\nroutes:\n- {{ name: r, service: a, {keys} }}\n"
    );
    let (config, report) = config::parse("page", &file, &|_| None);
    assert!(report.is_empty(), "{report}");
    let config = config.unwrap();
    let raw = Raw {
        method: &http::Method::GET,
        target: path.as_bytes(),
        host: b"h",
        headers: Fields::NONE,
    };
    match outcome(&config, &Table::new(&config), raw) {
        Outcome::Proxy { target, .. } => String::from_utf8(target).unwrap(),
        Outcome::Redirect { status, .. } => status.to_string(),
        _ => "no".into(),
    }
}

#[test]
fn the_page_s_prefixes_and_rewrites_are_right() {
    for row in rows("prefix") {
        let asked = ask(
            &format!("match: {{ path: {{ prefix: {} }} }}", row[0]),
            &row[1],
        );
        let taken = if asked == row[1] { "yes" } else { &asked };
        assert_eq!(taken, row[2], "{row:?}");
    }
    for row in rows("rewrite") {
        let path = "match: { path: { prefix: /blog/api/ } }";
        let asked = ask(&format!("{path}, rewrite: {{ {} }}", row[0]), &row[1]);
        assert_eq!(asked, row[2], "{row:?}");
    }
}
