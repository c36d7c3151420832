//! The old process's part of the exchange.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use tokio::time::timeout;

use super::channel::Channel;
use super::message::Message;

/// How long a successor that is ready may take to serve with the sockets it gets.
const SERVING: Duration = Duration::from_millis(1500);

/// Why the old process keeps serving.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum HandoffError {
    /// It said so itself.
    #[error("the new process gave up: {0}")]
    GaveUp(String),
    /// It ended, or broke the connection.
    #[error("the new process was lost before it served: {0}")]
    Lost(#[from] io::Error),
    /// It hangs.
    #[error("the new process got the sockets and didn't serve within {SERVING:?}")]
    Late,
    /// Neither of the above.
    #[error("the new process said {0} where nobody expected it")]
    Confused(String),
}

/// The open files that go over, with the names under which a successor asks for them.
#[derive(Debug, Default)]
pub(in super::super) struct Sockets(Vec<(String, OwnedFd)>);

impl Sockets {
    /// Adds a file; ours stays open.
    ///
    /// # Errors
    /// When the process may have no more open files.
    pub(in super::super) fn add(&mut self, name: String, file: impl AsFd) -> io::Result<()> {
        let copy = file.as_fd().try_clone_to_owned()?;
        self.0.push((name, copy));
        Ok(())
    }
}

/// Gives the sockets to a successor that is ready. After `Ok` it serves, and the caller
/// has to stop accepting; after an error nothing has happened.
pub(in super::super) async fn hand_over(
    channel: &mut Channel,
    sockets: &Sockets,
) -> Result<(), HandoffError> {
    let (names, files): (Vec<_>, Vec<_>) = sockets
        .0
        .iter()
        .map(|(name, file)| (name.clone(), file.as_fd()))
        .unzip();
    channel
        .send_with(&Message::Sockets { names }, &files)
        .await?;
    let committed = commit(channel).await;
    if let Err(error) = &committed {
        // It may say that it serves just now: it has to learn that it is too late.
        let _ = channel.send(&Message::refused(error)).await;
    }
    committed
}

async fn commit(channel: &mut Channel) -> Result<(), HandoffError> {
    let said = timeout(SERVING, channel.receive()).await;
    match said.map_err(|_| HandoffError::Late)?? {
        Message::Serving => Ok(channel.send(&Message::Committed).await?),
        Message::Refused { why } => Err(HandoffError::GaveUp(why)),
        other => Err(HandoffError::Confused(format!("{other:?}"))),
    }
}

/// Waits until the successor has taken over all there is, but not for long: it serves
/// anyway. False when it has ended instead.
pub(in super::super) async fn settled(channel: &mut Channel) -> bool {
    !matches!(timeout(SERVING, channel.receive()).await, Ok(Err(_)))
}
