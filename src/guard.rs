//! The client's connection, before Pingora and around it.
//!
//! The guard owns the sockets of clients. It waits for a request without holding
//! anything for it, reads its head, checks it, and only then gives it to Pingora, as
//! a stream that ends where the request ends and fails when a deadline passes.

mod accept;
mod answer;
mod app;
mod body;
mod client;
mod clocks;
mod connection;
mod connections;
mod control;
mod deadline;
#[doc(hidden)]
pub mod fuzzing;
mod head;
mod intake;
mod leaving;
mod reading;
mod service;
mod settings;
mod spelling;
mod stall;
mod state;
mod straight;
mod stream;
mod timer;
mod watch;

pub use answer::answer;
pub use body::{BadChunk, ChunkReader};
pub use connection::Refused;
pub use connections::Connections;
pub use control::{Control, current};
pub use deadline::Deadline;
pub use service::GuardService;
pub use settings::Settings;
pub use spelling::{begins_like, is_framing, is_respelt, is_spelt_like};
pub use state::State;
pub use straight::{ClientSide, Incoming, Served, StraightWay};
