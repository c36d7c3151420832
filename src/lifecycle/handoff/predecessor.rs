//! The new process's part of the exchange.

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use super::channel::Channel;
use super::message::Message;

/// How long the process that serves may take to answer.
const ANSWER: Duration = Duration::from_secs(2);

/// How long a new process waits for the sockets. A person may have to ask for them.
const SOCKETS: Duration = Duration::from_secs(60);

/// Why there is no handoff, as the new process sees it.
#[derive(Debug, thiserror::Error)]
pub enum MeetError {
    /// Nobody listens, or nobody who may.
    #[error("no gateway serves at {path}: {source}; start without --upgrade")]
    Nobody {
        /// `server.upgrade_socket`.
        path: PathBuf,
        /// What connecting said.
        source: io::Error,
    },
    /// It doesn't want to, or no more.
    #[error("the gateway that serves refused: {0}")]
    Refused(String),
    /// It broke the connection.
    #[error("the gateway that serves broke off: {0}")]
    Lost(#[from] io::Error),
    /// It says nothing.
    #[error("the gateway that serves said nothing for {0:?}")]
    Silent(Duration),
}

/// The process that serves now.
#[derive(Debug)]
pub(in super::super) struct Predecessor {
    channel: Channel,
    pub(in super::super) pid: u32,
}

/// The open files that it gave.
#[derive(Debug, Default)]
pub(in super::super) struct Inherited(HashMap<String, OwnedFd>);

impl Inherited {
    pub(in super::super) fn take(&mut self, name: &str) -> Option<OwnedFd> {
        self.0.remove(name)
    }

    /// What nobody took of those that begin like this, without that beginning.
    pub(in super::super) fn left(&self, begin: &str) -> impl Iterator<Item = &str> {
        self.0
            .keys()
            .filter_map(move |name| name.strip_prefix(begin))
    }
}

impl Predecessor {
    /// Finds it.
    pub(in super::super) async fn meet(path: &Path) -> Result<Self, MeetError> {
        let channel = Channel::connect(path).await;
        let mut channel = channel.map_err(|source| MeetError::Nobody {
            path: path.to_owned(),
            source,
        })?;
        channel.send(&Message::successor()).await?;
        match within(ANSWER, &mut channel).await? {
            Message::Welcome { pid, .. } => Ok(Self { channel, pid }),
            other => Err(unexpected(other)),
        }
    }

    /// Says that all is ready, and waits for the sockets.
    pub(in super::super) async fn inherit(&mut self) -> Result<Inherited, MeetError> {
        self.channel.send(&Message::Ready).await?;
        let names = match within(SOCKETS, &mut self.channel).await? {
            Message::Sockets { names } => names,
            other => return Err(unexpected(other)),
        };
        let files = self.channel.take_files();
        if files.len() != names.len() {
            let why = format!("{} sockets came for {} names", files.len(), names.len());
            return Err(MeetError::Refused(why));
        }
        Ok(Inherited(names.into_iter().zip(files).collect()))
    }

    /// Says that it can serve. From `Ok` on it has to: nobody else does.
    pub(in super::super) async fn succeed(&mut self) -> Result<(), MeetError> {
        self.channel.send(&Message::Serving).await?;
        // However long it takes: it may have committed already.
        match self.channel.receive().await {
            Ok(Message::Committed) => Ok(()),
            Ok(other) => Err(unexpected(other)),
            // It died: whoever has the sockets serves.
            Err(_) => Ok(()),
        }
    }

    /// Says that it has taken over all there is.
    pub(in super::super) async fn settled(self) {
        // Whoever doesn't hear it has gone.
        let _ = self.channel.send(&Message::Settled).await;
    }

    /// Says why it doesn't come to that.
    pub(in super::super) async fn give_up(self, why: &str) {
        // It learns the same from the end of the connection.
        let _ = self.channel.send(&Message::refused(why)).await;
    }
}

async fn within(limit: Duration, channel: &mut Channel) -> Result<Message, MeetError> {
    let said = timeout(limit, channel.receive()).await;
    Ok(said.map_err(|_| MeetError::Silent(limit))??)
}

fn unexpected(message: Message) -> MeetError {
    MeetError::Refused(match message {
        Message::Refused { why } => why,
        other => format!("it said {other:?}"),
    })
}
