//! The thin `ProxyHttp` implementation: it carries the answers of `route` and
//! `upstream` to the wire, and every failure to `failure`.

mod admit;
mod answer;
mod breaking_off;
mod classify;
mod client;
mod cookies;
mod ctx;
mod decide;
mod ended;
mod gateway;
mod giving_up;
mod headers;
mod in_flight;
mod phases;
mod report;
mod request;
mod response;
mod snapshot;
mod straight;
mod times;
mod tries;
mod unchunked;

pub use gateway::{Gateway, MAX_TRIES};
pub use headers::change_request;
pub use request::distrust;
pub use snapshot::Snapshot;
pub use straight::Straight;
#[doc(hidden)]
pub use straight::fuzzing;
