//! Everything that a request reads of the configuration, built once.

use std::sync::Arc;

use http::HeaderValue;
use http::header::InvalidHeaderValue;

use crate::config::{Config, HostPolicy, Service};
use crate::route::Table;
use crate::upstream::Upstream;

/// One configuration, ready to serve. It is never changed, only replaced.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) config: Config,
    pub(super) table: Table,
    upstreams: Arc<[Upstream]>,
    hosts: Vec<Host>,
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
        let hosts = config.services.iter().map(host).collect::<Result<_, _>>()?;
        Ok(Self {
            table: Table::new(&config),
            upstreams: config.services.iter().map(Upstream::new).collect(),
            hosts,
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
        self.upstreams.get(self.config.routes.get(route)?.service)
    }

    /// The Host header for the service of a route.
    pub(super) fn host(&self, route: usize) -> Option<&Host> {
        self.hosts.get(self.config.routes.get(route)?.service)
    }
}

fn host(service: &Service) -> Result<Host, InvalidHeaderValue> {
    Ok(match &service.host {
        HostPolicy::Literal(host) => Host::Literal(HeaderValue::from_str(host)?),
        HostPolicy::Preserve => Host::Preserve {
            fallback: HeaderValue::from_str(&service.authority.text)?,
        },
    })
}
