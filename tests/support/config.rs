//! Configurations in few words.

use std::fmt::Write;
use std::time::Duration;

use super::gateway::{Gateway, program};
use super::service::Service;

/// A configuration file in the making. Without a route everything goes to `svc`.
#[derive(Default, Clone)]
pub struct Config {
    server: String,
    top: String,
    services: String,
    routes: String,
}

impl Config {
    pub fn new() -> Self {
        Self::default()
    }

    /// All requests go to this service.
    pub fn to(service: &Service) -> Self {
        Self::new().service("svc", &service.url(), "")
    }

    /// All requests go to this service, whose response header may take `limit`.
    pub fn limited(service: &Service, limit: Duration) -> Self {
        let keys = format!("timeouts: {{ response_header: {}ms }}", limit.as_millis());
        Self::new().service("svc", &service.url(), &keys)
    }

    /// All requests go to this service, whose response header may take for ever.
    pub fn unlimited(service: &Service) -> Self {
        Self::new().service("svc", &service.url(), "timeouts: { response_header: off }")
    }

    /// A line under `server`.
    pub fn server(mut self, line: &str) -> Self {
        writeln!(self.server, "  {line}").unwrap();
        self
    }

    pub fn trusting_loopback(self) -> Self {
        self.server("trusted_proxies: [127.0.0.0/8]")
    }

    /// Bodies of requests may be as large as they are.
    pub fn unbounded(self) -> Self {
        self.server("limits: { request_body: off }")
    }

    /// A line at the top level.
    pub fn top(mut self, line: &str) -> Self {
        writeln!(self.top, "{line}").unwrap();
        self
    }

    pub fn service(mut self, name: &str, url: &str, keys: &str) -> Self {
        let comma = if keys.is_empty() { "" } else { ", " };
        writeln!(self.services, "  {name}: {{ url: \"{url}\"{comma}{keys} }}").unwrap();
        self
    }

    /// `keys` follow the name, such as `match: { path: { prefix: /a } }`.
    pub fn route(mut self, name: &str, service: &str, keys: &str) -> Self {
        let comma = if keys.is_empty() { "" } else { ", " };
        writeln!(
            self.routes,
            "  - {{ name: {name}, service: {service}{comma}{keys} }}"
        )
        .unwrap();
        self
    }

    /// A route without a service.
    pub fn redirect(mut self, name: &str, keys: &str) -> Self {
        writeln!(self.routes, "  - {{ name: {name}, {keys} }}").unwrap();
        self
    }

    pub fn text(&self) -> String {
        let all = "  - { name: all, service: svc }\n";
        let routes = if self.routes.is_empty() {
            all
        } else {
            &self.routes
        };
        let (server, top, services) = (&self.server, &self.top, &self.services);
        format!(
            "server:\n  listen: 127.0.0.1:0\n  threads: 2\n{server}{top}services:\n{services}routes:\n{routes}"
        )
    }

    pub fn start(&self) -> Gateway {
        Gateway::start(&self.text())
    }

    /// As in production: without a line for each request that a client spoilt.
    pub fn start_quiet(&self) -> Gateway {
        Gateway::start_by(program().env("RUST_LOG", "info,pingora=warn"), &self.text())
    }
}
