//! Runs a gateway, from its own start or from where another one hands over.

use std::net::SocketAddr;

use log::info;

use super::build::Parts;
use super::control::Control;
use super::handoff::{Inherited, Predecessor};
use super::live::warm;
use super::signals::{Signal, Signals};
use super::start::{ServeError, Start};
use crate::config::Config;

/// Serves until a signal or a successor ends the process. `listening` learns the
/// addresses as soon as they are there.
///
/// # Errors
/// What keeps the gateway from starting; once it serves it doesn't return.
pub fn serve(
    control: Control,
    config: Config,
    start: Start,
    listening: impl FnOnce(&[SocketAddr]),
) -> Result<(), ServeError> {
    let Control {
        runtime,
        mut signals,
    } = control;
    let parts = Parts::new(config, &runtime)?;
    if !start.upgrade {
        let gateway = parts.build(start, Inherited::default(), signals, &runtime)?;
        listening(&gateway.addresses);
        gateway.run(&runtime, None);
        return Ok(());
    }
    let met = async {
        tokio::select! {
            met = inherit(&parts) => met,
            () = told_to_stop(&mut signals) => Err(ServeError::Stopped),
        }
    };
    let (inherited, mut predecessor) = runtime.block_on(met)?;
    let gateway = match parts.build(start, inherited, signals, &runtime) {
        Ok(gateway) => gateway,
        Err(error) => {
            runtime.block_on(predecessor.give_up(&error.to_string()));
            return Err(error);
        }
    };
    runtime.block_on(predecessor.succeed())?;
    // Nobody else serves from here on: nothing may fail.
    listening(&gateway.addresses);
    gateway.run(&runtime, Some(predecessor));
    Ok(())
}

/// Gets ready to take over, and the sockets.
async fn inherit(parts: &Parts) -> Result<(Inherited, Predecessor), ServeError> {
    let socket = &parts.config.server.runtime.upgrade_socket;
    let mut predecessor = Predecessor::meet(socket).await?;
    info!("taking over from process {}", predecessor.pid);
    let upstreams = parts.live.snapshot.load().upstreams().to_vec();
    warm(&upstreams).await;
    let inherited = predecessor.inherit().await?;
    Ok((inherited, predecessor))
}

async fn told_to_stop(signals: &mut Signals) {
    while !matches!(signals.next().await, Signal::Terminate | Signal::Interrupt) {}
}
