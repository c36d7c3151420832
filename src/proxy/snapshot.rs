//! Everything that a request reads of the configuration, built once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::HeaderValue;
use http::header::InvalidHeaderValue;

use super::in_flight::{Gauge, InFlight};
use crate::config::{Action, Config, HeaderRules, HostPolicy, Route, Service};
use crate::observe::{Cells, Exchange, Observer};
use crate::route::Table;
use crate::upstream::Upstream;

/// One configuration, ready to serve. It is never changed, only replaced.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) config: Config,
    pub(super) table: Table,
    upstreams: Vec<Arc<Upstream>>,
    /// By route; `None` for one that proxies nothing.
    proxied: Vec<Option<Proxied>>,
    in_flight: Gauge,
    /// By service.
    services_in_flight: Vec<Gauge>,
    observer: Arc<Observer>,
    cells: Cells,
    started: Instant,
    /// The second, counted from the start, in which overload was told last.
    overload_told: AtomicU64,
    /// The same for a Host that the sidecar doesn't know.
    mismatch_told: AtomicU64,
}

/// What a route that proxies needs of its service and itself.
#[derive(Debug)]
struct Proxied {
    service: usize,
    host: Host,
    deadlines: Deadlines,
    request_body: Option<u64>,
}

/// What a route allows its service; `None` is off.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Deadlines {
    pub(super) response_header: Option<Duration>,
    pub(super) body_idle: Option<Duration>,
    pub(super) request: Option<Duration>,
}

/// The Host header that a service is sent, as a value that is only copied.
#[derive(Debug)]
pub(super) enum Host {
    /// Always this.
    Literal(HeaderValue),
    /// The client's; this one when a client of HTTP/1.0 sent none.
    Preserve { fallback: HeaderValue },
}

impl Snapshot {
    /// Prepares what can be prepared before the first request.
    ///
    /// # Errors
    /// When a host can't be a header's value, which a checked configuration
    /// rules out.
    pub fn new(config: Config, observer: Arc<Observer>) -> Result<Self, InvalidHeaderValue> {
        Self::build(config, observer, None)
    }

    /// The same for a configuration that is to replace this one. Addresses of services
    /// that are still there, and counts of requests in progress, are taken along.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn succeed(&self, config: Config) -> Result<Self, InvalidHeaderValue> {
        Self::build(config, self.observer.clone(), Some(self))
    }

    fn build(
        config: Config,
        observer: Arc<Observer>,
        before: Option<&Self>,
    ) -> Result<Self, InvalidHeaderValue> {
        let proxied = config.routes.iter().map(|route| proxied(&config, route));
        let proxied = proxied.collect::<Result<_, _>>()?;
        let known = |service: &Service| {
            let before = before?;
            let names = before.config.services.iter();
            let at = names.zip(0..).find(|(s, _)| s.name == service.name)?.1;
            Some((&before.upstreams[at], &before.services_in_flight[at]))
        };
        let mut upstreams = Vec::new();
        let mut services_in_flight = Vec::new();
        for service in &config.services {
            let most = service.limits.in_flight;
            let (upstream, gauge) = match known(service) {
                Some((upstream, gauge)) => (upstream.succeed(service), gauge.limited(most)),
                None => (Arc::new(Upstream::new(service)), Gauge::new(most)),
            };
            upstreams.push(upstream);
            services_in_flight.push(gauge);
        }
        let most = config.server.limits.in_flight;
        Ok(Self {
            table: Table::new(&config),
            upstreams,
            proxied,
            in_flight: before.map_or_else(|| Gauge::new(most), |b| b.in_flight.limited(most)),
            services_in_flight,
            cells: observer.metrics.cells(&config),
            observer,
            started: Instant::now(),
            overload_told: AtomicU64::new(0),
            mismatch_told: AtomicU64::new(0),
            config,
        })
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Tells of a request that has ended.
    pub(super) fn observe(&self, exchange: &Exchange<'_>) {
        self.observer.ended(&self.cells, exchange);
    }

    /// Where requests are told of.
    #[must_use]
    pub fn observer(&self) -> &Arc<Observer> {
        &self.observer
    }

    /// Each service with the number of its requests in progress.
    pub fn services(&self) -> impl Iterator<Item = (&Arc<Upstream>, usize)> {
        let counts = self.services_in_flight.iter().map(Gauge::count);
        self.upstreams.iter().zip(counts)
    }

    /// How many requests to a service had a new connection and how many one from the pool.
    #[must_use]
    pub fn connections_to(&self, service: usize) -> (u64, u64) {
        self.cells.connections(service)
    }

    /// What its requests are counted by.
    #[must_use]
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// The service of a route: its index and its name.
    pub(super) fn service(&self, route: usize) -> Option<(usize, &str)> {
        let at = self.proxied(route)?.service;
        Some((at, &self.config.services[at].name))
    }

    /// True once in a second.
    pub(super) fn may_tell_overload(&self) -> bool {
        self.is_new_second(&self.overload_told)
    }

    /// True once in a second.
    pub(super) fn may_tell_mismatch(&self) -> bool {
        self.is_new_second(&self.mismatch_told)
    }

    fn is_new_second(&self, told: &AtomicU64) -> bool {
        let second = self.started.elapsed().as_secs() + 1;
        told.swap(second, Ordering::Relaxed) != second
    }

    /// The services, in the order of the configuration.
    #[must_use]
    pub fn upstreams(&self) -> &[Arc<Upstream>] {
        &self.upstreams
    }

    /// The service of a route.
    pub(super) fn upstream(&self, route: usize) -> Option<&Arc<Upstream>> {
        self.upstreams.get(self.proxied(route)?.service)
    }

    /// The Host header for the service of a route.
    pub(super) fn host(&self, route: usize) -> Option<&Host> {
        Some(&self.proxied(route)?.host)
    }

    /// The deadlines of a route.
    pub(super) fn deadlines(&self, route: usize) -> Option<Deadlines> {
        Some(self.proxied(route)?.deadlines)
    }

    /// The largest request body that a route takes, in bytes.
    pub(super) fn request_body_limit(&self, route: usize) -> Option<u64> {
        self.proxied(route)?.request_body
    }

    /// Takes a place for a request of a route; `None` when there is none.
    pub(super) fn enter(&self, route: usize) -> Option<InFlight> {
        let service = self.proxied(route)?.service;
        InFlight::enter(&self.in_flight, self.services_in_flight.get(service)?)
    }

    /// What a route changes of requests.
    pub(super) fn request_headers(&self, route: usize) -> Option<&HeaderRules> {
        Some(&self.config.routes.get(route)?.request_headers)
    }

    /// What a route changes of responses.
    pub(super) fn response_headers(&self, route: usize) -> Option<&HeaderRules> {
        Some(&self.config.routes.get(route)?.response_headers)
    }

    fn proxied(&self, route: usize) -> Option<&Proxied> {
        self.proxied.get(route)?.as_ref()
    }
}

fn proxied(config: &Config, route: &Route) -> Result<Option<Proxied>, InvalidHeaderValue> {
    let Action::Proxy { service, host, .. } = &route.action else {
        return Ok(None);
    };
    let of = &config.services[*service];
    let host = match (host, &of.host) {
        (Some(host), _) | (None, HostPolicy::Literal(host)) => {
            Host::Literal(HeaderValue::from_str(host)?)
        }
        (None, HostPolicy::Preserve) => Host::Preserve {
            fallback: HeaderValue::from_str(&of.authority.text)?,
        },
    };
    let (own, services) = (&route.timeouts, &of.timeouts);
    let request_body = route.limits.request_body;
    Ok(Some(Proxied {
        service: *service,
        host,
        deadlines: Deadlines {
            response_header: own.response_header.unwrap_or(services.response_header),
            body_idle: own.body_idle.unwrap_or(services.body_idle),
            request: own.request.unwrap_or(services.request),
        },
        request_body: request_body.unwrap_or(config.server.limits.request_body),
    }))
}
