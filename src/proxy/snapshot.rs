//! Everything that a request reads of the configuration, built once.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use http::header::InvalidHeaderValue;

use crate::config::{Action, Config, HeaderRules, HostPolicy, Route};
use crate::route::Table;
use crate::upstream::Upstream;

/// One configuration, ready to serve. It is never changed, only replaced.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) config: Config,
    pub(super) table: Table,
    upstreams: Arc<[Upstream]>,
    /// By route; `None` for one that proxies nothing.
    proxied: Vec<Option<Proxied>>,
}

/// What a route that proxies needs of its service and itself.
#[derive(Debug)]
struct Proxied {
    service: usize,
    host: Host,
    response_header: Option<Duration>,
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
    pub fn new(config: Config) -> Result<Self, InvalidHeaderValue> {
        let proxied = config.routes.iter().map(|route| proxied(&config, route));
        Ok(Self {
            table: Table::new(&config),
            upstreams: config.services.iter().map(Upstream::new).collect(),
            proxied: proxied.collect::<Result<_, _>>()?,
            config,
        })
    }

    /// The services, in the order of the configuration.
    #[must_use]
    pub fn upstreams(&self) -> &Arc<[Upstream]> {
        &self.upstreams
    }

    /// The service of a route.
    pub(super) fn upstream(&self, route: usize) -> Option<&Upstream> {
        self.upstreams.get(self.proxied(route)?.service)
    }

    /// The Host header for the service of a route.
    pub(super) fn host(&self, route: usize) -> Option<&Host> {
        Some(&self.proxied(route)?.host)
    }

    /// How long the service of a route has for its response header.
    pub(super) fn response_header_limit(&self, route: usize) -> Option<Duration> {
        self.proxied(route)?.response_header
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
    let limit = route.timeouts.response_header;
    Ok(Some(Proxied {
        service: *service,
        host,
        response_header: limit.unwrap_or(of.timeouts.response_header),
    }))
}
