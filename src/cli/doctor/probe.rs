//! Requests that the gateway would send: at least one for each route, found by what the
//! route matches and by the file's own tests.

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderValue, Method};

use super::sample;
use crate::cli::explain::{mesh, sent};
use crate::config::{Action, Config, HostMatch, Match, PathMatch, Protocol, ValueMatch};
use crate::mesh::findings::Asked;
use crate::mesh::{Dump, Query, Verdict, follow};
use crate::route::{Outcome, Raw, Table, outcome};

/// The Host of a client that no route names.
const SOME_CLIENT: &str = "client.example";

/// What a client sends.
struct Came {
    method: Method,
    host: String,
    target: String,
    headers: HeaderMap,
}

/// The requests, with the sidecar's answers where there is one; and what can't be told.
pub(super) fn ask(config: &Config, dump: Option<&Dump>) -> (Vec<Asked>, Vec<String>) {
    let table = Table::new(config);
    let mut asked = Vec::new();
    let mut notes = Vec::new();
    let mut reached = BTreeSet::new();
    let matched = config.routes.iter().flat_map(|route| &route.matches);
    let tests = config.tests.iter().map(|test| Came {
        method: test.method.clone(),
        host: test.host.clone().unwrap_or_else(|| SOME_CLIENT.to_owned()),
        target: test.target.clone(),
        headers: test.headers.iter().cloned().collect(),
    });
    for came in matched.flat_map(requests).chain(tests) {
        let Some(one) = send(config, &table, dump, &came) else {
            continue;
        };
        if let Some(trace) = &one.trace
            && trace.verdict == Verdict::Unknown
            && reached.insert((one.route, true))
        {
            let name = &config.routes[one.route].name;
            notes.push(format!(
                "route {name}: {} {} isn't followed: {}",
                one.method, one.came, trace.why
            ));
        }
        reached.insert((one.route, false));
        asked.push(one);
    }
    for (index, route) in config.routes.iter().enumerate() {
        let proxies = matches!(route.action, Action::Proxy { .. });
        if proxies && !reached.contains(&(index, false)) {
            notes.push(format!(
                "route {}: no request is known that it takes; add one to tests",
                route.name
            ));
        }
    }
    (asked, notes)
}

fn send(config: &Config, table: &Table, dump: Option<&Dump>, came: &Came) -> Option<Asked> {
    let raw = Raw {
        method: &came.method,
        target: came.target.as_bytes(),
        host: came.host.as_bytes(),
        headers: (&came.headers).into(),
    };
    let Outcome::Proxy {
        route,
        service,
        host,
        target,
    } = outcome(config, table, raw)
    else {
        return None;
    };
    let trace = dump.map(|dump| {
        let (address, _) = mesh::address(dump, service, &[]);
        let headers = sent::headers(config, route, raw.host, &came.headers);
        follow(
            dump,
            &Query {
                address,
                port: service.authority.port,
                method: raw.method,
                authority: &host,
                target: &target,
                headers: &headers,
                http2: service.protocol == Protocol::H2c,
                normalize: mesh::by_route,
            },
        )
    });
    let index = |name: &str| config.routes.iter().position(|of| of.name == name);
    let of = |name: &str| config.services.iter().position(|of| of.name == name);
    Some(Asked {
        route: index(&route.name)?,
        service: of(&service.name)?,
        method: came.method.clone(),
        came: came.target.clone(),
        host: String::from_utf8_lossy(&host).into_owned(),
        target: String::from_utf8_lossy(&target).into_owned(),
        trace,
    })
}

/// Requests that a match may take. Whether it does, and no other, the table says.
fn requests(of: &Match) -> Vec<Came> {
    let paths = match &of.path {
        PathMatch::Exact(path) => vec![path.clone()],
        PathMatch::Prefix(prefix) if prefix.ends_with('/') => {
            vec![prefix.clone(), format!("{prefix}x")]
        }
        PathMatch::Prefix(prefix) => vec![prefix.clone(), format!("{prefix}/x")],
        PathMatch::Regex(pattern) => sample::of(pattern.as_str()).into_iter().collect(),
    };
    let host = match of.hosts.first() {
        Some(HostMatch::Exact(host)) => host.clone(),
        Some(HostMatch::Wildcard(end)) => format!("x.{end}"),
        None => SOME_CLIENT.to_owned(),
    };
    let methods = match &of.methods[..] {
        [] => vec![Method::GET, Method::POST],
        some => some.to_vec(),
    };
    let value = |of: &ValueMatch| match of {
        ValueMatch::Exact(value) => Some(value.clone()),
        ValueMatch::Regex(pattern) => sample::of(pattern.as_str()),
    };
    let headers: Option<HeaderMap> = of
        .headers
        .iter()
        .map(|(name, of)| {
            let value = HeaderValue::from_str(&value(of)?).ok()?;
            Some((name.clone(), value))
        })
        .collect();
    let query: Option<Vec<_>> = of
        .query
        .iter()
        .map(|(name, of)| Some(format!("{name}={}", value(of)?)))
        .collect();
    let (Some(headers), Some(query)) = (headers, query) else {
        return Vec::new();
    };
    let query = match &query[..] {
        [] => String::new(),
        all => format!("?{}", all.join("&")),
    };
    let each = |path: &String| {
        let target = format!("{path}{query}");
        let of = |method: &Method| Came {
            method: method.clone(),
            host: host.clone(),
            target: target.clone(),
            headers: headers.clone(),
        };
        methods.iter().map(of).collect::<Vec<_>>()
    };
    paths.iter().flat_map(each).collect()
}
