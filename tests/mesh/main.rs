//! The gateway in a mesh of real Envoys.
//!
//! An outbound sidecar as Istio generates it stands beside the gateway, and an inbound one
//! with STRICT mTLS before each service; `Mesh` puts them together. The same tests run in
//! two modes: as root every pod is a network namespace with Istio's iptables rules; without
//! root, or with `API_GATEWAY_MESH_ROOTLESS=1`, addresses of the loopback network stand for
//! pods, and the test says so.
//!
//! Envoy is `$API_GATEWAY_ENVOY`, or what `make test` installs. Nothing is skipped when a
//! tool is missing: the test fails and names it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

// The mesh and its parts.
mod certs;
mod client;
mod dns;
mod echo;
mod envoy;
mod gateway;
mod iptables;
mod mesh;
mod place;
mod plan;
mod pods;
mod probe;
mod process;

#[path = "../support/mod.rs"]
mod support;

// The tests.
mod address_change;
mod chaos;
mod demo;
mod doctored;
mod explained;
mod host_header;
mod sidecars;
