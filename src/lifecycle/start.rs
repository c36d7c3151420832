//! How a gateway comes to life, and why it may not.

use std::io;

use http::header::InvalidHeaderValue;

use super::handoff::MeetError;
use super::listeners::BindError;
use super::runtime_dir::ClaimError;
use super::source::Source;

/// Why the gateway can't start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A service's host can't be sent as a header.
    #[error("a service's host can't be a header: {0}")]
    Host(#[from] InvalidHeaderValue),
    /// The system gives no threads or no files.
    #[error("can't start: {0}; is a limit on processes or open files reached?")]
    System(#[from] io::Error),
    /// The access log can't be written.
    #[error("access_log.output: {0}; name a file that this user may write, or stdout, or off")]
    AccessLog(io::Error),
    /// An address can't be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The gateway's own files can't be had.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// It was told to stop before it took over.
    #[error("told to stop before it took over")]
    Stopped,
    /// There is no predecessor to take over from, or it doesn't hand over.
    #[error(transparent)]
    Meet(#[from] MeetError),
}

/// How a gateway comes to life.
#[derive(Debug)]
pub struct Start {
    /// Where its configuration comes from and is read again; `None` for one that
    /// nobody can change.
    pub source: Option<Source>,
    /// Whether it takes over from the one that serves.
    pub upgrade: bool,
    /// Whether it may be taken over from; it has files of its own for that.
    pub runtime_dir: bool,
}
