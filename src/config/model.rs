//! The validated configuration. Nothing here can be out of range or dangling.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use ipnet::IpNet;
use regex::bytes::{Regex, RegexBuilder};

mod access_log;
mod admin;
mod drain;
mod limits;
mod runtime;
mod timeouts;

pub use access_log::{AccessLog, LogOutput, OnFull, Share};
pub use admin::{Admin, Asked};
pub use drain::Drain;
pub use limits::{Limits, RouteLimits, ServiceLimits};
pub use runtime::Runtime;
pub use timeouts::{ClientTimeouts, RouteTimeouts, ServiceTimeouts};

/// A whole, valid configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// What the main port does.
    pub server: Server,
    /// What is asked beside the main port.
    pub admin: Admin,
    /// How names of services become addresses.
    pub dns: Dns,
    /// What error answers reveal.
    pub errors: Errors,
    /// The line that each request leaves.
    pub access_log: AccessLog,
    /// In the order of the file; routes refer to them by index.
    pub services: Vec<Service>,
    /// In the order of the file, so an index is also the place in the file.
    pub routes: Vec<Route>,
    /// What the file itself says must happen; `api-gateway test` runs them.
    pub tests: Vec<Test>,
    /// The values below `routes` into which variables were put: some may be secret.
    pub from_variables: BTreeSet<String>,
}

/// `server:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// At least one address. Port 0 means that the system picks a free one.
    pub listen: Vec<SocketAddr>,
    /// Worker threads; `None` is `auto`, the CPU limit of the container.
    pub threads: Option<NonZeroUsize>,
    /// HTTP/2 with prior knowledge beside HTTP/1.1.
    pub h2c: bool,
    /// How a request's path is normalised before it is matched and sent.
    pub path_normalization: Normalization,
    /// Peers whose `X-Forwarded-*` and `X-Request-Id` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Paths on the main port that the gateway answers itself.
    pub builtin_endpoints: BuiltinEndpoints,
    /// The deadlines of clients.
    pub timeouts: ClientTimeouts,
    /// What is taken from clients.
    pub limits: Limits,
    /// How it stops.
    pub drain: Drain,
    /// Where it keeps what it needs only while it runs.
    pub runtime: Runtime,
}

impl Server {
    /// Whether a peer is in `trusted_proxies`.
    #[must_use]
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.trusted_proxies.iter().any(|net| net.contains(&peer))
    }
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
    /// Answers the page of metrics.
    pub metrics: Option<String>,
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

impl Errors {
    /// Whether a peer, trusted or not, sees the `Proxy-Status` header.
    #[must_use]
    pub fn tells_proxy_status(self, trusted: bool) -> bool {
        match self.proxy_status {
            ProxyStatus::Always => true,
            ProxyStatus::Trusted => trusted,
            ProxyStatus::Off => false,
        }
    }
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
    /// What it is spoken to in.
    pub protocol: Protocol,
    /// Its deadlines.
    pub timeouts: ServiceTimeouts,
    /// What it is sent at once.
    pub limits: ServiceLimits,
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

/// `services.*.protocol:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2 with prior knowledge, as gRPC needs it.
    H2c,
}

/// An entry of `routes:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Unique; logs, metrics and `explain` say it.
    pub name: String,
    /// Any of these makes the route take a request; at least one.
    pub matches: Vec<Match>,
    /// What is done with the request.
    pub action: Action,
    /// Changes of the request's headers, before the gateway's own.
    pub request_headers: HeaderRules,
    /// Changes of the response's headers.
    pub response_headers: HeaderRules,
    /// What it changes of its service's deadlines.
    pub timeouts: RouteTimeouts,
    /// What it changes of the server's limits.
    pub limits: RouteLimits,
}

/// What a route does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Sends it to a service.
    Proxy {
        /// Index into [`Config::services`].
        service: usize,
        /// What becomes of the path.
        rewrite: Rewrite,
        /// The Host header; `None` leaves it to the service.
        host: Option<String>,
    },
    /// Sends the client elsewhere.
    Redirect(Redirect),
}

/// `routes[].redirect:`; `None` keeps that part of the request's URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// `http` or `https`.
    pub scheme: Option<String>,
    /// Without a port.
    pub host: Option<String>,
    /// Left out of the Location where it is the scheme's own.
    pub port: Option<u16>,
    /// What becomes of the path: kept, replaced, or its prefix replaced.
    pub path: Rewrite,
}

/// `routes[].request_headers:` and `response_headers:`, in the order in which
/// they are applied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderRules {
    /// Headers that go.
    pub remove: Vec<HeaderName>,
    /// Headers that get this one value.
    pub set: Vec<(HeaderName, HeaderValue)>,
    /// Headers that get this value beside those they have.
    pub add: Vec<(HeaderName, HeaderValue)>,
}

/// An entry of `routes[].match:`; all that it says must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Which paths.
    pub path: PathMatch,
    /// Any of these hosts; none means every host.
    pub hosts: Vec<HostMatch>,
    /// Any of these methods; none means every method.
    pub methods: Vec<Method>,
    /// All of these headers. Names are unique.
    pub headers: Vec<(HeaderName, ValueMatch)>,
    /// All of these query parameters. Names are unique and as they stand in the
    /// URL, escapes included.
    pub query: Vec<(String, ValueMatch)>,
}

/// An entry of `routes[].match.hosts:`, in lower case, without a trailing dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostMatch {
    /// This host.
    Exact(String),
    /// `*.b` holds `b`: every host that ends in it and has at least one label more.
    Wildcard(String),
}

/// How a header's or a query parameter's value is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueMatch {
    /// Byte for byte.
    Exact(String),
    /// The whole value.
    Regex(Pattern),
}

/// A regular expression that matches whole values.
#[derive(Debug, Clone)]
pub struct Pattern {
    written: String,
    compiled: Regex,
}

impl Pattern {
    /// Compiles an expression as the file has it.
    ///
    /// # Errors
    /// When it is none, or too large to be matched within bounds.
    pub fn new(written: &str) -> Result<Self, regex::Error> {
        Self::compile(written, true)
    }

    /// Compiles an expression for a value that needn't be text: `.` takes any byte,
    /// and classes such as `\w` are ASCII's. One that names other characters is for
    /// UTF-8 all the same.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn of_bytes(written: &str) -> Result<Self, regex::Error> {
        Self::compile(written, false).or_else(|_| Self::new(written))
    }

    fn compile(written: &str, unicode: bool) -> Result<Self, regex::Error> {
        let whole = format!("^(?:{written})$");
        let compile = |text: &str| {
            let mut builder = RegexBuilder::new(text);
            builder.unicode(unicode).size_limit(1 << 20).build()
        };
        // It must be one by itself: `a)|(b` is not.
        compile(written)?;
        let compiled = compile(&whole)?;
        let written = written.to_owned();
        Ok(Self { written, compiled })
    }

    /// As the file has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether it matches the whole of `value`.
    #[must_use]
    pub fn matches(&self, value: &[u8]) -> bool {
        self.compiled.is_match(value)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Pattern {}

/// `routes[].match.path:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathMatch {
    /// The whole path.
    Exact(String),
    /// Without a trailing slash whole segments; with one a subtree as in Go's
    /// `ServeMux`, which also redirects the path that lacks just the slash.
    Prefix(String),
    /// The whole path too, by an expression.
    Regex(Pattern),
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

/// An entry of `tests:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The method of `request`.
    pub method: Method,
    /// The target of `request`: a path, and a query where it has one.
    pub target: String,
    /// The Host header; `None` is one that no route names.
    pub host: Option<String>,
    /// Further headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// All that is given must come true; at least one is.
    pub expect: Expectation,
}

/// `tests[].expect:`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expectation {
    /// The name of the route.
    pub route: Option<String>,
    /// The name of the service.
    pub service: Option<String>,
    /// The Host that the service gets.
    pub host: Option<String>,
    /// The target that the service gets: path, and query where the test has one.
    pub path: Option<String>,
    /// The status of the gateway's own answer.
    pub status: Option<u16>,
    /// The Location of a redirect.
    pub location: Option<String>,
}
