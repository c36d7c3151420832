//! Runs the fuzz targets on their committed corpora, without a fuzzer.
//!
//! An input that once failed is a file of a corpus, and a test here that says what it was.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/targets/lib.rs"]
mod targets;

fn corpus(target: &str) -> PathBuf {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    fuzz.join("corpus").join(target)
}

/// Beginnings of a file that are run, too.
const BEGINNINGS: usize = 100;

/// Every file, and beginnings of it: what is cut off is a place to go wrong, too.
fn replay(target: &str, run: fn(&[u8])) {
    let files = fs::read_dir(corpus(target)).unwrap().map(Result::unwrap);
    let mut files: Vec<PathBuf> = files.map(|file| file.path()).collect();
    files.sort();
    assert!(files.len() >= 5, "{target} has a corpus of {files:?}");
    for file in &files {
        let input = fs::read(file).unwrap();
        let step = input.len() / BEGINNINGS + 1;
        for end in (0..input.len()).step_by(step).chain([input.len()]) {
            let beginning = &input[..end];
            if let Err(panic) = std::panic::catch_unwind(|| run(beginning)) {
                eprintln!("{} up to {end}", file.display());
                std::panic::resume_unwind(panic);
            }
        }
    }
}

#[test]
fn path() {
    replay("path", targets::path::run);
}

#[test]
fn config() {
    replay("config", targets::config::run);
}

#[test]
fn head() {
    replay("head", targets::head::run);
}

#[test]
fn body() {
    replay("body", targets::body::run);
}

#[test]
fn answer() {
    replay("answer", targets::answer::run);
}

#[test]
fn access_log() {
    replay("access_log", targets::access_log::run);
}

#[test]
fn dump() {
    replay("dump", targets::dump::run);
}
