//! Outputs that are slow, full, moved or closed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::super::AccessLog;
use super::{Config, exchange, object, to_file};
use crate::config::{LogOutput, OnFull, Share};
use crate::observe::Exchange;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

#[track_caller]
fn eventually(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(1));
    }
}

/// Logs requests whose ids are the numbers of `range`.
fn log(log: &AccessLog, range: std::ops::Range<u64>) {
    for number in range {
        log.log(&Exchange {
            request_id: Some(number.to_string().as_bytes()),
            ..exchange()
        });
    }
}

fn id(line: &str) -> u64 {
    object(line)["request_id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

fn ids(path: &Path) -> Vec<u64> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(id).collect()
}

/// How many lines have an end. The last may be without, while it is written.
fn count(path: &Path) -> u64 {
    fs::read_to_string(path).unwrap().matches('\n').count() as u64
}

/// A pipe with a name.
fn pipe(directory: &TempDir) -> PathBuf {
    let path = directory.path().join("pipe");
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    path
}

#[test]
fn lines_come_in_order_and_whole() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log");
    fs::write(&path, "").unwrap();
    let access = AccessLog::start(&to_file(&path)).unwrap();
    log(&access, 0..5000);
    assert!(access.flush(PATIENCE));
    assert_eq!(ids(&path), (0..5000).collect::<Vec<_>>());
    assert_eq!((access.dropped(), access.write_errors()), (0, 0));
}

#[test]
fn a_line_needs_no_flush() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log");
    let access = AccessLog::start(&to_file(&path)).unwrap();
    for number in 0..3 {
        log(&access, number..number + 1);
        eventually(|| count(&path) == number + 1);
    }
}

#[test]
fn what_waits_is_written_when_the_log_is_dropped() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log");
    let access = AccessLog::start(&to_file(&path)).unwrap();
    log(&access, 0..1000);
    drop(access);
    eventually(|| count(&path) == 1000);
    assert_eq!(ids(&path), (0..1000).collect::<Vec<_>>());
}

#[test]
fn several_threads_log_at_once() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log");
    let config = Config {
        on_full: OnFull::Block,
        ..to_file(&path)
    };
    let access = AccessLog::with_room(&config, (64, 1 << 20)).unwrap();
    thread::scope(|scope| {
        for thread in 0..4 {
            let access = &access;
            scope.spawn(move || log(access, thread * 1000..(thread + 1) * 1000));
        }
    });
    assert!(access.flush(PATIENCE));
    let mut found = ids(&path);
    found.sort_unstable();
    assert_eq!(found, (0..4000).collect::<Vec<_>>());
    assert_eq!(access.dropped(), 0);
}

#[test]
fn off_is_nothing() {
    let access = AccessLog::start(&Config {
        output: LogOutput::Off,
        ..Config::default()
    })
    .unwrap();
    log(&access, 0..10);
    access.reopen();
    assert!(access.flush(Duration::ZERO));
    assert_eq!((access.dropped(), access.write_errors()), (0, 0));
}

#[test]
fn a_file_that_can_t_be_opened_is_an_error_that_names_it() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("none/log");
    let error = AccessLog::start(&to_file(&path)).unwrap_err();
    assert!(error.to_string().contains("none/log"), "{error}");
}

#[test]
fn a_stalled_output_costs_lines_and_no_time() {
    let directory = TempDir::new().unwrap();
    let path = pipe(&directory);
    let access = AccessLog::with_room(&to_file(&path), (1000, 100_000)).unwrap();
    let start = Instant::now();
    log(&access, 0..5000);
    assert!(start.elapsed() < PATIENCE);
    let dropped = access.dropped();
    assert!(dropped > 3000, "{dropped}");
    assert!(!access.flush(Duration::from_millis(20)));

    // Somebody reads at last: what was kept comes whole and in order.
    let mut reader = BufReader::new(fs::File::open(&path).unwrap());
    let mut last = None;
    for _ in 0..5000 - dropped {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let id = id(&line);
        assert!(last.is_none_or(|last| last < id), "{last:?} {id}");
        last = Some(id);
    }
    assert!(access.flush(PATIENCE));
    assert_eq!(access.dropped(), dropped);
}

#[test]
fn a_stalled_output_blocks_where_it_is_to() {
    let directory = TempDir::new().unwrap();
    let path = pipe(&directory);
    let config = Config {
        on_full: OnFull::Block,
        ..to_file(&path)
    };
    let access = Arc::new(AccessLog::with_room(&config, (100, 100_000)).unwrap());
    let logged = Arc::new(AtomicU64::new(0));
    let worker = {
        let (access, logged) = (Arc::clone(&access), Arc::clone(&logged));
        thread::spawn(move || {
            for number in 0..2000 {
                log(&access, number..number + 1);
                logged.store(number + 1, Ordering::SeqCst);
            }
        })
    };
    // Queue and pipe hold a part of it only: it can't come to an end before somebody reads.
    eventually(|| logged.load(Ordering::SeqCst) >= 100);
    assert!(!worker.is_finished());
    let reader = BufReader::new(fs::File::open(&path).unwrap());
    let found: Vec<u64> = reader.lines().take(2000).map(|l| id(&l.unwrap())).collect();
    assert_eq!(found, (0..2000).collect::<Vec<_>>());
    worker.join().unwrap();
    assert_eq!(access.dropped(), 0);
}

#[test]
fn a_file_that_is_rotated_loses_nothing() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log");
    let config = Config {
        on_full: OnFull::Block,
        ..to_file(&path)
    };
    let access = AccessLog::start(&config).unwrap();
    let moved = |number: usize| directory.path().join(format!("log.{number}"));
    thread::scope(|scope| {
        let access = &access;
        let worker = scope.spawn(move || log(access, 0..20_000));
        for number in 0..5 {
            fs::rename(&path, moved(number)).unwrap();
            access.reopen();
            eventually(|| path.exists());
        }
        worker.join().unwrap();
    });
    assert!(access.flush(PATIENCE));
    let mut found: Vec<u64> = (0..5).flat_map(|number| ids(&moved(number))).collect();
    found.extend(ids(&path));
    assert_eq!(found, (0..20_000).collect::<Vec<_>>());
    assert_eq!(access.write_errors(), 0);
}

#[test]
fn a_file_that_can_t_be_reopened_is_kept() {
    let directory = TempDir::new().unwrap();
    let (inner, moved) = (directory.path().join("a"), directory.path().join("b"));
    fs::create_dir(&inner).unwrap();
    let access = AccessLog::start(&to_file(&inner.join("log"))).unwrap();
    fs::rename(&inner, &moved).unwrap();
    access.reopen();
    log(&access, 0..1);
    assert!(access.flush(PATIENCE));
    assert_eq!(access.write_errors(), 1);
    assert_eq!(ids(&moved.join("log")), [0]);
}

#[test]
fn a_full_disk_is_counted_and_survived() {
    let access = AccessLog::with_room(&to_file(Path::new("/dev/full")), (10, 100_000)).unwrap();
    log(&access, 0..1);
    eventually(|| access.write_errors() > 1);
    assert_eq!(access.dropped(), 0);
    log(&access, 1..100);
    assert!(access.dropped() > 80);
    assert!(!access.flush(Duration::from_millis(10)));
}

#[test]
fn what_a_full_disk_did_not_take_goes_where_there_is_room() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log");
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    let access = AccessLog::start(&to_file(&path)).unwrap();
    log(&access, 0..10);
    eventually(|| access.write_errors() > 0);
    fs::remove_file(&path).unwrap();
    access.reopen();
    assert!(access.flush(PATIENCE));
    assert_eq!(ids(&path), (0..10).collect::<Vec<_>>());
    assert_eq!(access.dropped(), 0);
}

#[test]
fn nobody_waits_for_a_log_that_is_dropped() {
    let access = AccessLog::start(&to_file(Path::new("/dev/full"))).unwrap();
    log(&access, 0..10);
    eventually(|| access.write_errors() > 0);
    let losses = Arc::clone(&access.losses);
    drop(access);
    eventually(|| losses.dropped() == 10);
}

#[test]
fn a_reload_changes_what_is_logged() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log");
    let config = to_file(&path);
    let access = AccessLog::start(&config).unwrap();
    let exchange = Exchange {
        target: b"/?pin=1",
        ..exchange()
    };
    access.log(&exchange);
    access.reload(&Config {
        headers: vec!["x-a".parse().unwrap()],
        redact_query: vec!["pin".into()],
        ..config.clone()
    });
    access.log(&exchange);
    access.reload(&Config {
        sample: Share::NONE,
        ..config
    });
    access.log(&exchange);
    assert!(access.flush(PATIENCE));
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().map(object).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["path"], "/?pin=1");
    assert_eq!(lines[0].get("headers"), None);
    assert_eq!(lines[1]["path"], "/?pin=[redacted]");
    assert!(lines[1]["headers"]["x-a"].is_null());
}

#[test]
fn lines_are_appended() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("log");
    for number in 0..2 {
        let access = AccessLog::start(&to_file(&path)).unwrap();
        log(&access, number..number + 1);
        assert!(access.flush(PATIENCE));
    }
    assert_eq!(ids(&path), [0, 1]);
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "{mode:o}");
}
