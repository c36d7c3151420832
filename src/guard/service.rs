//! The guard as a service of Pingora's server, on a runtime of its own.

use std::io;
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use async_trait::async_trait;
use log::error;
use pingora_core::apps::HttpServerApp;
use pingora_core::server::{ListenFds, ShutdownWatch};
use pingora_core::services::Service;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::accept::accept;
use super::answer::answer;
use super::connection::Shared;
use super::connections::Connections;
use super::settings::Settings;
use crate::failure::Failure;

/// What a look at the sockets tells a worker at most.
const NEWS: u32 = 32;

/// Tasks that it runs before it looks again.
const BATCH: u32 = 2 * NEWS;

/// How often one of them comes from the common queue.
const COMMON: u32 = 4;

/// Serves an application to the clients of some listeners.
pub struct GuardService<A> {
    app: Arc<A>,
    settings: Arc<Settings>,
    connections: Arc<Connections>,
    listeners: Vec<(String, TcpListener)>,
    /// Until it is started.
    runtime: Option<Runtime>,
}

impl<A> GuardService<A> {
    /// `listeners` are bound, with the addresses under which a successor asks for them.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(
        app: A,
        settings: Settings,
        connections: Arc<Connections>,
        listeners: Vec<(String, TcpListener)>,
        workers: usize,
    ) -> io::Result<Self> {
        Ok(Self {
            app: Arc::new(app),
            settings: Arc::new(settings),
            connections,
            listeners,
            runtime: Some(runtime(workers)?),
        })
    }
}

/// A worker takes in less than it serves until it asks for more, so its queue runs empty
/// each time, and who has to wait does so in the system's queue, in order. With tokio's own
/// numbers a worker takes in 1,024 at once and moves what it can't hold to a queue that all
/// share: a thousand busy clients are then served in bursts, some of them seconds late.
fn runtime(workers: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .global_queue_interval(COMMON)
        .event_interval(BATCH)
        .max_io_events_per_tick(NEWS as usize)
        .thread_name("gateway")
        .enable_all()
        .build()
}

#[async_trait]
impl<A: HttpServerApp + Send + Sync + 'static> Service for GuardService<A> {
    async fn start_service(
        &mut self,
        fds: Option<ListenFds>,
        shutdown: ShutdownWatch,
        _listeners_per_fd: usize,
    ) {
        if let Some(fds) = fds {
            let mut table = fds.lock();
            for (address, listener) in &self.listeners {
                table.add(address.clone(), listener.as_raw_fd());
            }
        }
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        let shared = Arc::new(Shared {
            app: self.app.clone(),
            settings: self.settings.clone(),
            connections: self.connections.clone(),
            overloaded: answer(Failure::Overloaded, None, false).into(),
            shutdown: shutdown.clone(),
        });
        let listeners = std::mem::take(&mut self.listeners);
        let serve = async move {
            let mut accepting = JoinSet::new();
            for (address, listener) in listeners {
                match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => {
                        accepting.spawn(accept(listener, shared.clone(), shutdown.clone()));
                    }
                    Err(error) => error!("can't accept on {address}: {error}"),
                }
            }
            accepting.join_all().await;
            shared.connections.drain();
            shared.app.http_cleanup().await;
            shared.connections.close();
            shared.connections.drained().await;
        };
        if let Err(error) = runtime.spawn(serve).await {
            error!("serving ended early: {error}");
        }
        // A runtime may not be dropped where another one runs.
        runtime.shutdown_background();
    }

    fn name(&self) -> &str {
        "gateway"
    }

    /// The work is done on the guard's own threads.
    fn threads(&self) -> Option<usize> {
        Some(1)
    }
}
