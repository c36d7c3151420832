//! The sidecar's part of the answer: where it sends what the gateway sends, what it would
//! do with the other Host, and what one request may become at worst.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use http::HeaderMap;
use serde::{Serialize, Serializer};

use super::sent;
use crate::config::{Config, Normalization, Protocol, Route, Service, ServiceHost};
use crate::mesh::{
    Dump, Ladder, Policy, Query, Rewritten, Rung, Share, Step, Target, Tls, Trace, Verdict, follow,
    follow_for_people, service_address,
};
use crate::proxy::MAX_TRIES;
use crate::route::{Outcome, Raw, normalize};

/// The Host of a client when the question has none.
const SOME_CLIENTS: &str = "client.example";

/// `mesh` of `explain --output json`.
#[derive(Debug, Serialize)]
pub(super) struct MeshAnswer {
    pub(super) listener: Option<String>,
    pub(super) route_config: Option<String>,
    pub(super) virtual_host: Option<String>,
    pub(super) route: Option<String>,
    pub(super) cluster: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) why: String,
    /// Of Envoy's own answer.
    pub(super) status: Option<u16>,
    /// `ip:port`, with `*` for an address that isn't known.
    pub(super) destination: String,
    #[serde(skip)]
    pub(super) destination_from: &'static str,
    /// Several clusters, with their weights.
    pub(super) shares: Vec<Share>,
    #[serde(serialize_with = "target")]
    pub(super) target: Option<Target>,
    #[serde(serialize_with = "policy")]
    pub(super) policy: Option<Policy>,
    #[serde(skip)]
    pub(super) rewritten: Rewritten,
    pub(super) twin: Option<TwinAnswer>,
    #[serde(serialize_with = "ladder")]
    pub(super) ladder: Option<Ladder>,
    pub(super) steps: Vec<Step>,
    pub(super) notes: Vec<String>,
    /// Versions, where the dump says them.
    pub(super) proxy: Option<String>,
    #[serde(skip)]
    pub(super) reached: bool,
}

/// What the other Host would lead to.
#[derive(Debug, Serialize)]
pub(super) struct TwinAnswer {
    pub(super) host: String,
    /// The client's; else the service's.
    #[serde(skip)]
    pub(super) kept: bool,
    pub(super) verdict: Verdict,
    pub(super) cluster: Option<String>,
    pub(super) why: String,
    #[serde(skip)]
    pub(super) reached: bool,
}

/// Asks the sidecar about what the gateway sends; `None` when it sends nothing.
pub(super) fn ask(
    dump: &Dump,
    config: &Config,
    raw: Raw<'_>,
    came: &Outcome<'_>,
    addresses: &[String],
) -> Option<MeshAnswer> {
    let Outcome::Proxy {
        route,
        service,
        host,
        target,
    } = came
    else {
        return None;
    };
    let (address, from) = address(dump, service, addresses);
    let headers = sent::headers(config, route, raw.host, &raw.headers.to_map());
    let query = Query {
        address,
        port: service.authority.port,
        method: raw.method,
        authority: host,
        target,
        headers: &headers,
        http2: service.protocol == Protocol::H2c,
        normalize: by_route,
    };
    let trace = follow_for_people(dump, &query);
    let reached = trace.reaches_service();
    let port = service.authority.port;
    Some(MeshAnswer {
        twin: twin(dump, &query, raw, service, &trace),
        ladder: trace
            .policy
            .as_ref()
            .map(|policy| at_worst(&query, route, service, policy)),
        reached,
        destination: match address {
            Some(ip) => SocketAddr::new(ip, port).to_string(),
            None => format!("*:{port}"),
        },
        destination_from: from,
        notes: notes(dump, &trace, &headers),
        proxy: proxy(dump),
        listener: trace.listener,
        route_config: trace.route_config,
        virtual_host: trace.virtual_host,
        route: trace.route,
        cluster: trace.cluster,
        verdict: trace.verdict,
        why: trace.why,
        status: trace.status,
        shares: trace.shares,
        target: trace.target,
        policy: trace.policy,
        rewritten: trace.rewritten,
        steps: trace.steps,
    })
}

/// As the gateway normalises its own routes' paths.
pub(in crate::cli) fn by_route(path: &[u8], mode: Normalization) -> Option<Vec<u8>> {
    normalize(path, mode).ok().map(std::borrow::Cow::into_owned)
}

/// The address in the URL, the one that DNS has, or the one that the dump names.
pub(in crate::cli) fn address(
    dump: &Dump,
    service: &Service,
    addresses: &[String],
) -> (Option<IpAddr>, &'static str) {
    let name = match &service.authority.host {
        ServiceHost::Ip(ip) => return (Some(*ip), "from the service's url"),
        ServiceHost::Name(name) => name,
    };
    let resolved = addresses
        .first()
        .and_then(|at| at.parse::<SocketAddr>().ok());
    if let Some(at) = resolved {
        return (Some(at.ip()), "from DNS");
    }
    if name.trim_end_matches('.').eq_ignore_ascii_case("localhost") {
        return (Some(Ipv4Addr::LOCALHOST.into()), "which localhost is");
    }
    match service_address(dump, name, service.authority.port) {
        Some(ip) => (Some(ip), "the service's, from the dump"),
        None => (None, "the address isn't known; --resolve asks DNS"),
    }
}

/// With the client's Host where the gateway replaces it, else with the service's where that
/// would make the difference.
fn twin(
    dump: &Dump,
    query: &Query<'_>,
    raw: Raw<'_>,
    service: &Service,
    own_trace: &Trace,
) -> Option<TwinAnswer> {
    let reached = own_trace.reaches_service();
    let clients = match raw.host {
        b"" => SOME_CLIENTS.as_bytes(),
        host => host,
    };
    let own = service.authority.text.as_bytes();
    let (host, kept) = if query.authority != clients && query.authority == own {
        (clients, true)
    } else if query.authority != own && !reached {
        (own, false)
    } else {
        return None;
    };
    let trace = follow(
        dump,
        &Query {
            authority: host,
            ..*query
        },
    );
    // What neither depends on isn't told twice.
    if trace.verdict == Verdict::Unknown && trace.why == own_trace.why {
        return None;
    }
    Some(TwinAnswer {
        host: String::from_utf8_lossy(host).into_owned(),
        kept,
        reached: trace.reaches_service(),
        verdict: trace.verdict,
        cluster: trace.cluster,
        why: trace.why,
    })
}

fn at_worst(query: &Query<'_>, route: &Route, service: &Service, policy: &Policy) -> Ladder {
    let (own, of) = (&route.timeouts, &service.timeouts);
    // Only what is idempotent is sent again once it may have arrived.
    let attempts = match query.method.is_idempotent() {
        true => u32::try_from(MAX_TRIES).unwrap_or(u32::MAX),
        false => 1,
    };
    let each = own.response_header.unwrap_or(of.response_header);
    let whole = own.request.unwrap_or(of.request);
    Ladder::new(attempts, each, whole, policy)
}

fn notes(dump: &Dump, trace: &Trace, headers: &HeaderMap) -> Vec<String> {
    let mut notes = dump.notes.clone();
    notes.truncate(5);
    if trace.policy.is_some() && headers.contains_key("x-envoy-upstream-rq-timeout-ms") {
        notes.push("x-envoy-upstream-rq-timeout-ms of the request may change the timeout".into());
    }
    notes
}

fn proxy(dump: &Dump) -> Option<String> {
    let istio = match dump.istio_version.as_str() {
        "" => None,
        version => Some(format!("Istio {version}")),
    };
    let envoy = dump
        .envoy
        .map(|(major, minor)| format!("Envoy {major}.{minor}"));
    let parts: Vec<_> = istio.into_iter().chain(envoy).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn target<S: Serializer>(target: &Option<Target>, serializer: S) -> Result<S::Ok, S::Error> {
    let value = target.as_ref().map(|target| {
        let endpoints = target.endpoints.as_ref().map(|all| {
            let all = all.iter();
            all.map(|of| {
                serde_json::json!({
                    "address": of.address,
                    "health": of.health,
                    "tls": tls(&of.tls).0,
                })
            })
            .collect::<Vec<_>>()
        });
        let (tls, sni) = tls(&target.tls);
        serde_json::json!({
            "type": target.kind,
            "tls": tls,
            "sni": sni,
            "http": target.http,
            "http2": target.http2,
            "endpoints": endpoints,
            "connect_timeout_ms": ms(target.connect_timeout),
        })
    });
    value.serialize(serializer)
}

/// JSON has no number for the longest of durations.
fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn tls(tls: &Tls) -> (&str, Option<&str>) {
    match tls {
        Tls::Plaintext => ("plaintext", None),
        Tls::Mutual { sni } => ("mutual", Some(sni)),
        Tls::Simple { sni } => ("simple", Some(sni)),
        Tls::ByEndpoint => ("by_endpoint", None),
        Tls::Mixed => ("mixed", None),
        Tls::Other(_) => ("other", None),
    }
}

fn policy<S: Serializer>(policy: &Option<Policy>, serializer: S) -> Result<S::Ok, S::Error> {
    let value = policy.as_ref().map(|policy| {
        serde_json::json!({
            "timeout_ms": policy.timeout.map(ms),
            "retries": policy.retries,
            "retry_on": policy.retry_on,
            "retriable_status_codes": policy.retriable_status_codes,
            "per_try_timeout_ms": policy.per_try_timeout.map(ms),
        })
    });
    value.serialize(serializer)
}

fn ladder<S: Serializer>(ladder: &Option<Ladder>, serializer: S) -> Result<S::Ok, S::Error> {
    let rung = |rung: &Rung| {
        serde_json::json!({
            "attempts": rung.attempts,
            "longest_ms": rung.longest.map(ms),
        })
    };
    let value = ladder.as_ref().map(|ladder| {
        serde_json::json!({
            "gateway": rung(&ladder.gateway),
            "sidecar": rung(&ladder.sidecar),
            "attempts": ladder.attempts,
            "longest_ms": ladder.longest.map(ms),
        })
    });
    value.serialize(serializer)
}
