//! `api-gateway upgrade`'s side: asking the process that serves.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use super::channel::Channel;
use super::message::{Message, OLDEST, PROTOCOL};

/// How long the process that serves may be silent. It gives a new process up before.
const SILENCE: Duration = Duration::from_secs(10);

/// Why nothing was upgraded.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// There is nobody to ask.
    #[error(
        "no gateway serves at {path}: {source}; is one running with this server.upgrade_socket?"
    )]
    Nobody {
        /// `server.upgrade_socket`.
        path: PathBuf,
        /// What connecting said.
        source: io::Error,
    },
    /// The process that serves says why.
    #[error("{0}; the old process serves on")]
    Refused(String),
    /// The new process took over and ended.
    #[error("{0}; nobody serves any more")]
    Outage(String),
    /// It ended or hangs.
    #[error("the gateway that serves broke off: {0}")]
    Lost(#[from] io::Error),
}

/// Asks the process that listens at `socket` to hand over to `program` with `config`, and
/// waits until that is done. Progress goes to `out`. Gives the pid that serves now.
///
/// # Errors
/// When it came to nothing; then the old process serves on.
pub fn request_upgrade(
    socket: &Path,
    program: PathBuf,
    config: PathBuf,
    variables: BTreeMap<String, String>,
    out: &mut dyn Write,
) -> Result<u32, UpgradeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let order = Message::Upgrade {
        protocol: PROTOCOL,
        oldest: OLDEST,
        program,
        config,
        variables,
    };
    runtime.block_on(ask(socket, &order, out))
}

async fn ask(socket: &Path, order: &Message, out: &mut dyn Write) -> Result<u32, UpgradeError> {
    let channel = Channel::connect(socket).await;
    let mut channel = channel.map_err(|source| UpgradeError::Nobody {
        path: socket.to_owned(),
        source,
    })?;
    channel.send(order).await?;
    loop {
        let said = timeout(SILENCE, channel.receive()).await;
        match said.map_err(io::Error::from)?? {
            Message::Progress { text } => writeln!(out, "{text}")?,
            Message::Done { pid } => return Ok(pid),
            Message::Refused { why } => return Err(UpgradeError::Refused(why)),
            Message::Outage { why } => return Err(UpgradeError::Outage(why)),
            other => return Err(UpgradeError::Refused(format!("it said {other:?}"))),
        }
    }
}
