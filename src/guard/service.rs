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

/// Tasks that a worker runs between two looks at the sockets, and the most that a look
/// tells it.
const BATCH: u32 = 64;

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

/// Tasks wait in one queue and every worker asks it each time: with tokio's own
/// intervals a thousand busy clients are served in bursts, and the slowest of them wait
/// three times as long.
///
/// What a worker has beside that queue waits until the queue is empty. So it takes no
/// more news of sockets at once than it runs tasks until it asks for more: with tokio's
/// 1,024 the queue was never empty on a busy machine, and some clients waited for two
/// seconds.
fn runtime(workers: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .global_queue_interval(1)
        .event_interval(BATCH)
        .max_io_events_per_tick(BATCH as usize)
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
