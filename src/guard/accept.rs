//! Takes connections in.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use log::warn;
use pingora_core::apps::HttpServerApp;
use pingora_core::protocols::SocketDigest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::connection::{Connection, Shared};
use super::control::Control;
use super::leaving::Accepting;
use crate::accepting::{Failures, Seldom};
use crate::failure::Failure;

/// How long a client that was refused may take to read so.
const FAREWELL: Duration = Duration::from_millis(200);

/// How often a connection too many leaves a line in the access log. All are counted.
const LINE: Duration = Duration::from_secs(1);

/// Nobody comes any more when nobody has come for this long.
const PAUSE: Duration = Duration::from_millis(50);

/// How long that is waited for.
const LAST: Duration = Duration::from_secs(1);

/// Accepts until that is ended, and then those that had connected before.
pub(super) async fn accept<A: HttpServerApp + Send + Sync + 'static>(
    listener: TcpListener,
    shared: Arc<Shared<A>>,
) {
    let mut failures = Failures::default();
    let mut refusals = Refusals::default();
    let mut closed = pin!(shared.connections.leaving.closed());
    let how = loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => take(&shared, socket, peer, &mut refusals),
                Err(error) => failures.after(&error).await,
            },
            how = &mut closed => break how,
        }
    };
    if how == Accepting::UntilQuiet {
        let rest = async {
            while let Ok(accepted) = timeout(PAUSE, listener.accept()).await {
                match accepted {
                    Ok((socket, peer)) => take(&shared, socket, peer, &mut refusals),
                    Err(error) => failures.after(&error).await,
                }
            }
        };
        // Where somebody always comes, somebody is turned away.
        let _ = timeout(LAST, rest).await;
    }
}

/// When connections too many are told of.
struct Refusals {
    lines: Seldom,
    warnings: Seldom,
}

impl Default for Refusals {
    fn default() -> Self {
        Self {
            lines: Seldom::every(LINE),
            warnings: Seldom::default(),
        }
    }
}

fn take<A: HttpServerApp + Send + Sync + 'static>(
    shared: &Arc<Shared<A>>,
    socket: TcpStream,
    peer: SocketAddr,
    refusals: &mut Refusals,
) {
    if start(shared, socket, peer) {
        return;
    }
    if refusals.lines.may_tell() {
        let client = peer.ip().to_canonical();
        // An id would take time that is short just now.
        (shared.refused)(Failure::Overloaded, client, "");
    }
    if refusals.warnings.may_tell() {
        let connections = &shared.connections;
        warn!(
            "limits.connections {} is reached: {} refused so far",
            connections.most(),
            connections.refused()
        );
    }
}

/// False when there is no room for the connection.
fn start<A: HttpServerApp + Send + Sync + 'static>(
    shared: &Arc<Shared<A>>,
    socket: TcpStream,
    peer: SocketAddr,
) -> bool {
    let digest = SocketDigest::from_raw_fd(socket.as_raw_fd());
    let _ = digest.peer_addr.set(Some(peer.into()));
    let digest = Arc::new(digest);
    let control = Arc::new(Control::new(Some(digest.clone()), shared.intake.clone()));
    let Some(place) = shared.connections.enter(&control) else {
        tokio::spawn(turn_away(socket, shared.overloaded.clone()));
        return false;
    };
    let shared = shared.clone();
    tokio::spawn(async move {
        let _place = place;
        Connection::run(shared, control, socket, peer, digest).await;
    });
    true
}

/// One connection too many: it is told so and closed.
async fn turn_away(mut socket: TcpStream, answer: Arc<[u8]>) {
    let farewell = async {
        socket.write_all(&answer).await?;
        socket.shutdown().await?;
        // What it has sent is read, lest closing resets the answer away.
        let mut rest = [0; 1 << 10];
        while socket.read(&mut rest).await? > 0 {}
        io::Result::Ok(())
    };
    let _ = timeout(FAREWELL, farewell).await;
}
