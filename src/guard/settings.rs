//! What the guard holds clients to.

use std::net::IpAddr;

use super::head::HeadLimits;
use crate::config::{Config, Errors, Server};

/// The part of the configuration that concerns clients' connections.
#[derive(Debug)]
pub struct Settings {
    pub(super) server: Server,
    errors: Errors,
}

impl Settings {
    /// Taken from a whole configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            server: config.server.clone(),
            errors: config.errors,
        }
    }

    /// Whether this client learns in `Proxy-Status` what failed.
    pub(super) fn tells_proxy_status(&self, client: IpAddr) -> bool {
        self.errors.tells_proxy_status(self.server.trusts(client))
    }

    pub(super) fn head_limits(&self) -> HeadLimits {
        HeadLimits {
            fields: self.server.limits.headers,
            bytes: self.server.limits.header_bytes,
            target: self.server.limits.target_bytes,
        }
    }
}
