//! The validated configuration. Nothing here can be out of range or dangling.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use ipnet::IpNet;

/// A whole, valid configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// What the main port does.
    pub server: Server,
    /// How names of services become addresses.
    pub dns: Dns,
    /// What error answers reveal.
    pub errors: Errors,
    /// In the order of the file; routes refer to them by index.
    pub services: Vec<Service>,
    /// In the order of the file, so an index is also the place in the file.
    pub routes: Vec<Route>,
}

/// `server:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// At least one address. Port 0 means that the system picks a free one.
    pub listen: Vec<SocketAddr>,
    /// Worker threads; `None` is `auto`, the CPU limit of the container.
    pub threads: Option<NonZeroUsize>,
    /// How a request's path is normalised before it is matched and sent.
    pub path_normalization: Normalization,
    /// Peers whose `X-Forwarded-*` and `X-Request-Id` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Paths on the main port that the gateway answers itself.
    pub builtin_endpoints: BuiltinEndpoints,
}

/// Istio's `pathNormalization` options, with Istio's names and meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Normalization {
    /// The path stays as it came.
    None,
    /// Dot segments resolved, backslashes turned, unreserved escapes decoded.
    Base,
    /// `Base`, then runs of slashes become one.
    #[default]
    MergeSlashes,
    /// `%2F` and `%5C` decoded first, then as `MergeSlashes`.
    DecodeAndMergeSlashes,
}

/// `server.builtin_endpoints:`; `None` is `off`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltinEndpoints {
    /// Answers 200 with an empty body.
    pub health: Option<String>,
    /// Answers the status document of the Go program.
    pub stats: Option<String>,
}

/// `dns:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dns {
    /// Who is asked.
    pub servers: DnsServers,
    /// The longest that one look-up may take, all its queries together.
    pub timeout: Duration,
    /// A shorter TTL counts as this.
    pub min_ttl: Duration,
    /// A longer TTL counts as this.
    pub max_ttl: Duration,
    /// How long a known address is used after its last successful look-up.
    pub max_stale: Duration,
}

/// `dns.servers:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DnsServers {
    /// The system's resolv.conf, with its search list and ndots, and hosts file.
    System,
    /// These servers only: no search list, no hosts file.
    Explicit(Vec<SocketAddr>),
}

/// `errors:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errors {
    /// Who sees the `Proxy-Status` header (RFC 9209).
    pub proxy_status: ProxyStatus,
}

/// `errors.proxy_status:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProxyStatus {
    /// Peers in `server.trusted_proxies`.
    #[default]
    Trusted,
    /// Everybody.
    Always,
    /// Nobody.
    Off,
}

/// An entry of `services:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its key in the file.
    pub name: String,
    /// Where it is, from `url`.
    pub authority: Authority,
    /// The Host header it is sent.
    pub host: HostPolicy,
    /// Its deadlines.
    pub timeouts: ServiceTimeouts,
}

/// The authority of a service's `url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// As written in the file, for example `auth-service:8002`.
    pub text: String,
    /// The host part.
    pub host: ServiceHost,
    /// The port part, 80 when the file names none.
    pub port: u16,
}

/// The host part of a service's `url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceHost {
    /// To be resolved.
    Name(String),
    /// An address that needs no resolving.
    Ip(IpAddr),
}

/// `services.*.host:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPolicy {
    /// This value: the authority of the service, or the literal in the file.
    Literal(String),
    /// What the client sent. In a mesh this is what causes the 503.
    Preserve,
}

/// `services.*.timeouts:`; `None` is `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceTimeouts {
    /// To establish a TCP connection.
    pub connect: Option<Duration>,
    /// From the end of the request to the end of the response header.
    pub response_header: Option<Duration>,
    /// How long an unused connection stays in the pool.
    pub idle: Option<Duration>,
}

/// An entry of `routes:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Unique; logs, metrics and `explain` say it.
    pub name: String,
    /// Which paths it takes.
    pub path: PathMatch,
    /// What becomes of the path.
    pub rewrite: Rewrite,
    /// Index into [`Config::services`].
    pub service: usize,
}

/// `routes[].match.path:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathMatch {
    /// The whole path.
    Exact(String),
    /// Without a trailing slash whole segments; with one a subtree as in Go's
    /// `ServeMux`, which also redirects the path that lacks just the slash.
    Prefix(String),
}

/// `routes[].rewrite:`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Rewrite {
    /// The path that was matched is sent.
    #[default]
    Keep,
    /// Without this prefix, which every match of the route begins with.
    StripPrefix(String),
    /// With this in place of the matched prefix.
    ReplacePrefix(String),
    /// This path.
    ReplacePath(String),
}
