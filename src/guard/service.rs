//! The guard as a service of Pingora's server, on a runtime of its own.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use log::error;
use pingora_core::apps::HttpServerApp;
use pingora_core::server::{ListenFds, ShutdownWatch};
use pingora_core::services::Service;
use socket2::SockRef;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::accept::accept;
use super::answer::answer;
use super::connection::{Refused, Shared};
use super::connections::Connections;
use super::intake::Intake;
use super::settings::Settings;
use super::straight::StraightWay;
use crate::failure::Failure;

/// What a look at the sockets tells a worker at most.
const NEWS: u32 = 32;

/// Tasks that it runs before it looks again.
const BATCH: u32 = 2 * NEWS;

/// How long what is abandoned may take to be dropped: a worker may stand still.
const DROPPING: Duration = Duration::from_millis(300);

/// How often one of them comes from the common queue.
const COMMON: u32 = 4;

/// Serves an application to the clients of some listeners.
pub struct GuardService<A> {
    app: Arc<A>,
    straight: Option<Arc<dyn StraightWay>>,
    settings: Arc<ArcSwap<Settings>>,
    connections: Arc<Connections>,
    intake: Arc<Intake>,
    refused: Refused,
    listeners: Vec<tokio::net::TcpListener>,
    /// Until it is started.
    runtime: Option<Runtime>,
}

impl<A> GuardService<A> {
    /// `listeners` are bound. Handing them over to a successor is whoever's who bound them:
    /// Pingora's table of sockets isn't used.
    ///
    /// # Errors
    /// When the system gives no thread, or can't watch a listener.
    pub fn new(
        app: A,
        settings: Arc<ArcSwap<Settings>>,
        connections: Arc<Connections>,
        refused: Refused,
        listeners: Vec<TcpListener>,
        workers: usize,
    ) -> io::Result<Self> {
        let intake = Arc::new(Intake::new(workers));
        let runtime = runtime(workers, &intake)?;
        let listeners = {
            let _inside = runtime.enter();
            let all = listeners.into_iter();
            all.map(prepare).collect::<io::Result<_>>()?
        };
        Ok(Self {
            app: Arc::new(app),
            straight: None,
            settings,
            connections,
            intake,
            refused,
            listeners,
            runtime: Some(runtime),
        })
    }

    /// Requests go this way first.
    #[must_use]
    pub fn with_straight_way(mut self, straight: Arc<dyn StraightWay>) -> Self {
        self.straight = Some(straight);
        self
    }
}

/// What is written to a client is whole, and nothing is gained by waiting for more. The
/// system gives connections that setting of their listener, which may be another process's
/// work.
fn prepare(listener: TcpListener) -> io::Result<tokio::net::TcpListener> {
    SockRef::from(&listener).set_tcp_nodelay(true)?;
    tokio::net::TcpListener::from_std(listener)
}

/// A worker takes in less than it serves until it asks for more, so its queue runs empty
/// each time, and who has to wait does so in the system's queue, in order. With tokio's own
/// numbers a worker takes in 1,024 at once and moves what it can't hold to a queue that all
/// share: a thousand busy clients are then served in bursts, some of them seconds late.
fn runtime(workers: usize, intake: &Arc<Intake>) -> io::Result<Runtime> {
    let (resting, rested) = (intake.clone(), intake.clone());
    Builder::new_multi_thread()
        .worker_threads(workers)
        .global_queue_interval(COMMON)
        .event_interval(BATCH)
        .max_io_events_per_tick(NEWS as usize)
        .on_thread_park(move || resting.rest())
        .on_thread_unpark(move || rested.rested())
        .thread_name("gateway")
        .enable_all()
        .build()
}

#[async_trait]
impl<A: HttpServerApp + Send + Sync + 'static> Service for GuardService<A> {
    async fn start_service(
        &mut self,
        _fds: Option<ListenFds>,
        _shutdown: ShutdownWatch,
        _listeners_per_fd: usize,
    ) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        let shared = Arc::new(Shared {
            app: self.app.clone(),
            straight: self.straight.clone(),
            settings: self.settings.clone(),
            connections: self.connections.clone(),
            intake: self.intake.clone(),
            refused: self.refused.clone(),
            overloaded: answer(Failure::Overloaded, None, false).into(),
            shutdown: self.connections.leaving.announcement(),
        });
        let listeners = std::mem::take(&mut self.listeners);
        let serve = async move {
            let mut accepting = JoinSet::new();
            for listener in listeners {
                accepting.spawn(accept(listener, shared.clone()));
            }
            accepting.join_all().await;
            shared.connections.close();
            shared.connections.drained().await;
            shared.app.http_cleanup().await;
        };
        let abandoned = tokio::select! {
            served = runtime.spawn(serve) => {
                if let Err(error) = served {
                    error!("serving ended early: {error}");
                }
                false
            }
            () = self.connections.is_abandoned() => true,
        };
        if abandoned {
            // Each request that is dropped is told of; this waits for that.
            let dropped = move || runtime.shutdown_timeout(DROPPING);
            let _ = tokio::task::spawn_blocking(dropped).await;
        } else {
            // A runtime may not be dropped where another one runs.
            runtime.shutdown_background();
        }
        self.connections.end();
    }

    fn name(&self) -> &str {
        "gateway"
    }

    /// The work is done on the guard's own threads.
    fn threads(&self) -> Option<usize> {
        Some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connections_have_what_their_listener_has() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let listener = prepare(listener).unwrap();
        let client = tokio::net::TcpStream::connect(listener.local_addr().unwrap());
        let (_client, accepted) = tokio::join!(client, listener.accept());
        assert!(accepted.unwrap().0.nodelay().unwrap());
    }
}
