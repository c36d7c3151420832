//! The model of a sidecar's choice, pure: a dump of its configuration, a request, and what
//! becomes of the one under the other.
//!
//! [`Dump::read`] reads what `/config_dump` answers. [`follow`] takes a [`Query`] through
//! it, as Envoy would: listener, filter chain, route configuration, virtual host, route,
//! cluster; the [`Trace`] says what was chosen and why. What the model doesn't cover ends in
//! [`Verdict::Unknown`] with its name, never in a guess. A test asks a real Envoy the same.
//!
//! [`manifests`] reads what is applied to a cluster, and [`findings`] says what of all this
//! doesn't fit together.

mod address;
mod choose;
pub mod dump;
mod expression;
pub mod findings;

mod ladder;
pub mod manifests;
mod query;
mod trace;
mod truth;

pub use address::service_address;
pub use choose::{follow, follow_for_people};
pub use dump::{Dump, Kind, Unreadable};
pub use ladder::{Ladder, Rung};
pub use query::Query;
pub use trace::{EndpointState, Http, Policy, Rewritten, Share, Step, Target, Tls, Trace, Verdict};
