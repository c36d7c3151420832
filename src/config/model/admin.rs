//! The addresses beside the main port.

use std::net::{Ipv4Addr, SocketAddr};

use http::Uri;

/// `admin:`; `None` is `off`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Where probes ask: `/livez` and `/readyz`.
    pub listen: Option<Asked<SocketAddr>>,
    /// Where the operator asks, without a password.
    pub operator: Option<Asked<SocketAddr>>,
    /// Where the sidecar says that it is ready: `http`, a host and a path.
    pub sidecar_ready: Option<Uri>,
}

impl Default for Admin {
    fn default() -> Self {
        let default = |ip: Ipv4Addr, port| {
            Some(Asked {
                value: (ip, port).into(),
                written: false,
            })
        };
        Self {
            listen: default(Ipv4Addr::UNSPECIFIED, 9000),
            operator: default(Ipv4Addr::LOCALHOST, 9001),
            sidecar_ready: None,
        }
    }
}

/// What the file asks for, or is taken to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<T> {
    /// What is asked for.
    pub value: T,
    /// Whether the file says it: then it must be had; else what can't be had is
    /// only a warning at start.
    pub written: bool,
}
