//! SIGTERM, SIGINT, SIGQUIT and SIGHUP stop with grace; a later one stops at once.

use std::io;

use async_trait::async_trait;
use log::{error, info, warn};
use pingora_core::server::{ShutdownSignal, ShutdownSignalWatch};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for the signals that stop the gateway.
#[derive(Debug)]
pub(super) struct Signals;

struct Stop {
    term: Signal,
    int: Signal,
    quit: Signal,
    hup: Signal,
}

impl Stop {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.int.recv() => "SIGINT",
            _ = self.quit.recv() => "SIGQUIT",
            _ = self.hup.recv() => "SIGHUP",
        }
    }
}

#[async_trait]
impl ShutdownSignalWatch for Signals {
    async fn recv(&self) -> ShutdownSignal {
        let mut stop = match Stop::listen() {
            Ok(stop) => stop,
            Err(error) => {
                error!("can't listen for signals: {error}; only SIGKILL can stop this process");
                return std::future::pending().await;
            }
        };
        let name = stop.next().await;
        info!("{name}: stopping; the requests in flight are finished first");
        tokio::spawn(async move {
            let name = stop.next().await;
            warn!("{name} again: stopping at once");
            std::process::exit(1);
        });
        ShutdownSignal::GracefulTerminate
    }
}
