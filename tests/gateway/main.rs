//! What the gateway does on the wire, against scripted clients and services.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod endpoints;
mod framing;
mod headers;
mod support;
mod target;
