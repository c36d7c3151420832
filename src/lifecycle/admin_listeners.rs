//! The sockets of the admin listeners.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use log::{info, warn};
use tokio::runtime::Handle;

use super::handoff::{Inherited, Sockets};
use super::listeners::{BindError, Listeners};
use super::operator::Operator;
use crate::admin::Admin;
use crate::config::{self, Asked};

/// Bound, with nobody accepting.
#[derive(Debug)]
pub(super) struct AdminListeners {
    public: Option<Listeners>,
    operator: Option<Listeners>,
}

impl AdminListeners {
    /// Takes the addresses over or binds them. Where the configuration doesn't name one
    /// and its default is taken, there is none.
    pub(super) fn bind(
        admin: &config::Admin,
        inherited: &mut Inherited,
    ) -> Result<Self, BindError> {
        Ok(Self {
            public: bind("admin", admin.listen, inherited)?,
            operator: bind("operator", admin.operator, inherited)?,
        })
    }

    /// Adds what a successor gets of them.
    pub(super) fn share(&self, sockets: &mut Sockets) -> io::Result<()> {
        let mut all = self.public.iter().chain(&self.operator);
        all.try_for_each(|listeners| listeners.share(sockets))
    }

    /// Begins to serve.
    pub(super) fn start(self, runtime: &Handle, subject: Arc<Operator>) -> io::Result<Admin> {
        let public = announced("admin", self.public);
        let operator = announced("operator", self.operator);
        Admin::start(runtime, public, operator, subject)
    }
}

fn bind(
    purpose: &str,
    asked: Option<Asked<std::net::SocketAddr>>,
    inherited: &mut Inherited,
) -> Result<Option<Listeners>, BindError> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    match Listeners::take_or_bind(purpose, &[asked.value], inherited) {
        Ok(listeners) => Ok(Some(listeners)),
        Err(error) if asked.written => Err(error),
        Err(error) => {
            warn!("there is no {purpose} listener: {error}");
            Ok(None)
        }
    }
}

fn announced(purpose: &str, listeners: Option<Listeners>) -> Vec<TcpListener> {
    let Some(listeners) = listeners else {
        return Vec::new();
    };
    for address in listeners.addresses() {
        info!("{purpose} on {address}");
    }
    listeners.into_sockets()
}
