//! Through a sidecar as Envoy would go: one choice after the other, each with its reason.

mod action;
mod chain;
mod cluster;
mod end;
mod filters;
mod header;
mod host;
mod listener;
mod parameter;
mod pattern;
mod request;
mod route;
mod text;

use std::collections::HashMap;

use end::End;
use filters::Last;
use listener::MOST;
use request::Seen;

use super::dump::Dump;
use super::dump::listener::{Listener, NetworkConfig};
use super::dump::route::{Route, RouteAction, RouteConfig, VirtualHost};
use super::query::Query;
use super::trace::{Rewritten, Share, Step, Target, Tls, Trace, Verdict};
use super::truth::Truth;

/// What the sidecar of this dump does with this request.
#[must_use]
pub fn follow(dump: &Dump, query: &Query<'_>) -> Trace {
    let mut way = Way {
        dump,
        query,
        trace: Trace {
            steps: Vec::new(),
            listener: None,
            route_config: None,
            virtual_host: None,
            route: None,
            cluster: None,
            shares: Vec::new(),
            target: None,
            policy: None,
            rewritten: Rewritten::default(),
            status: None,
            tcp: false,
            starved: false,
            verdict: Verdict::Unknown,
            why: String::new(),
        },
    };
    let (Ok(end) | Err(end)) = way.go();
    way.trace.verdict = end.verdict;
    way.trace.why = end.why;
    way.trace.status = end.status;
    way.trace
}

struct Way<'d, 'q> {
    dump: &'d Dump,
    query: &'q Query<'q>,
    trace: Trace,
}

impl<'d> Way<'d, '_> {
    fn go(&mut self) -> Result<End, End> {
        let (listener, step) = listener::choose(self.dump, self.query)?;
        self.trace.listener = Some(step.chosen.clone());
        self.trace.steps.push(step);
        let (chain, step) = chain::choose(listener, self.query)?;
        self.trace.steps.push(step);
        match filters::last(chain)? {
            Last::Http(manager) => self.http(manager),
            Last::Tcp(proxy) => self.tcp(listener, proxy),
        }
    }

    fn tcp(&mut self, listener: &Listener, proxy: &NetworkConfig) -> Result<End, End> {
        self.trace.tcp = true;
        let shares = match &proxy.weighted_clusters {
            Some(weighted) => action::weighted_clusters(weighted)?,
            None => vec![Share {
                cluster: proxy.cluster.clone(),
                weight: 1,
            }],
        };
        let why = if listener.use_original_dst {
            "no listener is for the port, so nothing is read of the request"
        } else {
            "the port isn't HTTP for Istio: name it http or http-..., or set appProtocol: http"
        };
        self.step("protocol", "TCP", why, Vec::new());
        self.sent(shares, None)
    }

    fn http(&mut self, manager: &'d NetworkConfig) -> Result<End, End> {
        let seen = Seen::new(self.query, manager, self.dump).map_err(End::unknown)?;
        let config = self.routes(manager)?;
        let host = self.virtual_host(config, &seen)?;
        let route = self.route(config, host, &seen)?;
        let (action, shares) = action::of(route, host, &seen)?;
        self.trace.policy = Some(action::policy(action, host));
        self.trace.rewritten = action::rewritten(route, action, &seen);
        self.sent(shares, Some(action))
    }

    fn routes(&mut self, manager: &'d NetworkConfig) -> Result<&'d RouteConfig, End> {
        let by_scope = manager.scoped_routes.is_some();
        let (config, why) = match (&manager.rds, &manager.route_config) {
            _ if by_scope => return Err(End::unknown("routes that depend on a scope")),
            (Some(rds), _) => {
                let name = &rds.route_config_name;
                let missing = || {
                    End::unknown(format!(
                        "the route configuration {name}, which isn't in the dump"
                    ))
                };
                let config = self.dump.routes.get(name).ok_or_else(missing)?;
                (config, "the chain names it")
            }
            (None, Some(config)) => (&**config, "the chain has it in itself"),
            (None, None) => return Err(End::unknown("an HTTP filter without routes")),
        };
        self.trace.route_config = Some(config.name.clone());
        self.step("routes", &config.name, why, Vec::new());
        Ok(config)
    }

    fn virtual_host(
        &mut self,
        config: &'d RouteConfig,
        seen: &Seen<'_>,
    ) -> Result<&'d VirtualHost, End> {
        if !config.vhost_header.is_empty() {
            return Err(End::unknown(format!(
                "virtual hosts by header {}",
                config.vhost_header
            )));
        }
        let compared = host::compared(config, seen);
        let all = host::candidates(config, &compared);
        let Some(won) = all.first().copied() else {
            if config.vhds.is_some() {
                return Err(End::unknown("virtual hosts that are fetched on demand"));
            }
            let why = format!(
                "no virtual host of {} has the Host {compared:?}",
                config.name
            );
            return Err(End::new(Verdict::NoRoute, why, Some(404)));
        };
        let lost = all.iter().skip(1).map(|other| {
            let why = "is less specific";
            format!("{}: its domain {} {why}", other.host.name, other.domain)
        });
        let mut lost: Vec<_> = lost.take(MOST).collect();
        if won.fit == host::Fit::All {
            lost.extend(nearest(config, &compared));
        }
        self.trace.virtual_host = Some(won.host.name.clone());
        let why = format!(
            "the Host {compared:?} fits {} {}",
            won.domain,
            won.fit.words()
        );
        self.step("virtual host", &won.host.name, &why, lost);
        secure(won.host, seen)?;
        Ok(won.host)
    }

    fn route(
        &mut self,
        config: &RouteConfig,
        host: &'d VirtualHost,
        seen: &Seen<'_>,
    ) -> Result<&'d Route, End> {
        if host.matcher.is_some() {
            return Err(End::unknown(format!(
                "virtual host {} chooses its routes by a matcher tree",
                host.name
            )));
        }
        let mut lost = Vec::new();
        for (index, route) in host.routes.iter().enumerate() {
            let name = named(route, index);
            match route::matches(&route.r#match, seen, config, self.dump) {
                Truth::Yes => {
                    let why = format!("the first that matches: {}", matched(route));
                    let skipped = lost.len().saturating_sub(MOST);
                    // The nearest are those that were asked last.
                    let mut lost = lost.split_off(skipped);
                    if skipped > 0 {
                        lost.push(format!("and {skipped} before these"));
                    }
                    self.trace.route = Some(name.clone());
                    self.step("route", &name, &why, lost);
                    return Ok(route);
                }
                Truth::No(why) => lost.push(format!("{name}: {why}")),
                Truth::Unknown(what) => {
                    self.trace.route = Some(name.clone());
                    let why = format!("{what}, in route {name} of {}", host.name);
                    return Err(End::unknown(why));
                }
            }
        }
        let skipped = lost.len().saturating_sub(MOST);
        let told = lost.split_off(skipped).join("; ");
        let why = format!("no route of virtual host {} matches: {told}", host.name);
        Err(End::new(Verdict::NoRoute, why, Some(404)))
    }

    /// To one cluster or several: the verdicts have to agree.
    fn sent(&mut self, shares: Vec<Share>, action: Option<&RouteAction>) -> Result<End, End> {
        let mut ends = Vec::new();
        for (index, share) in shares.iter().enumerate() {
            let (end, target) = self.arrives(&share.cluster, action);
            self.trace.starved |= target.as_ref().is_some_and(Target::is_starved);
            if index == 0 {
                self.trace.cluster = Some(share.cluster.clone());
                self.trace.target = target;
            }
            ends.push(end);
        }
        let several = shares.len() > 1;
        if several {
            self.trace.shares = shares;
        }
        let Some(first) = ends.first().cloned() else {
            return Err(End::unknown("a route to no cluster"));
        };
        let other = ends.iter().find(|end| end.verdict != first.verdict);
        if let Some(other) = other {
            return Err(End::unknown(format!(
                "a part of the requests ends otherwise than the rest: {}; but {}",
                first.why, other.why
            )));
        }
        if several {
            let total: u64 = self.trace.shares.iter().map(|s| u64::from(s.weight)).sum();
            let parts = self.trace.shares.iter().map(|share| {
                let percent = u64::from(share.weight) * 100 / total.max(1);
                format!("{percent}% to {}", share.cluster)
            });
            let mut why = parts.collect::<Vec<_>>().join(", ");
            if self.trace.starved {
                why.push_str("; not all of them have an endpoint, which is 503 (UH)");
            }
            return Ok(End {
                verdict: first.verdict,
                why,
                status: None,
            });
        }
        Ok(first)
    }

    fn arrives(&mut self, name: &str, action: Option<&RouteAction>) -> (End, Option<Target>) {
        let Some(of) = self.dump.clusters.get(name) else {
            // Its name says enough.
            if cluster::is_passthrough(name) {
                return (passthrough(name), None);
            }
            if name == cluster::BLACK_HOLE {
                return (black_hole(), None);
            }
            let end = match (self.dump.has.clusters, action) {
                (false, _) => End::unknown(format!(
                    "cluster {name}: the dump has no clusters, so nobody knows whether it exists"
                )),
                (true, None) => End::new(
                    Verdict::NoRoute,
                    format!("there is no cluster {name}: the connection is closed"),
                    None,
                ),
                (true, Some(action)) => End::new(
                    Verdict::NoRoute,
                    format!("there is no cluster {name} (NC)"),
                    Some(action::not_found_status(action)),
                ),
            };
            return (end, None);
        };
        let target = cluster::describe(self.dump, of);
        let end = if cluster::is_passthrough(name) {
            passthrough(name)
        } else if name == cluster::BLACK_HOLE {
            black_hole()
        } else if target.tls == Tls::Plaintext && cluster::meant_for_tls(self.dump, of) {
            End::new(
                Verdict::PlaintextToStrict,
                format!(
                    "cluster {name} speaks plaintext, and its pods take the mesh's TLS: they \
                     reset the connection (503), unless they are PERMISSIVE"
                ),
                None,
            )
        } else {
            routed(name, &target)
        };
        (end, Some(target))
    }

    fn step(&mut self, what: &'static str, chosen: &str, why: &str, lost: Vec<String>) {
        self.trace.steps.push(Step {
            what,
            chosen: chosen.to_owned(),
            why: why.to_owned(),
            lost,
        });
    }
}

fn routed(name: &str, target: &Target) -> End {
    const KINDS: [&str; 5] = ["EDS", "STATIC", "STRICT_DNS", "LOGICAL_DNS", "ORIGINAL_DST"];
    if !KINDS.contains(&target.kind.as_str()) {
        return End::unknown(format!("cluster {name} is of the type {}", target.kind));
    }
    let how = match &target.tls {
        Tls::Plaintext => "in plaintext",
        Tls::Mutual { .. } => "in the mesh's TLS",
        Tls::Simple { .. } => "in TLS",
        Tls::ByEndpoint => "wrapped as each endpoint's metadata says",
        Tls::Mixed => "in TLS or plaintext, as each endpoint's metadata says",
        Tls::Other(_) => "wrapped in a way that the model doesn't know",
    };
    if target.is_starved() {
        let lacks = match target.endpoints.as_deref() {
            Some([]) => "no endpoint",
            _ => "no healthy endpoint",
        };
        let why = format!("it goes to {name}, which has {lacks}: 503 (UH)");
        return End::new(Verdict::Routed, why, Some(503));
    }
    End::new(Verdict::Routed, format!("it goes to {name} {how}"), None)
}

fn passthrough(name: &str) -> End {
    End::new(
        Verdict::Passthrough,
        format!(
            "{name}: it goes to the address it was sent to, in plaintext; a STRICT service \
             resets it (503)"
        ),
        None,
    )
}

fn black_hole() -> End {
    End::new(
        Verdict::BlackHole,
        "BlackHoleCluster: REGISTRY_ONLY drops what isn't in the registry",
        None,
    )
}

/// `require_tls`: whether plaintext is let in.
fn secure(host: &VirtualHost, seen: &Seen<'_>) -> Result<(), End> {
    match host.require_tls.0.as_str() {
        "" | "NONE" | "0" => Ok(()),
        "ALL" | "2" if seen.scheme() == b"https" => Ok(()),
        "ALL" | "2" => Err(End::new(
            Verdict::Redirect,
            format!("virtual host {} takes https only", host.name),
            Some(301),
        )),
        _ => Err(End::unknown(format!(
            "virtual host {} takes plaintext from inside only",
            host.name
        ))),
    }
}

fn named(route: &Route, index: usize) -> String {
    match route.name.as_str() {
        "" => format!("routes[{index}]"),
        name => name.to_owned(),
    }
}

/// What a route asks for, in words.
fn matched(route: &Route) -> String {
    let of = &route.r#match;
    let mut words = if let Some(prefix) = &of.prefix {
        format!("prefix {prefix}")
    } else if let Some(path) = &of.path {
        format!("exactly {path}")
    } else if let Some(prefix) = &of.path_separated_prefix {
        format!("segments {prefix}")
    } else if let Some(regex) = &of.safe_regex {
        format!("regex {:.80}", regex.regex)
    } else {
        "CONNECT".to_owned()
    };
    let counts: [(usize, &str); 2] = [
        (of.headers.len(), "header"),
        (of.query_parameters.len(), "query parameter"),
    ];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let plural = if count == 1 { "" } else { "s" };
        words.push_str(&format!(", {count} {what}{plural}"));
    }
    words
}

/// How many domains are compared, which takes time.
const COMPARED: usize = 10_000;

/// Where only the catch-all took the Host: the domains that are most like it.
fn nearest(config: &RouteConfig, host: &str) -> Vec<String> {
    let distances: HashMap<&str, usize> = config
        .virtual_hosts
        .iter()
        .flat_map(|of| &of.domains)
        .filter(|domain| !domain.contains('*'))
        .take(COMPARED)
        .map(|domain| (domain.as_str(), strsim::levenshtein(domain, host)))
        .collect();
    let mut near: Vec<_> = distances.into_iter().collect();
    near.sort_by_key(|(domain, distance)| (*distance, domain.len(), *domain));
    let told = near.into_iter().take(3);
    told.map(|(domain, _)| format!("{domain}: is another Host"))
        .collect()
}

#[cfg(test)]
mod tests;
