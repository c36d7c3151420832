//! What routes tell filters, beside what the filters are told themselves.

use crate::mesh::dump::filter::{FilterConfig, PerFilter};
use crate::mesh::dump::route::{Route, RouteConfig, VirtualHost};

/// Of what a route is made, for the filters: nothing where the request has none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told<'d> {
    pub(super) share: Option<&'d PerFilter>,
    pub(super) route: Option<&'d Route>,
    pub(super) host: Option<&'d VirtualHost>,
    pub(super) config: Option<&'d RouteConfig>,
    /// Where the request is to go; empty when it is to go nowhere, `None` when the route answers.
    pub(super) cluster: Option<&'d str>,
}

impl<'d> Told<'d> {
    /// What a filter is told, the most specific first.
    pub(super) fn to(&self, name: &str) -> Vec<&'d FilterConfig> {
        let levels = [
            self.share,
            self.route.map(|of| &of.typed_per_filter_config),
            self.host.map(|of| &of.typed_per_filter_config),
            self.config.map(|of| &of.typed_per_filter_config),
        ];
        let told = levels.into_iter().flatten();
        told.filter_map(|level| level.get(name)).collect()
    }
}

/// As it is, or out of a `FilterConfig`.
pub(super) enum Own<'d> {
    Plain(&'d FilterConfig),
    Wrapped(FilterConfig),
}

impl Own<'_> {
    pub(super) fn config(&self) -> &FilterConfig {
        match self {
            Self::Plain(config) => config,
            Self::Wrapped(config) => config,
        }
    }
}
