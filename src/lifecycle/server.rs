//! The Pingora server around the gateway.

use std::process::exit;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use http::header::InvalidHeaderValue;
use log::{info, warn};
use pingora_core::server::configuration::ServerConf;
use pingora_core::server::{RunArgs, Server};
use pingora_core::services::background::background_service;
use pingora_proxy::http_proxy;

use super::files;
use super::listeners::Listeners;
use super::signals::Signals;
use crate::config::Config;
use crate::guard::{Connections, GuardService, Settings};
use crate::proxy::{Gateway, MAX_TRIES, Snapshot};
use crate::upstream::Refresher;

/// How long requests in flight may take once the gateway is told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Unused connections to services that are kept, all services together.
const POOL_SIZE: usize = 1024;

/// Why the gateway can't start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A service's host can't be sent as a header.
    #[error("a service's host can't be a header: {0}")]
    Host(#[from] InvalidHeaderValue),
    /// The system gives no threads.
    #[error("can't start a thread: {0}; is the process limit reached?")]
    Thread(#[from] std::io::Error),
}

/// Serves until a signal ends the process.
///
/// # Errors
/// What keeps the gateway from starting; once it serves it doesn't return with one.
pub fn serve(config: Config, listeners: Listeners) -> Result<(), ServeError> {
    let threads = config.server.threads.map_or_else(cpu_limit, Into::into);
    let limits = &config.server.limits;
    // A request has a connection to its service, too.
    files::allow(limits.connections + limits.in_flight.unwrap_or(limits.connections));
    let dns = config.dns.clone();
    let settings = Settings::new(&config);
    let connections = Arc::new(Connections::new(config.server.limits.connections));
    let addresses: Vec<_> = listeners.addresses().collect();
    let snapshot = Arc::new(Snapshot::new(config)?);
    let upstreams = snapshot.upstreams().clone();

    let mut server = Server::new_with_opt_and_conf(None, server_conf(threads));
    server.bootstrap();
    let proxy = http_proxy(&server.configuration, Gateway::new(snapshot));
    server.add_service(GuardService::new(
        proxy,
        settings,
        connections.clone(),
        listeners.into_sockets(),
        threads,
    )?);
    let mut refresher = background_service("dns", Refresher::new(upstreams, dns));
    refresher.threads = Some(1);
    server.add_service(refresher);

    exit_when_drained(connections.clone())?;
    for address in addresses {
        info!("listening on {address}, {threads} worker threads");
    }
    server.run(RunArgs {
        shutdown_signal: Box::new(Signals),
    });
    Ok(())
}

fn cpu_limit() -> usize {
    // It knows the quota of the container's cgroup.
    thread::available_parallelism().map_or(1, Into::into)
}

fn server_conf(threads: usize) -> ServerConf {
    ServerConf {
        threads,
        upstream_keepalive_pool_size: POOL_SIZE,
        // Pingora counts the first try as a retry.
        max_retries: MAX_TRIES,
        grace_period_seconds: Some(2 * GRACE.as_secs()),
        graceful_shutdown_timeout_seconds: Some(0),
        ..ServerConf::default()
    }
}

/// Pingora sleeps through its whole grace period; this ends the process as soon
/// as the listeners are closed and the last client has its answer, and before
/// Pingora drops what is left.
fn exit_when_drained(connections: Arc<Connections>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    thread::Builder::new().name("drain".into()).spawn(move || {
        let drained = runtime.block_on(async {
            connections.closing().await;
            tokio::time::timeout(GRACE, connections.drained())
                .await
                .is_ok()
        });
        if drained {
            info!("stopped: no request was cut");
        } else {
            let cut = connections.open();
            warn!("stopped: {cut} connections were cut after {GRACE:?}");
        }
        exit(0);
    })?;
    Ok(())
}
