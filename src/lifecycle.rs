//! Start and stop: sockets, the Pingora server around the gateway, signals.

mod files;
mod listeners;
mod server;
mod signals;

pub use listeners::{BindError, Listeners};
pub use server::{ServeError, serve};
