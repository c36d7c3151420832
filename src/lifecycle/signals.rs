//! The signals that operators, Kubernetes and systemd send.

use std::io;

use rustix::process::Signal as System;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGTERM: stop once clients have turned elsewhere.
    Terminate,
    /// SIGINT: stop without waiting for them.
    Interrupt,
    /// SIGQUIT: hand over to the process that waits for it.
    HandOver,
    /// SIGHUP: read the configuration again.
    Reload,
    /// SIGUSR1: open the access log's file again.
    Reopen,
}

impl Signal {
    /// As operators know it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
            Self::HandOver => "SIGQUIT",
            Self::Reload => "SIGHUP",
            Self::Reopen => "SIGUSR1",
        }
    }
}

/// Receives them from now on; until then they do what the system does by default.
#[derive(Debug)]
pub(super) struct Signals {
    term: Stream,
    int: Stream,
    quit: Stream,
    hup: Stream,
    usr1: Stream,
}

impl Signals {
    /// Needs a runtime.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn listen() -> io::Result<Self> {
        // A write beyond the limit on the size of files (RLIMIT_FSIZE) is to fail, as on a
        // full disk. Unless somebody listens, ever, it ends the process.
        drop(signal(SignalKind::from_raw(System::XFSZ.as_raw()))?);
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hup: signal(SignalKind::hangup())?,
            usr1: signal(SignalKind::user_defined1())?,
        })
    }

    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.term.recv() => Signal::Terminate,
            _ = self.int.recv() => Signal::Interrupt,
            _ = self.quit.recv() => Signal::HandOver,
            _ = self.hup.recv() => Signal::Reload,
            _ = self.usr1.recv() => Signal::Reopen,
        }
    }
}
