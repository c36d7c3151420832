//! The configurations of the scenarios.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use super::place::Place;
use super::service::Echo;

#[derive(Clone)]
pub struct Plan {
    listen: String,
    server: String,
    /// The admin listener, the runtime directory and how long a drain takes.
    transitions: Option<(String, Duration, Duration)>,
    url: String,
    routes: String,
}

const ANY_PORT: &str = "127.0.0.1:0";

/// A port that nobody has at the moment.
pub fn free() -> SocketAddr {
    TcpListener::bind(ANY_PORT).unwrap().local_addr().unwrap()
}

impl Plan {
    /// Without anything about transitions.
    pub fn bare(url: &str) -> Self {
        Self {
            listen: ANY_PORT.into(),
            server: String::new(),
            transitions: None,
            url: url.into(),
            routes: String::new(),
        }
    }

    pub fn draining(url: &str, delay: Duration, timeout: Duration) -> Self {
        Self {
            transitions: Some((ANY_PORT.into(), delay, timeout)),
            ..Self::bare(url)
        }
    }

    /// With ports that a successor can have, too.
    pub fn upgrading(service: &Echo, timeout: Duration) -> Self {
        let plan = Self::draining(&service.url(), Duration::from_secs(2), timeout);
        Self {
            listen: free().to_string(),
            transitions: plan
                .transitions
                .map(|(_, delay, timeout)| (free().to_string(), delay, timeout)),
            ..plan
        }
    }

    /// Other addresses to listen on.
    pub fn on(mut self, listen: &str) -> Self {
        self.listen = listen.into();
        self
    }

    /// The port of the only one.
    pub fn port(&self) -> u16 {
        self.listen.parse::<SocketAddr>().unwrap().port()
    }

    /// One more address to listen on.
    pub fn also_on(mut self, address: SocketAddr) -> Self {
        self.listen = format!("{}\", \"{address}", self.listen);
        self
    }

    /// A line under `server`.
    pub fn server(mut self, line: &str) -> Self {
        self.server.push_str(&format!("  {line}\n"));
        self
    }

    /// A route before the one that takes everything.
    pub fn route(mut self, keys: &str) -> Self {
        self.routes.push_str(&format!("  - {{ {keys} }}\n"));
        self
    }

    pub fn has_admin(&self) -> bool {
        self.transitions.is_some()
    }

    pub fn text(&self, place: &Place) -> String {
        let Self {
            listen,
            server,
            url,
            routes,
            ..
        } = self;
        let (drain, admin) = match &self.transitions {
            None => Default::default(),
            Some((admin, delay, timeout)) => {
                let (delay, timeout) = (delay.as_millis(), timeout.as_millis());
                let drain = format!("drain: {{ delay: {delay}ms, timeout: {timeout}ms }}");
                let runtime = place.runtime();
                (
                    format!("  {drain}\n  runtime_dir: {}\n", runtime.display()),
                    format!("admin: {{ listen: \"{admin}\", operator: off }}\n"),
                )
            }
        };
        format!(
            "access_log: {{ output: off }}\n\
             server:\n  listen: [\"{listen}\"]\n  threads: 2\n  h2c: true\n{server}{drain}{admin}\
             services:\n  svc: {{ url: \"{url}\", timeouts: {{ response_header: 10s }} }}\n  \
             other: {{ url: \"{url}\", host: other.example }}\n\
             routes:\n{routes}  - {{ name: all, service: svc }}\n"
        )
    }
}
