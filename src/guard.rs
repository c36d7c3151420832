//! The client's connection, guarded: a stream around the accepted one that can
//! end a request when its time is up.
//!
//! Pingora has no deadline for a response header: its read timeout counts each
//! read by itself and goes on counting through the body, so it either lets a
//! drip pass or cuts event streams and WebSockets. Pingora does watch the client
//! while it waits for the service, though, so a client stream that reports an
//! error at the deadline ends exactly the wait and nothing else.

mod app;
mod connections;
mod deadline;
mod stream;

pub use app::Guarded;
pub use connections::Connections;
pub use deadline::Deadline;
pub use stream::{Handle, handle_of};
