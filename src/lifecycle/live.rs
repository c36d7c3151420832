//! The parts of a running gateway that a new configuration replaces.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use http::header::InvalidHeaderValue;

use super::files;
use crate::config::Config;
use crate::guard::{Connections, Settings};
use crate::observe::Observer;
use crate::proxy::Snapshot;
use crate::upstream::{Refresher, Upstream};

/// How long services that nobody has looked up yet are waited for.
pub(super) const WARM: Duration = Duration::from_secs(3);

/// What is in use.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) snapshot: Arc<ArcSwap<Snapshot>>,
    pub(super) settings: Arc<ArcSwap<Settings>>,
    pub(super) connections: Arc<Connections>,
}

impl Live {
    pub(super) fn new(config: Config, observer: Arc<Observer>) -> Result<Self, InvalidHeaderValue> {
        let most = config.server.limits.connections;
        let settings = Settings::new(&config);
        files::allow(&config.server.limits);
        Ok(Self {
            snapshot: Arc::new(ArcSwap::from_pointee(Snapshot::new(config, observer)?)),
            settings: Arc::new(ArcSwap::from_pointee(settings)),
            connections: Arc::new(Connections::new(most)),
        })
    }

    pub(super) fn observer(&self) -> Arc<Observer> {
        self.snapshot.load().observer().clone()
    }

    /// Puts a configuration in use once its services are looked up, or have had the time
    /// for it. What is in progress goes on as it began.
    pub(super) async fn replace(
        &self,
        config: Config,
        refresher: &mut Refresher,
    ) -> Result<(), InvalidHeaderValue> {
        let before = self.snapshot.load_full();
        let next = Arc::new(before.succeed(config)?);
        let dns = &next.config().dns;
        let mut both = before.upstreams().to_vec();
        both.extend(next.upstreams().iter().cloned());
        refresher.follow(&both, dns);
        let new = next.upstreams().iter();
        let new = new.filter(|next| !before.upstreams().iter().any(|b| Arc::ptr_eq(b, next)));
        warm(&new.cloned().collect::<Vec<_>>()).await;
        refresher.follow(next.upstreams(), dns);
        let limits = &next.config().server.limits;
        if *limits != before.config().server.limits {
            files::allow(limits);
        }
        self.connections.limit(limits.connections);
        let observer = next.observer();
        observer.access_log.reload(&next.config().access_log);
        self.settings.store(Arc::new(Settings::new(next.config())));
        self.snapshot.store(next);
        Ok(())
    }
}

/// Waits for the addresses of services, all at the same time and at most [`WARM`].
pub(super) async fn warm(upstreams: &[Arc<Upstream>]) {
    let all = async {
        for upstream in upstreams {
            upstream.resolved().await;
        }
    };
    // Who has none by then gets them later; its routes answer 503 until then.
    let _ = tokio::time::timeout(WARM, all).await;
}
