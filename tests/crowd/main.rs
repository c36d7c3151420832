//! What a crowd of clients costs, and what it costs the others.
//!
//! A binary of its own: its load would disturb the timing of other tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod bulkhead;
mod burst;
mod crowd;
mod descriptors;
mod drip;
mod good_client;
mod idle;

#[path = "../support/mod.rs"]
mod support;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// One test at a time: each measures.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}
