//! The three services of the team as small echo servers on loopback, to try the
//! gateway without a mesh.

mod echo;

pub use echo::{EchoServices, serve_echo};
