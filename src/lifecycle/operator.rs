//! What operators see of the gateway, and what they may ask for.

mod seen;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use super::live::Live;
use super::readiness::Readiness;
use super::reloads::Reloads;
use crate::admin::Subject;
use crate::config::{self, Action, Config};
use crate::observe::{CONTENT_TYPE, Gauges, Metrics, ServiceGauges, operational};

/// The gateway as the admin listeners know it.
#[derive(Debug)]
pub(super) struct Operator {
    started: Instant,
    /// The file that the configuration is in.
    source: Option<PathBuf>,
    /// The configuration that the process began with: what of it can't be changed is in
    /// use until the end.
    began: Config,
    live: Arc<Live>,
    readiness: Readiness,
    pub(super) reloads: Mutex<Reloads>,
    /// Somebody asks to read the configuration again.
    pub(super) reload: Notify,
    /// Somebody asks to drain.
    pub(super) drain: Notify,
}

impl Operator {
    pub(super) fn new(
        source: Option<PathBuf>,
        began: Config,
        live: Arc<Live>,
        readiness: Readiness,
    ) -> Self {
        Self {
            started: Instant::now(),
            source,
            began,
            live,
            readiness,
            reloads: Mutex::default(),
            reload: Notify::new(),
            drain: Notify::new(),
        }
    }

    /// The page of metrics.
    pub(super) fn page(&self, metrics: &Metrics) -> String {
        let snapshot = self.live.snapshot.load();
        let connections = &self.live.connections;
        let services = snapshot
            .services()
            .map(|(upstream, in_flight)| ServiceGauges {
                name: &upstream.service().name,
                in_flight,
                by_name: upstream.dns_name().is_some(),
                dns_age: upstream.dns_age(),
                dns_failures: upstream.failed_lookups(),
            });
        let states = connections.by_state().into_iter();
        let (generation, last_reload, last_reload_successful) = self.reloads.lock().gauges();
        metrics.render(&Gauges {
            services: services.collect(),
            connections: states.map(|(state, count)| (state.name(), count)).collect(),
            connections_refused: connections.refused(),
            generation,
            last_reload,
            last_reload_successful,
            draining: connections.is_leaving(),
            access_log_dropped: snapshot.observer().access_log.dropped(),
            log_dropped: operational::dropped(),
        })
    }

    fn configuration(&self) -> Value {
        let mut all = self.reloads.lock().to_json();
        all["source"] = json!(self.source.as_deref().map(Path::to_string_lossy));
        all
    }

    fn connections(&self) -> Value {
        let connections = &self.live.connections;
        let counts = connections.by_state().into_iter();
        let by_state: Map<_, _> = counts
            .map(|(state, count)| (state.name().to_owned(), count.into()))
            .collect();
        json!({
            "open": connections.open(),
            "refused": connections.refused(),
            "by_state": by_state,
        })
    }

    fn routes(&self) -> Value {
        let snapshot = self.live.snapshot.load();
        let config = snapshot.config();
        let routes = config.routes.iter().map(|route| {
            let service = match route.action {
                Action::Proxy { service, .. } => Some(&config.services[service].name),
                Action::Redirect(_) => None,
            };
            json!({ "name": route.name, "service": service })
        });
        routes.collect()
    }

    fn services(&self) -> Value {
        let snapshot = self.live.snapshot.load();
        snapshot
            .services()
            .enumerate()
            .map(|(at, (upstream, in_flight))| {
                let (new, reused) = snapshot.connections_to(at);
                // Looked up: how long ago, how often in vain, and why the last time.
                let dns = upstream.dns_name().map(|_| {
                    json!({
                        "age_seconds": upstream.dns_age().map(|age| age.as_secs()),
                        "failures": upstream.failed_lookups(),
                        "error": upstream.trouble(),
                    })
                });
                json!({
                    "name": upstream.service().name,
                    "addresses": upstream.socket_addrs(),
                    "in_flight": in_flight,
                    "connections": { "new": new, "reused": reused },
                    "dns": dns,
                })
            })
            .collect()
    }

    /// Each with the command that explains it, where the file is known.
    fn failures(&self) -> Value {
        let source = self.source.as_deref().and_then(Path::to_str);
        let failures = self.live.observer().failures().into_iter();
        failures
            .map(|failed| {
                let mut all = json!(failed);
                all["explain"] = json!(source.and_then(|source| failed.explain(source)));
                all
            })
            .collect()
    }

    fn summary(&self) -> Value {
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "pid": std::process::id(),
            "uptime_seconds": self.started.elapsed().as_secs(),
            "pending": self.pending(),
            "configuration": self.configuration(),
            "connections": self.connections(),
            "services": self.services(),
            "failures": self.failures(),
        })
    }
}

impl Subject for Operator {
    fn pending(&self) -> Vec<String> {
        self.readiness.pending()
    }

    fn status(&self) -> Value {
        let mut all = self.summary();
        all["routes"] = self.routes();
        all
    }

    fn seen(&self) -> Value {
        self.seen()
    }

    fn config(&self) -> Value {
        let snapshot = self.live.snapshot.load();
        let in_use = config::in_process(&self.began, snapshot.config());
        let mut all = self.configuration();
        all["config"] = config::effective(&in_use);
        all
    }

    fn metrics(&self) -> (String, &'static str) {
        (self.live.observer().page(), CONTENT_TYPE)
    }

    fn drain(&self) {
        self.drain.notify_one();
    }

    fn reload(&self) {
        self.reload.notify_one();
    }
}
