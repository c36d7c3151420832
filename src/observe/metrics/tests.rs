//! The page as Prometheus sees it.

mod cost;
mod documented;
mod parser;
mod reload;
mod values;

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{Gauges, Metrics, ServiceGauges};
use crate::config::{self, Config};
use crate::observe::Exchange;
use parser::Scrape;

/// A request that went well.
pub(super) fn exchange() -> Exchange<'static> {
    Exchange {
        duration: Duration::from_millis(3),
        first_byte: Some(Duration::from_millis(2)),
        method: b"GET",
        target: b"/",
        protocol: "HTTP/1.1",
        authority: b"shop.example",
        route: Some((0, "")),
        service: Some((0, "")),
        reused: Some(true),
        status: 200,
        sent: 1,
        ..Exchange::at(SystemTime::UNIX_EPOCH)
    }
}

/// Routes with names and services, which are made where they are missing.
fn config(routes: &[(&str, &str)]) -> Config {
    let mut services: Vec<_> = routes.iter().map(|(_, service)| service).collect();
    services.sort_unstable();
    services.dedup();
    let mut text = "services:\n".to_owned();
    let quoted = |text| serde_json::Value::from(text).to_string();
    for service in services {
        writeln!(text, "  {}: {{ url: http://a }}", quoted(*service)).unwrap();
    }
    text.push_str("routes:\n");
    for (at, (name, service)) in routes.iter().enumerate() {
        let (name, service) = (quoted(*name), quoted(*service));
        let path = format!("match: {{ path: {{ prefix: /{at} }} }}");
        writeln!(text, "- {{ name: {name}, service: {service}, {path} }}").unwrap();
    }
    let (config, report) = config::parse("test", &text, &|_| None);
    config.unwrap_or_else(|| panic!("{report}"))
}

fn gauges() -> Gauges<'static> {
    Gauges {
        services: Vec::new(),
        connections: vec![("idle", 2), ("header", 0)],
        connections_refused: 3,
        generation: 1,
        last_reload: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_250),
        last_reload_successful: true,
        draining: false,
        access_log_dropped: 4,
        log_dropped: 5,
    }
}

fn service(name: &str) -> ServiceGauges<'_> {
    ServiceGauges {
        name,
        in_flight: 5,
        by_name: true,
        dns_age: Some(Duration::from_millis(1500)),
        dns_failures: 6,
    }
}

fn scrape(metrics: &Arc<Metrics>) -> Scrape {
    Scrape::parse(&metrics.render(&gauges()))
}
