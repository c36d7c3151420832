//! The admin listeners: health for everybody, state and control for the operator.
//!
//! They know nothing of the gateway but what a [`Subject`] tells. Anybody in the
//! cluster may reach the public one, so a client gets little time, little memory and
//! none of it at the cost of the next one; a browser's page may reach the operator's,
//! so that believes no name and no other site.

mod accept;
mod answer;
mod client;
mod events;
mod log_level;
mod origin;
mod page;
mod places;
mod reply;
mod turn;

#[cfg(test)]
mod tests;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use accept::accept;
use events::Watchers;

/// What the admin listeners tell, and what an operator may ask for.
///
/// It is asked on the threads that serve the listeners, so it must not wait.
pub trait Subject: Send + Sync + 'static {
    /// What the gateway still waits for before it should get requests; empty when ready.
    fn pending(&self) -> Vec<String>;
    /// The state of the gateway for an operator.
    fn status(&self) -> serde_json::Value;
    /// The state once more, with counts, as the live page draws it.
    fn seen(&self) -> serde_json::Value;
    /// The configuration in use, without secrets.
    fn config(&self) -> serde_json::Value;
    /// The page of metrics, and its content type.
    fn metrics(&self) -> (String, &'static str);
    /// Begins to stop, as SIGTERM does.
    fn drain(&self);
    /// Reads the configuration again, as SIGHUP does.
    fn reload(&self);
}

/// Who may reach a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    Everybody,
    Operator,
}

/// What a client may take.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Open at once on one listener.
    connections: usize,
    /// For a head, from its first byte, or from the beginning of the connection.
    head: Duration,
    /// Between an answer and the next request.
    idle: Duration,
    /// For taking an answer.
    answer: Duration,
    /// Who may watch at once, on one listener.
    watchers: usize,
    /// Between two events for those who watch.
    look: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            head: Duration::from_secs(5),
            idle: Duration::from_secs(30),
            answer: Duration::from_secs(30),
            watchers: 8,
            look: Duration::from_secs(1),
        }
    }
}

/// One listener, as its connections see it.
struct Site {
    audience: Audience,
    limits: Limits,
    subject: Arc<dyn Subject>,
    stopping: watch::Receiver<bool>,
    watchers: Watchers,
}

/// The running admin listeners. Dropping it stops accepting, too.
#[derive(Debug)]
pub struct Admin {
    stop: watch::Sender<bool>,
}

impl Admin {
    /// Serves on these listeners, which are bound and don't block.
    ///
    /// # Errors
    /// When the runtime can't watch a listener; none is served then.
    pub fn start(
        runtime: &Handle,
        public: Vec<TcpListener>,
        operator: Vec<TcpListener>,
        subject: Arc<dyn Subject>,
    ) -> io::Result<Self> {
        Self::start_with(Limits::default(), runtime, public, operator, &subject)
    }

    fn start_with(
        limits: Limits,
        runtime: &Handle,
        public: Vec<TcpListener>,
        operator: Vec<TcpListener>,
        subject: &Arc<dyn Subject>,
    ) -> io::Result<Self> {
        let _context = runtime.enter();
        let public = public.into_iter().map(|l| (l, Audience::Everybody));
        let operator = operator.into_iter().map(|l| (l, Audience::Operator));
        let watched = public.chain(operator).map(|(listener, audience)| {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            Ok((listener, audience))
        });
        let listeners: Vec<_> = watched.collect::<io::Result<_>>()?;
        let (stop, stopping) = watch::channel(false);
        for (listener, audience) in listeners {
            let site = Site {
                audience,
                limits,
                subject: subject.clone(),
                stopping: stopping.clone(),
                watchers: Watchers::new(limits),
            };
            runtime.spawn(accept(listener, Arc::new(site)));
        }
        Ok(Self { stop })
    }

    /// Takes no further connection; those that are open get their answers, with
    /// `Connection: close`.
    pub fn stop_accepting(&self) {
        self.stop.send_replace(true);
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.stop_accepting();
    }
}
