//! What would kill or wedge a process: no descriptors, a full disk, a panic, services and
//! DNS that misbehave in turn, and all of it at once for as long as one likes.
//!
//! A binary of its own: its faults would disturb other tests. `SOAK_SECONDS` says how long
//! the soak is, `SOAK_CSV` where its samples go.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod client;
mod descriptors;
mod disk;
mod dns;
mod each;
mod faults;
mod growth;
mod panic;
mod planted;
mod soak;
mod tally;

#[path = "../support/mod.rs"]
mod support;

use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One test at a time: the soak measures, and a panic hook is the process's.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The gateway's program, within what a command of the shell leaves it: it raises the
/// limits of its own that it may raise, so they are taken down before it.
fn limited(ulimit: &str) -> Command {
    let program = support::gateway::program();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{ulimit} && exec \"$0\" \"$@\"")])
        .arg(program.get_program())
        .envs(program.get_envs().filter_map(|(k, v)| Some((k, v?))));
    shell
}
