//! An edge gateway on Pingora for services in an Istio mesh.
//!
//! Read the modules in the order of a request: [`route`] decides, [`proxy`]
//! carries the decision to the wire, [`upstream`] knows where services are, and
//! [`failure`] says what the client is told when it does not work out.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod accepting;
pub mod admin;
pub mod cli;
pub mod config;
pub mod demo;
pub mod failure;
pub mod fields;
pub mod guard;
mod ip;
pub mod lifecycle;
pub mod mesh;
pub mod observe;
mod parameter;
pub mod proxy;
pub mod route;
pub mod upstream;
