//! What the gateway waits for before it should get requests.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

/// The names of what is pending, shared by all who wait and all who ask.
#[derive(Debug, Clone)]
pub(super) struct Readiness {
    pending: Arc<Mutex<BTreeMap<u64, String>>>,
    ready: Arc<watch::Sender<bool>>,
}

/// Keeps the gateway unready until it is dropped.
#[derive(Debug)]
pub(super) struct Pending {
    readiness: Readiness,
    key: u64,
}

impl Readiness {
    pub(super) fn new() -> Self {
        Self {
            pending: Arc::default(),
            ready: Arc::new(watch::Sender::new(true)),
        }
    }

    /// Waits for something that operators know by this name.
    pub(super) fn wait_for(&self, name: impl Into<String>) -> Pending {
        let mut pending = self.pending.lock();
        let key = pending.last_key_value().map_or(0, |(key, _)| key + 1);
        pending.insert(key, name.into());
        self.ready.send_replace(false);
        Pending {
            readiness: self.clone(),
            key,
        }
    }

    /// What is waited for, the oldest first.
    pub(super) fn pending(&self) -> Vec<String> {
        self.pending.lock().values().cloned().collect()
    }

    /// Waits until nothing is pending.
    pub(super) async fn ready(&self) {
        // The sender lives in self, so the wait can't fail.
        let _ = self.ready.subscribe().wait_for(|ready| *ready).await;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let mut pending = self.readiness.pending.lock();
        pending.remove(&self.key);
        self.readiness.ready.send_replace(pending.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_when_the_last_has_come() {
        let readiness = Readiness::new();
        let first = readiness.wait_for("listeners");
        let second = readiness.wait_for("service auth-service");
        assert_eq!(readiness.pending(), ["listeners", "service auth-service"]);
        drop(first);
        assert_eq!(readiness.pending(), ["service auth-service"]);
        assert!(!*readiness.ready.borrow());
        drop(second);
        assert!(readiness.pending().is_empty());
        assert!(*readiness.ready.borrow());
    }
}
