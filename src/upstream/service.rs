//! One service as requests see it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use parking_lot::Mutex;
use pingora_core::upstreams::peer::{HttpPeer, Peer};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::addresses::Addresses;
use crate::config::{Service, ServiceHost};

/// A service with the addresses that are known for it right now.
///
/// Requests read; only the refresher writes. Reading takes no lock.
#[derive(Debug)]
pub struct Upstream {
    service: Service,
    addresses: ArcSwapOption<Addresses>,
    turn: AtomicUsize,
    /// Asks the refresher to look the name up before its time.
    pub(super) early: Notify,
    /// Told when the addresses have changed.
    changes: watch::Sender<()>,
    /// When DNS last said where it is. Not for requests.
    pub(super) seen: Mutex<Option<Instant>>,
    /// Look-ups that failed.
    pub(super) failures: AtomicU64,
    /// Why the last one did; empty when it didn't. Not for requests that go well.
    pub(super) trouble: Mutex<String>,
}

impl Upstream {
    /// A service by name has no address until the refresher finds one; a
    /// service by address has it from the start.
    #[must_use]
    pub fn new(service: &Service) -> Self {
        let known = match &service.authority.host {
            ServiceHost::Ip(ip) => Addresses::new(service, &[*ip]),
            ServiceHost::Name(_) => None,
        };
        Self {
            service: service.clone(),
            addresses: ArcSwapOption::new(known.map(Arc::new)),
            turn: AtomicUsize::new(0),
            early: Notify::new(),
            changes: watch::Sender::new(()),
            seen: Mutex::new(None),
            failures: AtomicU64::new(0),
            trouble: Mutex::default(),
        }
    }

    /// The service as a new configuration has it: the same one where nothing of it has
    /// changed, and with the addresses that are known where it is still the same place.
    #[must_use]
    pub fn succeed(self: &Arc<Self>, service: &Service) -> Arc<Self> {
        if self.service == *service {
            return self.clone();
        }
        let next = Self::new(service);
        if self.service.authority == service.authority {
            let known: Vec<_> = self.socket_addrs().iter().map(SocketAddr::ip).collect();
            next.publish(Addresses::new(service, &known));
            *next.seen.lock() = *self.seen.lock();
            next.failures
                .store(self.failed_lookups(), Ordering::Relaxed);
            next.trouble.lock().clone_from(&self.trouble.lock());
        }
        Arc::new(next)
    }

    /// How long ago DNS said where it is; `None` when it never did.
    #[must_use]
    pub fn dns_age(&self) -> Option<Duration> {
        self.seen.lock().map(|at| at.elapsed())
    }

    /// Look-ups that failed since it is in the configuration.
    #[must_use]
    pub fn failed_lookups(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Why the last look-up of which name failed; `None` when it didn't.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let trouble = self.trouble.lock();
        let name = self.dns_name().filter(|_| !trouble.is_empty())?;
        Some(format!("{name}: {trouble}"))
    }

    /// Waits until a request can be sent.
    pub async fn resolved(&self) {
        let mut changes = self.changes.subscribe();
        // The sender lives in self, so the wait can't fail.
        while !self.is_resolved() && changes.changed().await.is_ok() {}
    }

    /// The configuration of the service.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The name to resolve; `None` when the service is given by address.
    #[must_use]
    pub fn dns_name(&self) -> Option<&str> {
        match &self.service.authority.host {
            ServiceHost::Name(name) => Some(name),
            ServiceHost::Ip(_) => None,
        }
    }

    /// Whether a request can be sent now.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.addresses.load().is_some()
    }

    /// How many addresses are known now.
    #[must_use]
    pub fn address_count(&self) -> usize {
        self.addresses.load().as_ref().map_or(0, |a| a.len())
    }

    /// The addresses that are known now, in ascending order.
    #[must_use]
    pub fn socket_addrs(&self) -> Vec<SocketAddr> {
        let addresses = self.addresses.load();
        addresses.iter().flat_map(|a| a.socket_addrs()).collect()
    }

    /// Takes the next turn; a request takes one and counts up from it when it
    /// has to try another address.
    #[must_use]
    pub fn take_turn(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    /// A copy of the peer whose turn it is; `None` while the name is unresolved.
    #[must_use]
    pub fn peer(&self, turn: usize) -> Option<Box<HttpPeer>> {
        let addresses = self.addresses.load();
        addresses
            .as_ref()
            .map(|a| Box::new(a.in_turn(turn).clone()))
    }

    /// The address whose turn it is; `None` while the name is unresolved.
    #[must_use]
    pub fn address(&self, turn: usize) -> Option<SocketAddr> {
        let addresses = self.addresses.load();
        let peer = addresses.as_ref()?.in_turn(turn);
        peer.address().as_inet().copied()
    }

    /// Tells that an address refused a connection: it may be the wrong one by now.
    pub fn suspect(&self) {
        self.early.notify_one();
    }

    /// Whether the service is still said to be there.
    #[must_use]
    pub fn is_at(&self, address: SocketAddr) -> bool {
        let addresses = self.addresses.load();
        addresses
            .iter()
            .any(|a| a.socket_addrs().any(|known| known == address))
    }

    /// Waits until the service is no longer said to be there, at most `limit`. True
    /// when that came in time.
    pub async fn moves_from(&self, address: SocketAddr, limit: Duration) -> bool {
        let mut changes = self.changes.subscribe();
        let moved = async {
            // The sender lives in self, so the wait can't fail.
            while self.is_at(address) && changes.changed().await.is_ok() {}
        };
        tokio::time::timeout(limit, moved).await.is_ok()
    }

    /// Puts the addresses in place. True when they differ from those before.
    pub(super) fn publish(&self, found: Option<Addresses>) -> bool {
        let before = self.addresses.load();
        let changed = match (before.as_ref(), &found) {
            (Some(before), Some(found)) => !before.same_as(found),
            (before, found) => before.is_some() != found.is_some(),
        };
        if changed {
            self.addresses.store(found.map(Arc::new));
            self.changes.send_replace(());
        }
        changed
    }
}
