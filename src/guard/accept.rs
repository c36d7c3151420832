//! Takes connections in.

use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::{debug, warn};
use pingora_core::apps::HttpServerApp;
use pingora_core::protocols::SocketDigest;
use pingora_core::server::ShutdownWatch;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::connection::{Connection, Shared};
use super::control::Control;

/// How long accepting rests when the system has no room for a connection.
const BACK_OFF: Duration = Duration::from_millis(100);

/// How long a client that was refused may take to read so.
const FAREWELL: Duration = Duration::from_millis(200);

/// How often what happens to many connections is told.
const REPEAT: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Seldom(Option<Instant>);

impl Seldom {
    fn may_tell(&mut self) -> bool {
        let may = self.0.is_none_or(|at| at.elapsed() >= REPEAT);
        if may {
            self.0 = Some(Instant::now());
        }
        may
    }
}

/// Accepts until the server is told to stop.
pub(super) async fn accept<A: HttpServerApp + Send + Sync + 'static>(
    listener: TcpListener,
    shared: Arc<Shared<A>>,
    mut shutdown: ShutdownWatch,
) {
    let mut failures = Seldom::default();
    let mut refusals = Seldom::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            changed = shutdown.changed() => {
                if changed.is_err() || *shutdown.borrow() {
                    return;
                }
                continue;
            }
        };
        match accepted {
            Ok((socket, peer)) => {
                if !start(&shared, socket, peer) && refusals.may_tell() {
                    let connections = &shared.connections;
                    warn!(
                        "limits.connections {} is reached: {} refused so far",
                        connections.most(),
                        connections.refused()
                    );
                }
            }
            Err(error) if is_the_connections(&error) => debug!("a connection was lost: {error}"),
            Err(error) => {
                if failures.may_tell() {
                    warn!("can't accept connections: {error}");
                }
                tokio::time::sleep(BACK_OFF).await;
            }
        }
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
    let timeouts = &shared.settings.server.timeouts;
    let (body_idle, write_idle) = (timeouts.request_body_idle, timeouts.write_idle);
    let control = Arc::new(Control::new(body_idle, write_idle, Some(digest.clone())));
    let Some(place) = shared.connections.enter(&control) else {
        tokio::spawn(turn_away(socket, shared.overloaded.clone()));
        return false;
    };
    // What is written is whole: nothing is gained by waiting for more.
    if let Err(error) = socket.set_nodelay(true) {
        debug!("{peer}: {error}");
    }
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
    let _ = tokio::time::timeout(FAREWELL, farewell).await;
}

/// Errors of the connection that was accepted, not of accepting (accept(2)).
fn is_the_connections(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
