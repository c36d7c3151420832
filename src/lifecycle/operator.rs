//! What operators see of the gateway, and what they may ask for.

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use super::live::Live;
use super::readiness::Readiness;
use super::reloads::Reloads;
use crate::admin::Subject;

/// The gateway as the admin listeners know it.
#[derive(Debug)]
pub(super) struct Operator {
    started: Instant,
    live: Arc<Live>,
    readiness: Readiness,
    pub(super) reloads: Mutex<Reloads>,
    /// Somebody asks to read the configuration again.
    pub(super) reload: Notify,
    /// Somebody asks to drain.
    pub(super) drain: Notify,
}

impl Operator {
    pub(super) fn new(live: Arc<Live>, readiness: Readiness) -> Self {
        Self {
            started: Instant::now(),
            live,
            readiness,
            reloads: Mutex::default(),
            reload: Notify::new(),
            drain: Notify::new(),
        }
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

    fn services(&self) -> Value {
        let snapshot = self.live.snapshot.load();
        let services = snapshot.upstreams().iter();
        services
            .map(|upstream| {
                json!({
                    "name": upstream.service().name,
                    "addresses": upstream.socket_addrs(),
                })
            })
            .collect()
    }
}

impl Subject for Operator {
    fn pending(&self) -> Vec<String> {
        self.readiness.pending()
    }

    fn status(&self) -> Value {
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "pid": std::process::id(),
            "uptime_seconds": self.started.elapsed().as_secs(),
            "pending": self.pending(),
            "configuration": self.reloads.lock().to_json(),
            "connections": self.connections(),
            "services": self.services(),
        })
    }

    fn drain(&self) {
        self.drain.notify_one();
    }

    fn reload(&self) {
        self.reload.notify_one();
    }
}
