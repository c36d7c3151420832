//! The state of the gateway as the live page draws it, once a second for all who watch.
//!
//! Counts are those since the start: who looks twice knows the rate between, whatever was
//! missed, and nothing is kept or computed while nobody looks.

use serde_json::{Value, json};

use super::Operator;
use crate::config::Action;
use crate::observe::metrics::{RouteCounts, bounds};

/// More routes than a page can show are left out, those without a request first.
const MOST_ROUTES: usize = 300;

impl Operator {
    pub(super) fn seen(&self) -> Value {
        let mut all = self.summary();
        let (routes, left_out) = self.counted_routes();
        all["uptime_ms"] = json!(self.started.elapsed().as_millis() as u64);
        all["drain"] = self.drain_progress();
        all["bounds_ms"] = bounds().collect();
        all["routes"] = routes;
        all["routes_left_out"] = json!(left_out);
        all
    }

    fn drain_progress(&self) -> Value {
        let connections = &self.live.connections;
        let Some(since) = connections.leaving_since() else {
            return Value::Null;
        };
        let drain = self.live.snapshot.load().config().server.drain;
        json!({
            "seconds": since.elapsed().as_secs(),
            "accepting": connections.accepts(),
            "delay_seconds": drain.delay.as_secs(),
            "timeout_seconds": drain.timeout.as_secs(),
        })
    }

    /// What no route took has no name.
    fn counted_routes(&self) -> (Value, usize) {
        let snapshot = self.live.snapshot.load();
        let (config, cells) = (snapshot.config(), snapshot.cells());
        let routes = config.routes.iter().enumerate();
        let mut all: Vec<_> = routes
            .filter_map(|(at, route)| {
                let service = match route.action {
                    Action::Proxy { service, .. } => Some(&config.services[service].name),
                    Action::Redirect(_) => None,
                };
                let counts = cells.route(at)?;
                Some((Some(&route.name), service, counts))
            })
            .collect();
        let most = MOST_ROUTES.min(all.len());
        let left_out = all.len() - most;
        if left_out > 0 {
            // It keeps the order of the file otherwise.
            all.sort_by_key(|(_, _, counts)| counts.requests == 0);
            all.truncate(most);
        }
        all.push((None, None, cells.unrouted()));
        let shown = all.into_iter().map(|(name, service, counts)| {
            let RouteCounts {
                requests,
                errors,
                took,
            } = counts;
            json!({
                "name": name,
                "service": service,
                "requests": requests,
                "errors": errors,
                "took": took,
            })
        });
        (shown.collect(), left_out)
    }
}
