//! Takes connections in.

use std::net::SocketAddr;
use std::sync::Arc;

use log::{debug, warn};
use tokio::net::{TcpListener, TcpStream};

use super::Site;
use super::client::serve;
use super::places::{Place, Places};
use crate::accepting::{Failures, Seldom};

/// Accepts until the listeners are told to stop.
pub(super) async fn accept(listener: TcpListener, site: Arc<Site>) {
    let mut stopping = site.stopping.clone();
    tokio::select! {
        _ = stopping.wait_for(|stopping| *stopping) => {}
        () = accept_all(&listener, &site) => {}
    }
}

async fn accept_all(listener: &TcpListener, site: &Arc<Site>) {
    let places = Arc::new(Places::new(site.limits));
    let mut failures = Failures::default();
    let mut crowds = Seldom::default();
    loop {
        let (socket, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                failures.after(&error).await;
                continue;
            }
        };
        if places.are_taken() && crowds.may_tell() {
            let most = site.limits.connections;
            warn!("{most} connections to an admin listener are open: the slowest make room");
        }
        let Some(place) = places.enter().await else {
            return;
        };
        tokio::spawn(run(socket, peer, site.clone(), place));
    }
}

async fn run(socket: TcpStream, peer: SocketAddr, site: Arc<Site>, place: Place) {
    // What is written is whole: nothing is gained by waiting for more.
    if let Err(error) = socket.set_nodelay(true) {
        debug!("{peer}: {error}");
    }
    let turn = place.turn();
    tokio::select! {
        ended = serve(socket, site, turn.clone()) => {
            if let Err(error) = ended {
                debug!("{peer}: {error}");
            }
        }
        () = turn.lost() => debug!("{peer}: closed for the next connection"),
    }
}
