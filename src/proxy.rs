//! The thin `ProxyHttp` implementation: it carries the answers of `route` and
//! `upstream` to the wire, and every failure to `failure`.

mod answer;
mod breaking_off;
mod classify;
mod client;
mod cookies;
mod ctx;
mod decide;
mod gateway;
mod giving_up;
mod headers;
mod request;
mod response;
mod snapshot;

pub use gateway::{Gateway, MAX_TRIES};
pub use snapshot::Snapshot;
