//! Dumps of a sidecar: whatever one says, it is read or refused, and what is asked of it has
//! an answer of bounded size.
//!
//! Input: what `/config_dump` answers, or `istioctl proxy-config -o json` prints, or gzip of
//! either.

use std::net::IpAddr;

use api_gateway::mesh::{Dump, Query, Unreadable, follow};
use api_gateway::route::normalize;
use http::{HeaderMap, HeaderValue, Method};

/// Addresses, hosts and paths of a dump that are asked for, each with each.
const EACH: usize = 4;

/// Steps of an answer, and what each passes over.
const STEPS: usize = 8;
const LOST: usize = 32;

pub fn run(input: &[u8]) {
    match Dump::read(input) {
        Ok(dump) => ask(&dump),
        Err(why) => {
            assert!(!why.to_string().is_empty());
            if let Unreadable::Truncated { line, .. } | Unreadable::Wrong { line, .. } = why {
                assert!(line >= 1, "{why}");
            }
        }
    }
}

fn ask(dump: &Dump) {
    let _ = dump.kind();
    let addresses = dump
        .listeners
        .iter()
        .filter_map(|of| of.address.as_ref()?.tcp());
    let mut addresses: Vec<(Option<IpAddr>, u16)> = addresses
        .take(EACH)
        .map(|(ip, port)| (Some(ip), port))
        .collect();
    addresses.push((None, 8001));
    let hosts = || dump.routes.values().flat_map(|of| &of.virtual_hosts);
    let domains = hosts().flat_map(|host| &host.domains);
    let mut authorities: Vec<&[u8]> = domains.take(EACH).map(|of| of.as_bytes()).collect();
    authorities.push(b"auth-service:8001");
    let routes = hosts().flat_map(|host| &host.routes);
    let paths = routes.filter_map(|of| of.r#match.prefix.as_ref().or(of.r#match.path.as_ref()));
    let mut targets: Vec<&[u8]> = paths.take(EACH).map(|of| of.as_bytes()).collect();
    targets.push(b"/%2e%2e/a//b?c=d&e");
    let mut headers = HeaderMap::new();
    headers.insert("x-user", HeaderValue::from_static("1"));
    for (address, port) in addresses {
        for authority in &authorities {
            for target in &targets {
                check(
                    dump,
                    &Query {
                        address,
                        port,
                        method: &Method::GET,
                        authority,
                        target,
                        headers: &headers,
                        http2: port % 2 == 0,
                        normalize: |path, mode| Some(normalize(path, mode).ok()?.into_owned()),
                    },
                );
            }
        }
    }
}

fn check(dump: &Dump, query: &Query<'_>) {
    let trace = follow(dump, query);
    assert!(!trace.why.is_empty(), "{trace:?}");
    assert!(trace.steps.len() <= STEPS, "{trace:?}");
    assert!(trace.steps.iter().all(|step| step.lost.len() <= LOST));
    let again = follow(dump, query);
    assert_eq!(format!("{trace:?}"), format!("{again:?}"), "asked twice");
}
