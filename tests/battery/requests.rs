//! What clients send.

mod bodies;
mod chunks;
mod codings;
mod connection;
mod cves;
mod fields;
mod hosts;
mod lengths;
mod limits;
mod lines;
mod methods;
mod names;
mod targets;

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::driver::{self, Run};
use super::judge::Judge;
use super::recorder::Recorder;
use super::row::Row;
use super::support::Config;
use super::variants::Variant;

/// The whole table.
fn table() -> Vec<Row> {
    [
        lengths::rows(),
        codings::rows(),
        chunks::rows(),
        bodies::rows(),
        lines::rows(),
        targets::rows(),
        methods::rows(),
        hosts::rows(),
        fields::rows(),
        names::rows(),
        connection::rows(),
        limits::rows(),
        cves::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// On a loaded machine anything may take long, which isn't what is tested.
pub fn patient(url: &str) -> Config {
    Config::new()
        .server(
            "timeouts: { request_header: off, request_body_idle: off, idle: off, write_idle: off }",
        )
        .service(
            "svc",
            url,
            "timeouts: { response_header: off, connect: off }",
        )
}

fn gateway(service: &Recorder) -> Config {
    patient(&format!("http://{}", service.address))
        .route("all", "svc", "")
        .route(
            "small",
            "svc",
            "match: { path: { prefix: /small } }, limits: { request_body: 10B }",
        )
        .route(
            "stripped",
            "svc",
            "match: { path: { prefix: /stripped } }, \
             request_headers: { remove: [X-Debug], set: { X-Team: blog } }",
        )
        .redirect(
            "moved",
            "match: { path: { prefix: /moved } }, redirect: { replace_prefix: /new }",
        )
}

/// Runs at once; the gateway has two workers.
const CLIENTS: usize = 8;

fn run_all<'a>(table: &'a [Row], gateway: std::net::SocketAddr) -> Vec<Run<'a>> {
    let all: Vec<_> = table
        .iter()
        .flat_map(|row| Variant::all(row).into_iter().map(move |v| (row, v)))
        .collect();
    let (next, runs) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some((row, variant)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let run = driver::run(gateway, row, *variant);
                    runs.lock().unwrap().push(run);
                }
            });
        }
    });
    runs.into_inner().unwrap()
}

#[test]
fn no_bytes_make_the_gateway_and_a_service_disagree() {
    let table = table();
    let names: HashSet<_> = table.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), table.len(), "two rows have one name");
    assert!(table.len() >= 150, "{} rows", table.len());
    assert!(table.iter().all(|row| !row.rfc.is_empty()));

    let service = Recorder::start();
    let address = service.address;
    let gateway = gateway(&service).start();
    let runs = run_all(&table, gateway.address);
    drop(gateway);
    let mut judge = Judge::new(service.finish(), address);
    for run in &runs {
        judge.judge(run);
    }
    let splits = runs
        .iter()
        .filter(|run| matches!(run.variant, Variant::Split(_)));
    println!(
        "the battery: {} rows, {} runs ({} of them split), {} requests and {} parts of requests at the service",
        table.len(),
        runs.len(),
        splits.count(),
        judge.requests,
        judge.parts,
    );
    let faults = &judge.faults;
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
