//! `server:`, `dns:` and `errors:`.

use std::net::SocketAddr;
use std::time::Duration;

use super::super::model::{BuiltinEndpoints, Dns, DnsServers, Errors, Server};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::Section;
use super::super::text::quote;
use super::super::value::{DnsServer, OneOrMany, Value as _};
use super::drain::drain;
use super::limits::limits;
use super::runtime::runtime;
use super::timeouts::client_timeouts;
use super::{value, values, without_value};

/// Builds it with the addresses in `listen`.
pub(super) fn server(
    raw: &raw::Server,
    listen: &[(String, SocketAddr)],
    report: &mut Report,
) -> Server {
    let threads = value("server.threads", raw.threads.as_ref(), report).flatten();
    let path_normalization = value(
        "server.path_normalization",
        raw.path_normalization.as_ref(),
        report,
    )
    .unwrap_or_default();
    let trusted_proxies = raw.trusted_proxies.as_deref().unwrap_or_default();
    let trusted_proxies = values("server.trusted_proxies", trusted_proxies, report)
        .into_iter()
        .map(|(_, network)| network)
        .collect();
    Server {
        listen: listen.iter().map(|(_, address)| *address).collect(),
        threads,
        h2c: value("server.h2c", raw.h2c.as_ref(), report).unwrap_or_default(),
        path_normalization,
        trusted_proxies,
        builtin_endpoints: builtin_endpoints(raw.builtin_endpoints.as_ref(), report),
        timeouts: client_timeouts("server.timeouts", raw.timeouts.as_ref(), report),
        limits: limits(raw.limits.as_ref(), report),
        drain: drain(raw.drain.as_ref(), report),
        runtime: runtime(raw, report),
    }
}

fn builtin_endpoints(
    raw: Option<&Section<raw::BuiltinEndpoints>>,
    report: &mut Report,
) -> BuiltinEndpoints {
    let mut taken = Vec::<(&str, String)>::new();
    let mut endpoint = |name: &'static str, leaf, default: Option<&str>| {
        let path = format!("server.builtin_endpoints.{name}");
        let endpoint = value(&path, leaf, report).unwrap_or_else(|| default.map(ToOwned::to_owned));
        if let Some(of) = &endpoint {
            if let Some((other, _)) = taken.iter().find(|(_, at)| at == of) {
                report.error(
                    &path,
                    format!("is {}, as the {other} endpoint is", quote(of)),
                    "write another path, or off",
                );
            }
            taken.push((name, of.clone()));
        }
        endpoint
    };
    let raw = raw.map(|section| &section.0);
    BuiltinEndpoints {
        health: endpoint(
            "health",
            raw.and_then(|r| r.health.as_ref()),
            Some("/health"),
        ),
        stats: endpoint("stats", raw.and_then(|r| r.stats.as_ref()), Some("/stats")),
        metrics: endpoint("metrics", raw.and_then(|r| r.metrics.as_ref()), None),
    }
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
