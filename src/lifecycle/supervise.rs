//! The parent of a gateway in a container: it outlives the handoffs.
//!
//! A container ends with its first process, so that one can't be a gateway, which ends
//! when it has handed over. This parent starts a gateway, passes signals on to it and
//! its successors, collects whoever ends, and ends with the last of them. It starts
//! nothing again: that is for whoever runs the container.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use log::warn;
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process_group, set_child_subreaper,
    test_kill_process_group, wait,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Passed on as they come.
const PASSED_ON: [(SignalKind, Signal); 5] = [
    (SignalKind::terminate(), Signal::TERM),
    (SignalKind::interrupt(), Signal::INT),
    (SignalKind::quit(), Signal::QUIT),
    (SignalKind::hangup(), Signal::HUP),
    (SignalKind::user_defined1(), Signal::USR1),
];

/// What shells add to the number of the signal that ended a process.
const KILLED: i32 = 128;

/// Why there is nothing to supervise.
#[derive(Debug, thiserror::Error)]
pub enum SuperviseError {
    /// The gateway's program can't be started.
    #[error("can't start the gateway: {0}")]
    Start(io::Error),
    /// The system refuses what a parent needs.
    #[error("can't supervise: {0}")]
    System(#[from] io::Error),
}

/// Runs this program with these arguments until it and all its successors have ended.
/// Gives the exit code of the last.
///
/// # Errors
/// When it can't be started.
pub fn supervise(arguments: &[OsString]) -> Result<u8, SuperviseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(arguments))
}

async fn run(arguments: &[OsString]) -> Result<u8, SuperviseError> {
    let (passed, mut signals) = mpsc::channel(PASSED_ON.len());
    for (kind, number) in PASSED_ON {
        let (passed, mut stream) = (passed.clone(), signal(kind)?);
        tokio::spawn(async move {
            while stream.recv().await.is_some() && passed.send(number).await.is_ok() {}
        });
    }
    let mut ended = signal(SignalKind::child())?;
    // Successors become our children when their parents end.
    set_child_subreaper(Some(getpid())).map_err(io::Error::from)?;
    let program = std::env::current_exe()?;
    let child = Command::new(program)
        .args(arguments)
        // A group of its own: whoever it starts is in it, and we aren't.
        .process_group(0)
        .spawn()
        .map_err(SuperviseError::Start)?;
    let group = Pid::from_child(&child);
    let mut code = 0;
    loop {
        tokio::select! {
            Some(number) = signals.recv() => {
                if let Err(error) = kill_process_group(group, number) {
                    warn!("can't pass {number:?} on: {error}");
                }
            }
            _ = ended.recv() => {
                while let Some(last) = collect()? {
                    code = last;
                }
                // Others that became ours aren't waited for.
                if test_kill_process_group(group) == Err(Errno::SRCH) {
                    return Ok(code);
                }
            }
        }
    }
}

/// Collects a child that has ended; `None` when all that are left still run.
fn collect() -> io::Result<Option<u8>> {
    match wait(WaitOptions::NOHANG) {
        Ok(Some((_, status))) => {
            let killed = status.terminating_signal().map(|signal| KILLED + signal);
            let code = status.exit_status().or(killed).unwrap_or(1);
            Ok(Some(u8::try_from(code).unwrap_or(u8::MAX)))
        }
        Ok(None) | Err(Errno::CHILD) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
