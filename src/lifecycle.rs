//! The life of the process: start, reload, succession and stop.
//!
//! `server` starts a gateway whose parts `build` puts together; from then on the `director`
//! decides what becomes of the process, and the `reload`er which configuration is in use.

mod admin_listeners;
mod build;
mod control;
mod director;
mod files;
mod handoff;
mod leave;
mod listeners;
mod live;
mod operator;
mod readiness;
mod reload;
mod reloads;
mod run;
mod runtime_dir;
mod server;
mod sidecar;
mod signals;
mod source;
mod start;
mod supervise;
mod systemd;

pub use control::Control;
pub use handoff::{MeetError, UpgradeError, request_upgrade};
pub use listeners::BindError;
pub use runtime_dir::ClaimError;
pub use server::serve;
pub use source::Source;
pub use start::{ServeError, Start};
pub use supervise::{SuperviseError, supervise};
