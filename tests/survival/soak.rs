//! All faults and a load at once, for `SOAK_SECONDS`: no failure that no fault explains, and
//! neither memory nor descriptors that grow.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::client::Client;
use super::faults::{Faults, KINDS, Kind};
use super::growth::{growth, median};
use super::planted::{FILES, PACE, Planted, flap, starve, vandalise};
use super::tally::Tally;
use super::{alone, limited};
use crate::support::{Gateway, eventually, pause};

const SHORT: u64 = 25;

/// Clients of services that work; of each other kind there is one.
const GOOD: usize = 4;

/// What may be grown by from the end of the warm-up on: the allocator's moods, and more
/// connections at once on a machine that has become slower. In 10 minutes a leak of 50 bytes
/// a request is more, or of a file in a thousand requests.
const MOST_KIB: f64 = 4096.0;
const MOST_FILES: f64 = 16.0;

fn seconds() -> u64 {
    match std::env::var("SOAK_SECONDS") {
        Ok(text) => text.parse().expect("SOAK_SECONDS is a number"),
        Err(_) => SHORT,
    }
}

/// The access log's path leads to a file and to a full disk in turn.
fn fill_disk(dir: &Path, gateway: &Gateway, turn: usize) {
    let file = dir.join("access.log.real");
    let _ = fs::remove_file(&file);
    let next = dir.join("next");
    let to = if turn.is_multiple_of(2) {
        Path::new("/dev/full")
    } else {
        &file
    };
    symlink(to, &next).unwrap();
    fs::rename(&next, log(dir)).unwrap();
    gateway.signal("USR1");
}

fn log(dir: &Path) -> PathBuf {
    dir.join("access.log")
}

/// Once a second: memory in KiB and open files of the gateway.
fn sample(
    gateway: &Gateway,
    tally: &Tally,
    dir: &Path,
    seconds: u64,
) -> (Vec<f64>, Vec<f64>, String) {
    let (mut memory, mut files) = (Vec::new(), Vec::new());
    let mut csv = "second,rss_kib,open_files,served,failed_as_planted,unexplained\n".to_owned();
    let begin = Instant::now();
    for second in 0..seconds {
        pause((begin + Duration::from_secs(second + 1)).saturating_duration_since(Instant::now()));
        if second % 5 == 4 {
            fill_disk(dir, gateway, second as usize / 5);
        }
        let (rss, open, of) = (gateway.rss_kib(), gateway.open_files(), tally.all());
        memory.push(rss as f64);
        files.push(open as f64);
        let (served, planted) = (of.served, of.planted);
        writeln!(
            csv,
            "{second},{rss},{open},{served},{planted},{}",
            of.unexplained
        )
        .unwrap();
    }
    (memory, files, csv)
}

#[test]
fn soak() {
    let _alone = alone();
    let faults = Faults::start();
    let dir = tempfile::tempdir().unwrap();
    let config = faults
        .config()
        // Who is idle may be so as long as a busy machine keeps its client from asking.
        .server("timeouts: { request_header: 1s, request_body_idle: 1s, idle: 10m }")
        .top(&format!(
            "access_log: {{ output: {} }}",
            log(dir.path()).display()
        ));
    let mut limited = limited(&format!("ulimit -n {FILES}"));
    limited.env("RUST_LOG", "info,pingora=warn");
    let gateway = Gateway::start_by(&mut limited, &config.text());
    eventually("the name is known", || {
        (gateway.get("/named/x").status() == 200).then_some(())
    });
    let (tally, planted) = (Tally::default(), Planted::default());
    let kinds = KINDS.into_iter().chain([Kind::Good; GOOD - 1]);
    let (memory, files, csv) = thread::scope(|scope| {
        let (faults, gateway, tally, planted) = (&faults, &gateway, &tally, &planted);
        scope.spawn(move || flap(&faults.dns, planted));
        scope.spawn(move || starve(gateway, planted));
        scope.spawn(move || {
            let mut staying = VecDeque::new();
            for turn in 0.. {
                vandalise(gateway.address, turn, &mut staying);
                if !planted.wait(10 * PACE) {
                    return;
                }
            }
        });
        for (name, kind) in kinds.enumerate() {
            let mut client = Client::new(kind, gateway.address, name);
            scope.spawn(move || {
                while !planted.is_over() {
                    tally.add(kind, client.exchange(|| planted.trouble()));
                    pause(PACE);
                }
            });
        }
        let samples = sample(gateway, tally, dir.path(), seconds());
        planted.end();
        samples
    });
    let path = std::env::var_os("SOAK_CSV").map_or_else(
        || Path::new(env!("CARGO_TARGET_TMPDIR")).join("soak.csv"),
        PathBuf::from,
    );
    fs::write(&path, csv).unwrap();

    // A third warms up: pools, the allocator's caches, the log's queue.
    let settled = memory.len() / 3;
    let (memory, files) = (&memory[settled..], &files[settled..]);
    let (kib, more) = (growth(memory), growth(files));
    eprintln!(
        "{tally}{} POSTs, none twice\nmemory {:.0} KiB, growing by {kib:.0} in {} s; {} open files, by {more:.1}",
        faults.posts(),
        median(memory),
        memory.len(),
        median(files),
    );
    assert_eq!(tally.unexplained(), Vec::<String>::new());
    assert_eq!(faults.doubled(), Vec::<String>::new());
    for kind in KINDS {
        let of = tally.of(kind);
        assert!(of.served + of.planted > 0, "{kind:?} did nothing");
    }
    assert!(kib <= MOST_KIB, "memory grows by {kib:.0} KiB");
    assert!(more <= MOST_FILES, "open files grow by {more:.1}");
}
