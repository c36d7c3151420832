//! What others know and a scrape shows.

use std::time::{Duration, SystemTime};

/// The state of the gateway at the moment of a scrape.
#[derive(Debug, Clone)]
pub struct Gauges<'a> {
    /// The services of the configuration in use.
    pub services: Vec<ServiceGauges<'a>>,
    /// Connections of clients by what they are at; each state once, none left out.
    pub connections: Vec<(&'static str, usize)>,
    /// Connections that were refused because there were too many, since the start.
    pub connections_refused: u64,
    /// Counts the configurations that were in use, from 1.
    pub generation: u64,
    /// The latest time that the configuration was read, the first one included.
    pub last_reload: SystemTime,
    /// Whether it is in use, or was the one in use already.
    pub last_reload_successful: bool,
    /// The gateway takes no more connections, or is about to.
    pub draining: bool,
    /// Lines of the access log that were dropped since the start.
    pub access_log_dropped: u64,
    /// Lines of the operational log that were dropped since the start.
    pub log_dropped: u64,
}

/// The state of one service.
#[derive(Debug, Clone, Copy)]
pub struct ServiceGauges<'a> {
    /// Its key in the configuration.
    pub name: &'a str,
    /// Requests in progress.
    pub in_flight: usize,
    /// Whether it is given by name; the two below are of interest only then.
    pub by_name: bool,
    /// Since the latest look-up that found addresses; `None` before the first.
    pub dns_age: Option<Duration>,
    /// Look-ups that failed, since the start.
    pub dns_failures: u64,
}
