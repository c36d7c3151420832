//! Starting the process that is to take over.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use log::error;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::channel::Channel;
use super::door::Order;
use super::exchange::{HandoffError, Sockets, hand_over};
use super::message::Message;

/// How long a new process may take until it is ready for the sockets: it reads its
/// configuration and looks its services up.
const READY: Duration = Duration::from_secs(6);

/// Why an upgrade came to nothing.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum StartError {
    /// The program can't be executed.
    #[error("can't start {program}: {source}")]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        source: io::Error,
    },
    /// Its log or standard error says why.
    #[error("the new process ended before it was ready: {0}; its own messages say why")]
    Ended(String),
    /// Whoever asked has given up.
    #[error("whoever asked for it has gone: {0}")]
    Unwanted(io::Error),
    /// It hangs.
    #[error("the new process was not ready within {READY:?}")]
    Late,
    /// The exchange failed.
    #[error(transparent)]
    Handoff(#[from] HandoffError),
}

/// Starts a program as the successor of this one, with the same streams and in the same
/// place of the process tree, and hands over to it. `successors` tells who has come to
/// the door since. Gives the pid that serves from now on, with its channel; dropped early,
/// it ends the new process.
pub(in super::super) async fn start_successor(
    order: &Order,
    sockets: &Sockets,
    mut successors: mpsc::Receiver<(Channel, u32)>,
    progress: &Channel,
) -> Result<(u32, Channel), StartError> {
    tell(progress, "starting a new process".to_owned()).await?;
    let mut child = spawn(order)?;
    let pid = child.id().unwrap_or_default();
    tell(progress, format!("process {pid} is started")).await?;
    let end = Instant::now() + READY;
    let handed = tokio::select! {
        ended = child.wait() => Err(ended_as(ended)),
        channel = timeout_at(end, ready(&mut successors, pid)) => match channel {
            Ok(Ok(channel)) => finish(channel, sockets, progress, pid).await,
            Ok(Err(error)) => Err(error),
            Err(_) => Err(StartError::Late),
        },
    };
    match handed {
        Ok(channel) => {
            tokio::spawn(outlive(child, pid));
            Ok((pid, channel))
        }
        Err(error) => {
            // It may have ended by itself and left a better reason than its silence.
            let ended = child.try_wait();
            let _ = child.kill().await;
            match (ended, error) {
                (Ok(Some(status)), StartError::Handoff(HandoffError::Lost(_))) => {
                    Err(StartError::Ended(status.to_string()))
                }
                (_, error) => Err(error),
            }
        }
    }
}

fn spawn(order: &Order) -> Result<Child, StartError> {
    Command::new(&order.program)
        .args(["run", "--upgrade", "--config"])
        .arg(&order.config)
        .envs(&order.variables)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| StartError::Start {
            program: order.program.display().to_string(),
            source,
        })
}

/// Waits until the process is at the door.
async fn ready(
    successors: &mut mpsc::Receiver<(Channel, u32)>,
    pid: u32,
) -> Result<Channel, StartError> {
    while let Some((channel, _)) = successors.recv().await {
        if channel.pid().and_then(|of| u32::try_from(of).ok()) == Some(pid) {
            return Ok(channel);
        }
        let why = format!("an upgrade to process {pid} is under way");
        channel.refuse(&why).await;
    }
    Err(StartError::Late)
}

fn ended_as(ended: io::Result<std::process::ExitStatus>) -> StartError {
    StartError::Ended(match ended {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    })
}

/// Keeps the handle of the process that serves now: dropping it would end that process.
async fn outlive(mut child: Child, pid: u32) {
    if let Ok(status) = child.wait().await {
        error!("process {pid}, which took over, has ended: {status}");
    }
}

async fn finish(
    mut channel: Channel,
    sockets: &Sockets,
    progress: &Channel,
    pid: u32,
) -> Result<Channel, StartError> {
    tell(progress, format!("process {pid} is ready")).await?;
    hand_over(&mut channel, sockets).await?;
    Ok(channel)
}

/// Whoever has given up says that nothing was upgraded: then that has to be so.
async fn tell(channel: &Channel, text: String) -> Result<(), StartError> {
    let told = channel.send(&Message::Progress { text }).await;
    told.map_err(StartError::Unwanted)
}
