//! `server:`, `dns:` and `errors:`.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::super::model::{BuiltinEndpoints, Dns, DnsServers, Errors, Server};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::Section;
use super::super::text::quote;
use super::super::tree::item;
use super::super::value::{DnsServer, Listen, OneOrMany, Value as _};
use super::limits::limits;
use super::timeouts::client_timeouts;
use super::{value, values, without_value};

pub(super) fn server(raw: Option<Section<raw::Server>>, report: &mut Report) -> Server {
    let raw = raw.map(|section| section.0).unwrap_or_default();
    let listen = listen(raw.listen, report);
    let threads = value("server.threads", raw.threads.as_ref(), report).flatten();
    let path_normalization = value(
        "server.path_normalization",
        raw.path_normalization.as_ref(),
        report,
    )
    .unwrap_or_default();
    let trusted_proxies = raw.trusted_proxies.unwrap_or_default();
    let trusted_proxies = values("server.trusted_proxies", &trusted_proxies, report)
        .into_iter()
        .map(|(_, network)| network)
        .collect();
    Server {
        listen,
        threads,
        h2c: value("server.h2c", raw.h2c.as_ref(), report).unwrap_or_default(),
        path_normalization,
        trusted_proxies,
        builtin_endpoints: builtin_endpoints(raw.builtin_endpoints, report),
        timeouts: client_timeouts("server.timeouts", raw.timeouts.as_ref(), report),
        limits: limits(raw.limits.as_ref(), report),
    }
}

fn listen(raw: Option<OneOrMany<Listen>>, report: &mut Report) -> Vec<SocketAddr> {
    const PATH: &str = "server.listen";
    match raw {
        None => {
            without_value(PATH, Listen::LIST_FIX, report);
            vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8000))]
        }
        Some(OneOrMany::One(leaf)) => value(PATH, Some(&leaf), report).into_iter().collect(),
        Some(OneOrMany::Many(items)) => {
            if items.is_empty() {
                report.error(PATH, "is an empty list", Listen::LIST_FIX);
            }
            let mut seen = HashMap::new();
            let mut all = Vec::new();
            for (path, address) in values(PATH, &items, report) {
                // Port 0 is a different port each time.
                if address.port() != 0
                    && let Some(first) = seen.insert(address, path.clone())
                {
                    let message = format!("is the address of {first} again");
                    report.error(&path, message, "remove one of the two");
                }
                all.push(address);
            }
            for (index, address) in all.iter().enumerate() {
                let wide = all.iter().any(|other| {
                    let takes_all = other.ip().is_unspecified() && !address.ip().is_unspecified();
                    takes_all
                        && other.port() == address.port()
                        && other.is_ipv4() == address.is_ipv4()
                });
                if wide && address.port() != 0 {
                    report.error(
                        &item(PATH, index),
                        "is taken by the address for all of the machine in the same list",
                        "remove one of the two",
                    );
                }
            }
            all
        }
    }
}

fn builtin_endpoints(
    raw: Option<Section<raw::BuiltinEndpoints>>,
    report: &mut Report,
) -> BuiltinEndpoints {
    const STATS: &str = "server.builtin_endpoints.stats";
    let raw = raw.map(|section| section.0).unwrap_or_default();
    let health = value(
        "server.builtin_endpoints.health",
        raw.health.as_ref(),
        report,
    )
    .unwrap_or_else(|| Some("/health".into()));
    let stats = value(STATS, raw.stats.as_ref(), report).unwrap_or_else(|| Some("/stats".into()));
    if let Some(path) = &stats
        && health == stats
    {
        report.error(
            STATS,
            format!("is {}, as the health endpoint is", quote(path)),
            "write another path, or off",
        );
    }
    BuiltinEndpoints { health, stats }
}

pub(super) fn dns(raw: Option<Section<raw::Dns>>, report: &mut Report) -> Dns {
    let raw = raw.map(|section| section.0).unwrap_or_default();
    let dns = Dns {
        servers: dns_servers(raw.servers, report),
        timeout: value("dns.timeout", raw.timeout.as_ref(), report)
            .unwrap_or(Duration::from_secs(1)),
        min_ttl: value("dns.min_ttl", raw.min_ttl.as_ref(), report)
            .unwrap_or(Duration::from_secs(1)),
        max_ttl: value("dns.max_ttl", raw.max_ttl.as_ref(), report)
            .unwrap_or(Duration::from_secs(30)),
        max_stale: value("dns.max_stale", raw.max_stale.as_ref(), report)
            .unwrap_or(Duration::from_secs(5 * 60)),
    };
    if dns.min_ttl > dns.max_ttl && !report.is_covered("dns") {
        // One of them may be a default, which stands nowhere in the file.
        let path = match report.is_written("dns.min_ttl") {
            true => "dns.min_ttl",
            false => "dns.max_ttl",
        };
        report.error(
            path,
            format!(
                "makes min_ttl {:?} longer than max_ttl {:?}",
                dns.min_ttl, dns.max_ttl
            ),
            "write a min_ttl that is at most max_ttl",
        );
    }
    dns
}

fn dns_servers(raw: Option<OneOrMany<DnsServer>>, report: &mut Report) -> DnsServers {
    const PATH: &str = "dns.servers";
    match raw {
        None => {
            without_value(PATH, DnsServer::LIST_FIX, report);
            DnsServers::System
        }
        Some(OneOrMany::One(leaf)) if leaf.text == "system" => DnsServers::System,
        Some(OneOrMany::One(leaf)) => {
            let message = format!("{} is neither system nor a list", quote(&leaf.text));
            report.error(PATH, message, DnsServer::LIST_FIX);
            DnsServers::System
        }
        Some(OneOrMany::Many(items)) => {
            if items.is_empty() {
                report.error(PATH, "is an empty list", DnsServer::LIST_FIX);
            }
            let servers = values(PATH, &items, report);
            DnsServers::Explicit(servers.into_iter().map(|(_, server)| server).collect())
        }
    }
}

pub(super) fn errors(raw: Option<Section<raw::Errors>>, report: &mut Report) -> Errors {
    let raw = raw.map(|section| section.0).unwrap_or_default();
    Errors {
        proxy_status: value("errors.proxy_status", raw.proxy_status.as_ref(), report)
            .unwrap_or_default(),
    }
}
