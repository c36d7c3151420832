//! What the gateway does on the wire, against scripted clients and services.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod duplex;
mod endpoints;
mod framing;
mod headers;
mod interim;
mod streaming;
mod support;
mod target;
mod upgrade;
