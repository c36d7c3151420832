//! Taking a changed configuration in use, whole or not at all.

use std::sync::Arc;

use log::{error, info, warn};

use super::live::Live;
use super::operator::Operator;
use super::reloads::REFUSED;
use super::source::{Content, Source};
use crate::config::{Config, needs_new_process};
use crate::upstream::Refresher;

/// Waits for changes, and for those who ask.
pub(super) struct Reloader {
    /// `None` for a configuration that nobody can change.
    pub(super) source: Option<Arc<Source>>,
    /// The configuration that the process began with, without its routes: what of it
    /// can't be changed is in use until the end.
    pub(super) began: Config,
    pub(super) live: Arc<Live>,
    pub(super) refresher: Refresher,
    pub(super) operator: Arc<Operator>,
}

impl Reloader {
    pub(super) async fn run(mut self) {
        let Some(source) = self.source.clone() else {
            // Its look-ups go on.
            return std::future::pending().await;
        };
        let mut watch = source.watch();
        loop {
            let content = tokio::select! {
                content = watch.changed() => content,
                () = self.operator.reload.notified() => watch.now().await,
            };
            if self.live.connections.is_leaving() {
                info!("the gateway is stopping: the configuration in use stays");
            } else {
                self.reload(source.clone(), content).await;
            }
        }
    }

    async fn reload(&mut self, source: Arc<Source>, content: Content) {
        let path = source.path().display().to_string();
        // A large file takes its time, which others of this runtime don't have.
        let read = tokio::task::spawn_blocking(move || source.parse(content)).await;
        let Ok((config, report)) = read else {
            return self.refused(&path, "reading it failed; this is a bug".to_owned());
        };
        let Some(config) = config else {
            return self.refused(&path, report.to_string());
        };
        for line in report.to_string().lines() {
            warn!("{line}");
        }
        let waiting = needs_new_process(&self.began, &config);
        for key in &waiting {
            // Whoever upgrades finds the old process by these.
            let how = match *key {
                "server.runtime_dir" | "server.upgrade_socket" => "a restart",
                _ => "`api-gateway upgrade`",
            };
            warn!("{key} has changed: it takes a new process, by {how}");
        }
        if config == *self.live.snapshot.load().config() {
            info!("the configuration is the same as before");
            return self.done("unchanged", Vec::new(), waiting);
        }
        if let Err(error) = self.live.replace(config, &mut self.refresher).await {
            return self.refused(&path, error.to_string());
        }
        let generation = self.operator.reloads.lock().replaced();
        info!("configuration {generation} is in use");
        self.done("applied", Vec::new(), waiting);
    }

    fn refused(&self, path: &str, why: String) {
        error!("configuration refused, the one in use stays: {path}\n{why}");
        let errors = why.lines().map(str::to_owned).collect();
        self.done(REFUSED, errors, Vec::new());
    }

    fn done(&self, result: &'static str, errors: Vec<String>, waiting: Vec<&'static str>) {
        let mut reloads = self.operator.reloads.lock();
        reloads.tell(result, errors, waiting);
    }
}
