//! Start, reload, upgrade and stop under load, without one request that fails.
//!
//! A binary of its own: its load would disturb the timing of other tests. These set how
//! much there is of it:
//!
//! - `LIFECYCLE_UPGRADES`: how often one process hands over to the next
//! - `LIFECYCLE_RELOADS`: how often the routes change
//! - `LIFECYCLE_RATE`: requests a second
//! - `LIFECYCLE_DOWNLOAD`: seconds that one download takes

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod balancer;
mod client;
mod download;
mod drain;
mod exchange;
mod flip;
mod frames;
mod handover;
mod http1;
mod instance;
mod keep_alive;
mod kept;
mod load;
mod one_shot;
mod place;
mod plan;
mod ready;
mod refused;
mod reload;
mod replaced;
mod rig;
mod service;
mod slow;
mod stop;
mod streams;
mod successor;
mod supervise;
mod systemd;
mod upgrade;
mod upload;
mod verdict;
mod waiting;
mod websocket;

#[path = "../support/mod.rs"]
mod support;

use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One test at a time: each is about a process under load.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the variable says; the default is for `make test`.
fn setting<T: FromStr>(variable: &str, default: T) -> T {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable}={text}: not a number")),
        Err(_) => default,
    }
}
