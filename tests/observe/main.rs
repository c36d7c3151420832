//! What operators see of a request: its line, its counts, and who made its error.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod endings;
mod failures;
mod lines;
mod log;
mod operator;
mod page;
mod panics;
mod stalled;
mod watched;

#[path = "../support/mod.rs"]
mod support;
