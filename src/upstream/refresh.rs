//! Keeps the addresses of services fresh, one task a name.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use log::{error, info, warn};
use pingora_core::server::ShutdownWatch;
use pingora_core::services::background::BackgroundService;
use tokio::task::JoinSet;
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

/// Looks up every service that is given by name, for as long as it runs.
#[derive(Debug)]
pub struct Refresher {
    upstreams: Arc<[Upstream]>,
    dns: Arc<Dns>,
}

impl Refresher {
    /// Nothing is looked up before it is started.
    #[must_use]
    pub fn new(upstreams: Arc<[Upstream]>, dns: Dns) -> Self {
        Self {
            upstreams,
            dns: Arc::new(dns),
        }
    }
}

#[async_trait]
impl BackgroundService for Refresher {
    async fn start(&self, mut shutdown: ShutdownWatch) {
        let mut tasks = JoinSet::new();
        for index in 0..self.upstreams.len() {
            let (upstreams, dns) = (self.upstreams.clone(), self.dns.clone());
            tasks.spawn(async move { keep_fresh(&upstreams[index], &dns).await });
        }
        loop {
            tokio::select! {
                // Ends with the server, or when the sender is gone: both mean stop.
                _ = shutdown.wait_for(|stop| *stop) => return,
                Some(Err(panic)) = tasks.join_next() => {
                    error!("a task that refreshes addresses ended: {panic}; they stay as they are");
                }
            }
        }
    }
}

async fn keep_fresh(upstream: &Upstream, dns: &Dns) {
    let Some(name) = upstream.dns_name() else {
        return;
    };
    let mut history = History::default();
    loop {
        let started = Instant::now();
        let outcome = look_up(name, dns).await;
        let pause = history.apply(upstream, dns, outcome);
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
    last_success: Option<Instant>,
    failures: u32,
    /// The failure that was told last: the same again would only fill the log.
    told: String,
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
        self.told.clear();
        self.last_success = Some(Instant::now());
        let changed = upstream.publish(Addresses::new(service, &answer.ips));
        if changed || recovered {
            let addresses = upstream.socket_addrs();
            info!("service {}: resolved to {addresses:?}", service.name);
        }
    }

    fn failed(&mut self, upstream: &Upstream, dns: &Dns, error: &LookupError) {
        self.failures += 1;
        let service = &upstream.service().name;
        let age = self.last_success.map(|at| at.elapsed());
        if age.is_some_and(|age| age > dns.max_stale) && upstream.publish(None) {
            let max = dns.max_stale;
            warn!("service {service}: its addresses are older than {max:?}, dropped");
        }
        let told = error.to_string();
        if told != self.told {
            let meanwhile = if upstream.is_resolved() {
                "the last addresses are kept"
            } else {
                "its routes answer 503 until it resolves"
            };
            warn!("service {service}: {error}; {meanwhile}");
            self.told = told;
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
