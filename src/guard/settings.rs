//! What the guard holds clients to.

use std::net::IpAddr;

use ipnet::IpNet;

use super::head::HeadLimits;
use crate::config::{ClientTimeouts, Config, Errors, Limits};

/// The part of the configuration that concerns clients' connections.
#[derive(Debug)]
pub struct Settings {
    pub(super) timeouts: ClientTimeouts,
    pub(super) limits: Limits,
    pub(super) h2c: bool,
    trusted: Vec<IpNet>,
    errors: Errors,
}

impl Settings {
    /// Taken from a whole configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let server = &config.server;
        Self {
            timeouts: server.timeouts,
            limits: server.limits,
            h2c: server.h2c,
            trusted: server.trusted_proxies.clone(),
            errors: config.errors,
        }
    }

    /// Whether this client learns in `Proxy-Status` what failed.
    pub(super) fn tells_proxy_status(&self, client: IpAddr) -> bool {
        let client = client.to_canonical();
        let trusted = self.trusted.iter().any(|network| network.contains(&client));
        self.errors.tells_proxy_status(trusted)
    }

    pub(super) fn head_limits(&self) -> HeadLimits {
        HeadLimits {
            fields: self.limits.headers,
            bytes: self.limits.header_bytes,
            target: self.limits.target_bytes,
        }
    }
}
