//! What counting a request costs, and what a scrape takes.
//!
//!     metrics REQUESTS THREADS
//!
//! counts so many requests in each of so many threads, all of one route, and makes the
//! page of 200 routes and 20 services. Two runs under callgrind that differ only in the
//! first number differ only in what counting costs.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for developers"
)]

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use api_gateway::config;
use api_gateway::observe::Exchange;
use api_gateway::observe::metrics::{Cells, Gauges, Metrics, ServiceGauges};

const ROUTES: usize = 200;
const SERVICES: usize = 20;

fn exchange(at: usize) -> Exchange<'static> {
    Exchange {
        duration: Duration::from_micros(300 + at as u64 % 1024),
        first_byte: Some(Duration::from_micros(200 + at as u64 % 1024)),
        method: b"GET",
        target: b"/",
        protocol: "HTTP/1.1",
        authority: b"shop.example",
        route: Some((at % ROUTES, "")),
        service: Some((at % SERVICES, "")),
        reused: Some(true),
        status: 200,
        sent: 1024,
        ..Exchange::at(SystemTime::UNIX_EPOCH)
    }
}

fn count(cells: &Cells, requests: usize) {
    for at in 0..requests {
        let one = Exchange {
            route: Some((0, "")),
            service: Some((0, "")),
            ..exchange(at)
        };
        cells.observe(black_box(&one));
    }
}

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    // Cargo runs benchmarks without them: then it only shows that it runs.
    let (requests, threads) = match numbers[..] {
        [requests, threads] => (requests, threads),
        _ => (1000, 1),
    };
    let mut text = "services:\n".to_owned();
    for at in 0..SERVICES {
        writeln!(text, "  service-{at}: {{ url: http://service-{at} }}").unwrap();
    }
    text.push_str("routes:\n");
    for at in 0..ROUTES {
        let path = format!("match: {{ path: {{ prefix: /{at} }} }}");
        let service = at % SERVICES;
        writeln!(
            text,
            "- {{ name: route-{at}, service: service-{service}, {path} }}"
        )
        .unwrap();
    }
    let config = config::parse("bench", &text, &|_| None).0.unwrap();
    let metrics = Metrics::new();
    let cells = metrics.cells(&config);

    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| count(&cells, requests));
        }
        // Callgrind's total is that of the first thread.
        count(&cells, requests);
    });
    let each = started.elapsed().as_nanos() / (requests as u128).max(1);
    println!("{each} ns for each of {requests} requests in {threads} threads");

    for at in 0..4 * ROUTES {
        let status = [200, 304, 404, 503][at / ROUTES];
        cells.observe(&Exchange {
            status,
            ..exchange(at)
        });
    }
    let gauges = Gauges {
        services: config
            .services
            .iter()
            .map(|service| ServiceGauges {
                name: &service.name,
                in_flight: 1,
                by_name: true,
                dns_age: Some(Duration::from_secs(1)),
                dns_failures: 0,
            })
            .collect(),
        connections: vec![("idle", 1)],
        connections_refused: 0,
        generation: 1,
        last_reload: SystemTime::now(),
        last_reload_successful: true,
        draining: false,
        access_log_dropped: 0,
        log_dropped: 0,
    };
    let started = Instant::now();
    let page = metrics.render(&gauges);
    let took = started.elapsed();
    println!(
        "{took:?} for a page of {} bytes, {} samples",
        page.len(),
        page.lines().filter(|line| !line.starts_with('#')).count()
    );
}
