//! What the gateway does on the wire, against scripted clients and services.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod both_ways;
mod cli;
mod client_deadlines;
mod deadline;
mod duplex;
mod endpoints;
mod failures;
mod framing;
mod h2c;
mod headers;
mod health;
mod interim;
mod limits;
mod names;
mod pool;
mod service_deadlines;
mod streaming;
mod target;
mod upgrade;
mod vocabulary;

#[path = "../support/mod.rs"]
mod support;
