//! A request, and what is asked about: kinds of matchers, each with its own tables of routes.

use std::fmt;

use serde_json::{Value, json};

use super::random::Random;

/// Stands in a Host for the port of the listener.
pub(super) const PORT: &str = "PORT";

/// A request to one listener of a stratum.
#[derive(Clone)]
pub(super) struct Probe {
    pub(super) listener: usize,
    pub(super) method: &'static str,
    pub(super) host: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    /// Made from a pattern of the table, to miss it or to hit it by little.
    pub(super) adversarial: bool,
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            listener,
            method,
            host,
            target,
            headers,
            ..
        } = self;
        write!(
            f,
            "{method} {host} {target} {headers:?} at listener {listener}"
        )
    }
}

/// One kind of matcher: listeners, whose addresses are given later, and requests to them.
pub(super) struct Stratum {
    pub(super) name: &'static str,
    pub(super) listeners: Vec<Value>,
    pub(super) probes: Vec<Probe>,
    /// A refusal with 400 is an answer to be compared, not a request that went wrong.
    pub(super) refuses: bool,
}

/// How many tables a stratum has, each the virtual host of `tN.example`.
pub(super) const TABLES: usize = 12;

/// How many routes a table has at most, before the one that takes everything.
const ROUTES: usize = 5;

/// Tables of routes that a function makes the matches of. Routes have names of their own, so
/// the name says the table too. Every other table has nothing for what no route matches.
pub(super) fn tables(
    random: &mut Random,
    mut matched: impl FnMut(&mut Random) -> Value,
) -> (Value, Vec<Vec<Value>>) {
    let mut all = Vec::new();
    let mut hosts = Vec::new();
    for table in 0..TABLES {
        let count = 1 + random.below(ROUTES);
        let mut matches: Vec<Value> = (0..count).map(|_| matched(random)).collect();
        all.push(matches.clone());
        if table % 2 == 0 {
            matches.push(json!({ "prefix": "/" }));
        }
        let routes: Vec<Value> = matches
            .into_iter()
            .enumerate()
            .map(|(at, matched)| {
                json!({
                    "name": format!("t{table}.{at}"),
                    "match": matched,
                    "route": { "cluster": format!("c{at}") },
                })
            })
            .collect();
        hosts.push(json!({
            "name": format!("t{table}"),
            "domains": [format!("t{table}.example")],
            "routes": routes,
        }));
    }
    (json!({ "route_config": { "virtual_hosts": hosts } }), all)
}

pub(super) fn host(table: usize) -> String {
    format!("t{table}.example")
}

/// A GET without headers.
pub(super) fn get(table: usize, target: &str, adversarial: bool) -> Probe {
    Probe {
        listener: 0,
        method: "GET",
        host: host(table),
        target: target.to_owned(),
        headers: Vec::new(),
        adversarial,
    }
}

/// The pattern itself and what is next to it.
pub(super) fn near(random: &mut Random, pattern: &str) -> String {
    let mut text = pattern.to_owned();
    match random.below(9) {
        0 => {}
        1 => text.push('x'),
        2 => text.push('/'),
        3 => {
            text.pop();
        }
        4 => text = text.to_ascii_uppercase(),
        5 => text = text.to_ascii_lowercase(),
        6 => text.insert(text.len().min(1), 'x'),
        7 => text = text.chars().rev().collect(),
        _ => text = format!("{text}{text}"),
    }
    text
}

/// The same for a path, which begins with a slash; a query may follow.
pub(super) fn near_path(random: &mut Random, pattern: &str) -> String {
    let mut path = near(random, pattern);
    if !path.starts_with('/') {
        path.insert(0, '/');
    }
    match random.below(5) {
        0 => path.push_str("?q=1"),
        1 => path = format!("{path}?{pattern}"),
        2 => path.push('?'),
        _ => {}
    }
    path
}
