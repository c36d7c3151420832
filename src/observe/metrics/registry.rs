//! Finds cells by name, at load and at scrape.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cells::{Resolved, RouteCell, ServiceCell};
use crate::config::{Action, Config};

/// The cells that are shown.
///
/// A route or service that a new configuration has as well keeps its cell. One that is
/// gone is shown, with what its last requests added, until the first reload at which no
/// request has it any more: however names change, there are never more cells than
/// those of the last two configurations, and of older ones that requests still have.
#[derive(Debug, Default)]
pub(super) struct Registry {
    /// By route and service; none for what the gateway answers itself.
    pub(super) routes: BTreeMap<(String, String), Arc<RouteCell>>,
    pub(super) services: BTreeMap<String, Arc<ServiceCell>>,
}

impl Registry {
    /// The cells of a configuration, in its order.
    pub(super) fn resolve(
        &mut self,
        config: &Config,
    ) -> (Resolved<RouteCell>, Resolved<ServiceCell>) {
        let routes = config.routes.iter().map(|route| {
            let service = match &route.action {
                Action::Proxy { service, .. } => config.services.get(*service),
                Action::Redirect(_) => None,
            };
            let service = service.map_or("", |service| &service.name);
            let key = (route.name.clone(), service.to_owned());
            self.routes.entry(key).or_default().clone()
        });
        let routes = routes.collect();
        let services = config.services.iter().map(|service| {
            let name = service.name.clone();
            self.services.entry(name).or_default().clone()
        });
        let services = services.collect();
        self.forget();
        (routes, services)
    }

    /// Drops what nobody else holds. Nobody can begin to: only this hands cells out.
    fn forget(&mut self) {
        self.routes.retain(|_, cell| Arc::strong_count(cell) > 1);
        self.services.retain(|_, cell| Arc::strong_count(cell) > 1);
    }
}
