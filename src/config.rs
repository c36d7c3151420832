//! The configuration: a file and the environment in, all mistakes at once or a
//! validated [`Config`] out.

mod model;

pub use model::{
    Authority, BuiltinEndpoints, Config, Dns, DnsServers, Errors, HostPolicy, Normalization,
    PathMatch, ProxyStatus, Rewrite, Route, Server, Service, ServiceHost, ServiceTimeouts,
};
