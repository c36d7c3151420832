//! Through a sidecar as Envoy would go: one choice after the other, each with its reason.

mod action;
mod admission;
mod chain;
mod cluster;
mod cors;
mod end;
mod fault;
mod filters;
mod header;
mod host;
mod listener;
mod nearest;
mod parameter;
mod passage;
mod request;
mod route;
mod text;
mod told;

use std::collections::VecDeque;

use action::Part;
use end::End;
use filters::Last;
use listener::MOST;
use request::Seen;
use told::Told;

use super::dump::Dump;
use super::dump::listener::{Listener, NetworkConfig};
use super::dump::route::{Route, RouteAction, RouteConfig, VirtualHost};
use super::query::Query;
use super::trace::{Rewritten, Share, Step, Target, Tls, Trace, Verdict};
use super::truth::Truth;

/// What the sidecar of this dump does with this request.
#[must_use]
pub fn follow(dump: &Dump, query: &Query<'_>) -> Trace {
    through(dump, query, false)
}

/// The same, for people: where only the catch-all takes the Host, the runners-up have the
/// names that are most like it, which takes time.
#[must_use]
pub fn follow_for_people(dump: &Dump, query: &Query<'_>) -> Trace {
    through(dump, query, true)
}

fn through(dump: &Dump, query: &Query<'_>, for_people: bool) -> Trace {
    let mut way = Way {
        dump,
        query,
        for_people,
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
    for_people: bool,
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
            Last::Http(manager) => {
                let way = self.http(manager);
                match admission::changes_status(manager) {
                    true => way
                        .map(end::of_another_status)
                        .map_err(end::of_another_status),
                    false => way,
                }
            }
            Last::Tcp(proxy) => self.tcp(listener, proxy),
        }
    }

    fn tcp(&mut self, listener: &Listener, proxy: &NetworkConfig) -> Result<End, End> {
        self.trace.tcp = true;
        let parts = match &proxy.weighted_clusters {
            Some(weighted) => action::weighted_clusters(weighted)?,
            None => vec![Part::whole(proxy.cluster.clone())],
        };
        let why = if listener.use_original_dst {
            "no listener is for the port, so nothing is read of the request"
        } else {
            "the port isn't HTTP for Istio: name it http or http-..., or set appProtocol: http"
        };
        self.step("protocol", "TCP", why, Vec::new());
        let shares = parts.into_iter().map(|part| (part.share, None)).collect();
        self.sent(shares, None)
    }

    fn http(&mut self, manager: &'d NetworkConfig) -> Result<End, End> {
        admission::admit(manager, self.query, self.dump)?;
        let config = self.routes(manager)?;
        let seen = Seen::new(self.query, manager, config, self.dump).map_err(End::unknown)?;
        let found = self.virtual_host(config, &seen).and_then(|host| {
            let route = self.route(config, host, &seen)?;
            Ok((host, route))
        });
        let (host, route) = match found {
            Ok(found) => found,
            Err(end) => return Err(self.unless_filtered(manager, &Told::default(), &seen, end)),
        };
        let told = Told {
            route: Some(route),
            host: Some(host),
            config: Some(config),
            ..Told::default()
        };
        let (action, parts) = match action::of(route, host, &seen) {
            Ok(found) => found,
            Err(end) => {
                let cluster = route.route.is_some().then_some("");
                let told = Told { cluster, ..told };
                return Err(self.unless_filtered(manager, &told, &seen, end));
            }
        };
        let mut shares = Vec::new();
        for Part { share, told: own } in parts {
            let told = Told {
                share: own,
                cluster: Some(&share.cluster),
                ..told
            };
            let answer = self.passes(manager, &told, &seen).err();
            shares.push((share, answer));
        }
        if let Some((_, Some(first))) = shares.first()
            && shares
                .iter()
                .all(|(_, answer)| answer.as_ref() == Some(first))
        {
            return Err(first.clone());
        }
        self.trace.policy = Some(action::policy(action, host, manager));
        self.trace.rewritten = action::rewritten(route, action, &seen);
        self.sent(shares, Some(action))
    }

    /// Through the HTTP filters, which is told of where it takes time.
    fn passes(
        &mut self,
        manager: &NetworkConfig,
        told: &Told<'_>,
        seen: &Seen<'_>,
    ) -> Result<(), End> {
        for waits in passage::pass(manager, told, seen, self.dump)? {
            let why = waits.words();
            if !self.trace.steps.iter().any(|step| step.why == why) {
                self.step("HTTP filter", "delay", &why, Vec::new());
            }
        }
        Ok(())
    }

    /// An end that the router comes to, unless a filter before it answers.
    fn unless_filtered(
        &mut self,
        manager: &NetworkConfig,
        told: &Told<'_>,
        seen: &Seen<'_>,
        end: End,
    ) -> End {
        match end.verdict {
            Verdict::Unknown => end,
            _ => self.passes(manager, told, seen).err().unwrap_or(end),
        }
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
                (&**config, "the chain names it")
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
        if self.for_people && won.fit == host::Fit::All {
            lost.extend(nearest::domains(config, &compared));
        }
        self.trace.virtual_host = Some(won.host.name.clone());
        let why = format!(
            "the Host {compared:?} fits {} {}",
            won.domain,
            won.fit.words()
        );
        self.step("virtual host", &won.host.name, &why, lost);
        host::secure(won.host, seen)?;
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
        // The nearest are those that were asked last.
        let mut lost = VecDeque::new();
        for (index, route) in host.routes.iter().enumerate() {
            let name = route::named(route, index);
            match route::matches(&route.r#match, seen, config, self.dump) {
                Truth::Yes => {
                    let why = format!("the first that matches: {}", route::matched(route));
                    let mut lost: Vec<_> = lost.into();
                    if let Some(skipped @ 1..) = index.checked_sub(MOST) {
                        lost.push(format!("and {skipped} before these"));
                    }
                    self.trace.route = Some(name.clone());
                    self.step("route", &name, &why, lost);
                    return Ok(route);
                }
                Truth::No(why) => {
                    if lost.len() == MOST {
                        lost.pop_front();
                    }
                    lost.push_back(format!("{name}: {why}"));
                }
                Truth::Unknown(what) => {
                    self.trace.route = Some(name.clone());
                    let why = format!("{what}, in route {name} of {}", host.name);
                    return Err(End::unknown(why));
                }
            }
        }
        let told = Vec::from(lost).join("; ");
        let why = format!("no route of virtual host {} matches: {told}", host.name);
        Err(End::new(Verdict::NoRoute, why, Some(404)))
    }

    /// To one cluster or several, unless a filter answers: the verdicts have to agree.
    fn sent(
        &mut self,
        shares: Vec<(Share, Option<End>)>,
        action: Option<&RouteAction>,
    ) -> Result<End, End> {
        let mut ends = Vec::new();
        for (index, (share, answer)) in shares.iter().enumerate() {
            let (end, target) = match answer {
                Some(answer) => (answer.clone(), None),
                None => self.arrives(&share.cluster, action),
            };
            self.trace.starved |= target.as_ref().is_some_and(Target::is_starved);
            if index == 0 {
                self.trace.cluster = Some(share.cluster.clone());
                self.trace.target = target;
            }
            ends.push(end);
        }
        let several = shares.len() > 1;
        if several {
            self.trace.shares = shares.into_iter().map(|(share, _)| share).collect();
        }
        let Some(first) = ends.first().cloned() else {
            return Err(End::unknown("a route to no cluster"));
        };
        if let Some(unknown) = ends.iter().find(|end| end.verdict == Verdict::Unknown) {
            return Err(unknown.clone());
        }
        let other = ends.iter().find(|end| {
            end.verdict != first.verdict
                || (end.verdict == Verdict::DirectResponse && end.status != first.status)
        });
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
                return (end::passthrough(name), None);
            }
            if name == cluster::BLACK_HOLE {
                return (end::black_hole(), None);
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
        let target = cluster::describe(self.dump, of, self.query.http2);
        let filtered = cluster::filters(of)
            .map(passage::upstream)
            .find_map(Result::err);
        let end = if let Some(end) = filtered {
            end
        } else if cluster::is_passthrough(name) {
            end::passthrough(name)
        } else if name == cluster::BLACK_HOLE {
            end::black_hole()
        } else if target.tls == Tls::Plaintext && cluster::meant_for_tls(self.dump, of) {
            End::new(
                Verdict::PlaintextToStrict,
                format!(
                    "cluster {name} speaks plaintext, and its pods take the mesh's TLS: they \
                     reset the connection (503), unless they are PERMISSIVE"
                ),
                None,
            )
        } else if let Some(rule) = &target.plaintext_by
            && !target.is_starved()
        {
            End::unknown(format!(
                "whether the pods of {name} take plaintext, which it speaks under the \
                 DestinationRule {rule}: with STRICT they reset it (503), and a sidecar isn't \
                 told what they take"
            ))
        } else {
            end::routed(name, &target)
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

#[cfg(test)]
mod tests;
