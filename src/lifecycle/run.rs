//! The life of a gateway that is complete.

use std::process::exit;

use async_trait::async_trait;
use http::Uri;
use log::{error, info};
use pingora_core::server::{RunArgs, ShutdownSignal, ShutdownSignalWatch};
use tokio::runtime::Runtime;

use super::build::Built;
use super::handoff::{Door, Predecessor};
use super::live::{Live, warm};
use super::readiness::Readiness;
use super::sidecar;
use super::systemd;
use crate::observe::operational;

/// How a process ends whose control failed: without it nobody could stop it.
const CONTROL_LOST: i32 = 70;

impl Built {
    pub(super) fn run(mut self, control: &Runtime, predecessor: Option<Predecessor>) {
        let _inside = control.enter();
        let director = &mut self.director;
        let readiness = director.readiness.clone();
        let visitors = self.visitors;
        director.door = self.door.map(|door| Door::open(door, visitors));
        if let Some(own) = &director.runtime_dir {
            own.publish_pid();
        }
        match self.admin.start(control.handle(), self.operator) {
            Ok(admin) => director.admin = Some(admin),
            Err(error) => error!("the admin listeners can't serve: {error}"),
        }
        if !self.warm {
            wait_for_services(&readiness, &director.live);
            wait_for_sidecar(&readiness, self.sidecar);
        }
        for address in self.addresses {
            info!("listening on {address}");
        }
        drop(self.listeners);
        if let Some(predecessor) = predecessor {
            tokio::spawn(predecessor.settled());
        }
        tokio::spawn(async move {
            readiness.ready().await;
            info!("ready");
            systemd::ready();
        });
        tokio::spawn(self.reloader.run());
        let director = tokio::spawn(self.director.run());
        tokio::spawn(async move {
            let code = director.await.unwrap_or_else(|panic| {
                error!("the control of the process ended: {panic}");
                CONTROL_LOST
            });
            let _ = tokio::task::spawn_blocking(operational::flush).await;
            exit(code)
        });
        self.server.run(RunArgs {
            shutdown_signal: Box::new(Never),
        });
    }
}

/// The gateway isn't ready until each service has an address, or has had the time for it.
fn wait_for_services(readiness: &Readiness, live: &Live) {
    for upstream in live.snapshot.load().upstreams() {
        if upstream.is_resolved() {
            continue;
        }
        let pending = readiness.wait_for(format!("service {}", upstream.service().name));
        let upstream = upstream.clone();
        tokio::spawn(async move {
            warm(&[upstream]).await;
            drop(pending);
        });
    }
}

fn wait_for_sidecar(readiness: &Readiness, uri: Option<Uri>) {
    let Some(uri) = uri else {
        return;
    };
    let pending = readiness.wait_for("sidecar");
    tokio::spawn(async move {
        sidecar::ready(&uri).await;
        drop(pending);
    });
}

/// Pingora's own ways to stop are never used: they can't be taken back, and they close
/// the listeners first.
struct Never;

#[async_trait]
impl ShutdownSignalWatch for Never {
    async fn recv(&self) -> ShutdownSignal {
        std::future::pending().await
    }
}
