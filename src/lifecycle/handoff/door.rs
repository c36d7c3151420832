//! Where the serving process hears of those who want to take over.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use log::{debug, warn};
use tokio::net::UnixListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::channel::Channel;
use super::message::{Message, PROTOCOL, agree};

/// How long a visitor may take to say what it wants.
const FIRST_WORD: Duration = Duration::from_secs(1);

/// How long a new process may take to get ready.
const READY: Duration = Duration::from_secs(8);

/// Visitors that are listened to at once.
const AT_ONCE: usize = 16;

/// Accepts visitors for as long as it is there.
#[derive(Debug)]
pub(in super::super) struct Door(tokio::task::JoinHandle<()>);

/// Who came.
#[derive(Debug)]
pub(in super::super) enum Visitor {
    /// Somebody asks for an upgrade.
    Upgrade(Channel, Order),
    /// A new process is ready to take over.
    Successor(Channel, u32),
}

/// What is to be started.
#[derive(Debug)]
pub(in super::super) struct Order {
    pub(super) program: PathBuf,
    pub(super) config: PathBuf,
    pub(super) variables: BTreeMap<String, String>,
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (program, config) = (self.program.display(), self.config.display());
        write!(f, "starting {program} with {config}")
    }
}

impl Door {
    /// Announces visitors who made themselves understood.
    pub(in super::super) fn open(listener: UnixListener, visitors: mpsc::Sender<Visitor>) -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self(tokio::spawn(async move {
            // It is never closed.
            while let Ok(place) = places.clone().acquire_owned().await {
                let stream = match listener.accept().await {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        warn!("the upgrade socket: {error}");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                        continue;
                    }
                };
                let visitors = visitors.clone();
                tokio::spawn(async move {
                    let _place = place;
                    let met = async { greet(Channel::accepted(stream)?).await };
                    match met.await {
                        Ok(visitor) => drop(visitors.send(visitor).await),
                        Err::<_, io::Error>(error) => debug!("the upgrade socket: {error}"),
                    }
                });
            }
        }))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn greet(mut channel: Channel) -> io::Result<Visitor> {
    let said = match timeout(FIRST_WORD, channel.receive()).await? {
        Ok(said) => said,
        Err(error) => {
            channel.refuse("that opens no conversation").await;
            return Err(error);
        }
    };
    match said {
        Message::Upgrade {
            protocol,
            oldest,
            program,
            config,
            variables,
        } => {
            agreed(&channel, protocol, oldest).await?;
            let order = Order {
                program,
                config,
                variables,
            };
            Ok(Visitor::Upgrade(channel, order))
        }
        Message::Successor {
            protocol,
            oldest,
            pid,
        } => {
            let common = agreed(&channel, protocol, oldest).await?;
            channel.send(&Message::welcome(common)).await?;
            match timeout(READY, channel.receive()).await?? {
                Message::Ready => Ok(Visitor::Successor(channel, pid)),
                other => Err(io::Error::other(format!("process {pid}: {other:?}"))),
            }
        }
        other => {
            channel.refuse("that opens no conversation").await;
            Err(io::Error::other(format!("it began with {other:?}")))
        }
    }
}

/// The protocol for this conversation.
async fn agreed(channel: &Channel, protocol: u32, oldest: u32) -> io::Result<u32> {
    if let Some(common) = agree(protocol, oldest) {
        return Ok(common);
    }
    let why = format!(
        "the gateway that serves speaks protocol {PROTOCOL}, not {protocol}: restart it instead"
    );
    channel.refuse(&why).await;
    Err(io::Error::other(why))
}
