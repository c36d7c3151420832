//! Who made an error, by answers of a real Envoy.
//!
//! It is set up like Istio's sidecars: ours in its two outbound modes, and the service's
//! behind it. What comes over the wire is handed to the pure function, and then asked for
//! through the gateway.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod app;
mod config;
mod judged;
mod rows;
mod sidecar;
mod through;

#[path = "../support/mod.rs"]
mod support;
