//! What the tests stand on: a gateway in its own process, and raw sockets on
//! both sides of it, because a library would hide what is on the wire.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test that crosses a socket needs a part of it"
)]

pub mod clock;
pub mod comparison;
pub mod config;
pub mod dns;
pub mod gateway;
pub mod message;
pub mod nameserver;
pub mod service;
pub mod tools;
pub mod wire;

pub use clock::{Stopwatch, eventually, outlast, pause, until};
pub use comparison::Comparison;
pub use config::Config;
pub use dns::Dns;
pub use gateway::Gateway;
pub use message::Response;
pub use service::{Conn, Service, ok};
pub use wire::{Broken, Wire};

/// The longest that any single wait may take; reached only by a failing test.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);
