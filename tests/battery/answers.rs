//! What services answer: a client gets a sound message that is its own, or an error, and
//! one that is cut never looks whole.

mod bodies;
mod chunks;
mod client;
mod heads;
mod interim;
mod lengths;
mod row;
mod service;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use self::client::Kind;
use self::row::Row;
use super::requests::patient;

fn table() -> Vec<Row> {
    [
        heads::rows(),
        lengths::rows(),
        chunks::rows(),
        bodies::rows(),
        interim::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const CLIENTS: usize = 8;

#[test]
fn no_answer_makes_a_client_believe_what_no_service_said() {
    let table = Arc::new(table());
    let names: HashSet<_> = table.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), table.len(), "two rows have one name");
    assert!(table.iter().all(|row| !row.rfc.is_empty()));

    let service = service::start(table.clone());
    let gateway = patient(&service.url()).start();
    let all: Vec<_> = (0..table.len())
        .flat_map(|row| Kind::ALL.map(|kind| (row, kind)))
        .collect();
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some((at, kind)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let row = &table[*at];
                    if let Err(fault) = client::run(gateway.address, *at, row, *kind) {
                        let fault = format!("{} ({kind:?}): {fault}", row.name);
                        faults.lock().unwrap().push(fault);
                    }
                }
            });
        }
    });
    println!(
        "the battery of answers: {} rows, {} runs",
        table.len(),
        all.len()
    );
    let faults = faults.into_inner().unwrap();
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
