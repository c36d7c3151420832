//! Keeps the addresses of services fresh, one task a name.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use log::{info, warn};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::addresses::Addresses;
use super::lookup::{Answer, LookupError, look_up};
use super::service::Upstream;
use crate::config::Dns;

/// The least time between two look-ups of a name, also when requests report
/// refused connections faster than that.
const EARLY_GAP: Duration = Duration::from_millis(250);

/// The longest pause after failed look-ups.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// Looks up the services in use that are given by name.
#[derive(Debug)]
pub struct Refresher {
    runtime: Handle,
    dns: Arc<Dns>,
    /// By the address of what they keep fresh, which they keep in its place.
    tasks: HashMap<usize, (Arc<Upstream>, JoinHandle<()>)>,
}

impl Refresher {
    /// Looks up on this runtime, at first nothing.
    #[must_use]
    pub fn new(runtime: Handle, dns: Dns) -> Self {
        Self {
            runtime,
            dns: Arc::new(dns),
            tasks: HashMap::new(),
        }
    }

    /// Looks up these from now on, and no others. One that is looked up already goes on
    /// in its rhythm, unless `dns` has changed.
    pub fn follow(&mut self, upstreams: &[Arc<Upstream>], dns: &Dns) {
        if *self.dns != *dns {
            self.dns = Arc::new(dns.clone());
            self.stop();
        }
        let mut before = std::mem::take(&mut self.tasks);
        for upstream in upstreams {
            let key = Arc::as_ptr(upstream).addr();
            self.tasks.entry(key).or_insert_with(|| {
                before.remove(&key).unwrap_or_else(|| {
                    let refreshed = keep_fresh(upstream.clone(), self.dns.clone());
                    (upstream.clone(), self.runtime.spawn(refreshed))
                })
            });
        }
        for (_, task) in before.into_values() {
            task.abort();
        }
    }

    fn stop(&mut self) {
        for (_, (_, task)) in self.tasks.drain() {
            task.abort();
        }
    }
}

async fn keep_fresh(upstream: Arc<Upstream>, dns: Arc<Dns>) {
    let Some(name) = upstream.dns_name() else {
        return;
    };
    let mut history = History::default();
    loop {
        let started = Instant::now();
        let outcome = look_up(name, &dns).await;
        let pause = history.apply(&upstream, &dns, outcome);
        tokio::time::sleep_until(started + EARLY_GAP).await;
        tokio::select! {
            () = tokio::time::sleep(jittered(pause)) => {}
            () = upstream.early.notified() => {}
        }
    }
}

/// What the look-ups of one name have led to so far.
#[derive(Debug, Default)]
struct History {
    failures: u32,
}

impl History {
    /// Publishes what a look-up found and says how long to wait for the next.
    fn apply(
        &mut self,
        upstream: &Upstream,
        dns: &Dns,
        outcome: Result<Answer, LookupError>,
    ) -> Duration {
        match outcome {
            Ok(answer) => {
                self.succeeded(upstream, &answer);
                answer.ttl.clamp(dns.min_ttl, dns.max_ttl)
            }
            Err(error) => {
                self.failed(upstream, dns, &error);
                backoff(self.failures, dns.min_ttl)
            }
        }
    }

    fn succeeded(&mut self, upstream: &Upstream, answer: &Answer) {
        let service = upstream.service();
        let recovered = std::mem::take(&mut self.failures) > 0;
        upstream.trouble.lock().clear();
        *upstream.seen.lock() = Some(Instant::now());
        let changed = upstream.publish(Addresses::new(service, &answer.ips));
        if changed || recovered {
            let addresses = upstream.socket_addrs();
            info!("service {}: resolved to {addresses:?}", service.name);
        }
    }

    fn failed(&mut self, upstream: &Upstream, dns: &Dns, error: &LookupError) {
        self.failures += 1;
        upstream.failures.fetch_add(1, Ordering::Relaxed);
        let service = &upstream.service().name;
        let age = upstream.seen.lock().map(|at| at.elapsed());
        if age.is_some_and(|age| age > dns.max_stale) && upstream.publish(None) {
            let max = dns.max_stale;
            warn!("service {service}: its addresses are older than {max:?}, dropped");
        }
        let why = error.to_string();
        // The same again would only fill the log.
        let is_new = *upstream.trouble.lock() != why;
        if is_new {
            *upstream.trouble.lock() = why;
            let name = upstream.dns_name().unwrap_or_default();
            let meanwhile = if upstream.is_resolved() {
                "the last addresses are kept"
            } else {
                "its routes answer 503 until it resolves"
            };
            warn!("service {service}: {name}: {error}; {meanwhile}");
        }
    }
}

/// Doubles from `first` with each failure in a row, up to [`MAX_BACKOFF`].
fn backoff(failures: u32, first: Duration) -> Duration {
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(8));
    doubled.min(MAX_BACKOFF)
}

/// Between 80 % and 100 % of the pause, so that many gateways don't ask at once.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(1.0 - 0.2 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound() {
        let first = Duration::from_secs(1);
        let pauses: Vec<u64> = (1..6).map(|n| backoff(n, first).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 5, 5]);
        assert_eq!(backoff(u32::MAX, Duration::MAX), MAX_BACKOFF);
    }

    #[test]
    fn jitter_only_shortens_and_at_most_by_a_fifth() {
        let pause = Duration::from_secs(10);
        for _ in 0..1000 {
            let jittered = jittered(pause);
            assert!((Duration::from_secs(8)..=pause).contains(&jittered));
        }
    }
}
