//! The same paths and the same requests to a real Envoy and to our decisions.
//!
//! Envoy is set up the way Istio does it: path normalisation by
//! `meshConfig.pathNormalization`, routes as they come out of an `HTTPRoute`. And the model of
//! a sidecar's choice, which `explain` asks, is held against the choice of this one.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod choice;
mod normalisation;
mod routes;
mod server;

#[path = "../support/mod.rs"]
mod support;
