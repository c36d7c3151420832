//! The configuration: a file and the environment in, all mistakes at once or a
//! validated [`Config`] out.
//!
//! The way of a file: `yaml` reads the text into a `tree` with positions,
//! `variables` puts the environment in, `typed` gives the tree its shape as
//! `raw` types, and `build` checks it into the `model`. Each of them adds
//! what it finds to the `report` and goes on with what is left.

mod asked;
mod build;
mod effective;
mod fixed;
mod literal;
mod model;
mod paths;
mod raw;
mod read;
mod report;
mod schema;
mod shape;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod typed;
mod value;
mod variables;
mod yaml;

pub use effective::effective;
pub use fixed::{in_process, needs_new_process};
pub use literal::{Beginning, Then, beginning};
pub use model::{
    AccessLog, Action, Admin, Asked, Authority, BuiltinEndpoints, ClientTimeouts, Config, Dns,
    DnsServers, Drain, Errors, Expectation, HeaderRules, HostMatch, HostPolicy, Limits, LogOutput,
    Match, Normalization, OnFull, PathMatch, Pattern, Protocol, ProxyStatus, Redirect, Rewrite,
    Route, RouteLimits, RouteTimeouts, Runtime, Server, Service, ServiceHost, ServiceLimits,
    ServiceTimeouts, Share, Test, ValueMatch,
};
pub use read::{content, parse, parse_bytes, read};
pub use report::{Diagnostic, Report, Severity};
pub use schema::schema;
pub use variables::variables;
