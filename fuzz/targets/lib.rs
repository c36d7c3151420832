//! What holds for every input: one function for each fuzz target, which panics where it
//! doesn't.
//!
//! They are here once. libFuzzer calls them through `bin/`, and `cargo test` compiles this
//! file into `tests/fuzz.rs`, which runs them on the committed corpora without it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

pub mod access_log;
pub mod answer;
pub mod body;
pub mod chunks;
pub mod config;
pub mod dump;
pub mod head;
pub mod path;
pub mod pieces;
