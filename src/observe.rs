//! What operators learn of requests: metrics, access log, and who made an error.
//!
//! It knows nothing of Pingora: the proxy tells it of each [`Exchange`] that has ended,
//! and what it needs of the configuration it gets at load.

mod access_log;
mod exchange;
pub mod metrics;
mod observer;
pub mod operational;
mod origin;
mod recent;
mod shell;

pub use access_log::AccessLog;
#[doc(hidden)]
pub use access_log::line_for_fuzzing;
pub use exchange::Exchange;
pub use metrics::{CONTENT_TYPE, Cells, Gauges, Metrics, ServiceGauges};
pub use observer::Observer;
pub use origin::{BODY, Evidence, Origin, looks_like_host_mismatch};
pub use recent::{Failed, path};
pub use shell::plain;
