//! The file's shape, as serde and editors see it. What the values mean is
//! decided by [`build`](super::build); the comments here are shown by editors.

use schemars::JsonSchema;
use serde::Deserialize;

use super::shape::{Entries, Section, Shape};
use super::value::{
    Directory, DnsServer, Endpoint, FilePath, Host, Leaf, Listen, Network, OneOrMany,
    PathNormalization, Period, ProtocolName, ProxyStatusFor, SocketPath, Switch, Threads, Url,
};

mod access_log;
mod admin;
mod drain;
mod expectations;
mod limits;
mod matches;
mod routes;
mod timeouts;

pub(super) use access_log::AccessLog;
pub(super) use admin::Admin;
pub(super) use drain::Drain;
pub(super) use expectations::{Expectation, Test};
pub(super) use limits::{Limits, RouteLimits, ServiceLimits};
pub(super) use matches::{HeaderMatch, Match, ParameterMatch, PathMatch};
pub(super) use routes::{FOR_SERVICES, HeaderRules, Redirect, Rewrite, Route};
pub(super) use timeouts::{ClientTimeouts, RouteTimeouts, ServiceTimeouts};

/// The configuration of api-gateway.
///
/// `${NAME}` and `${NAME:-default}` in a value are replaced by the environment
/// variable; `$${` is a literal `${`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// What the main port does.
    pub(super) server: Option<Section<Server>>,
    /// The addresses beside the main port, for probes and for the operator.
    pub(super) admin: Option<Section<Admin>>,
    /// How names of services become addresses.
    pub(super) dns: Option<Section<Dns>>,
    /// What error answers reveal.
    pub(super) errors: Option<Section<Errors>>,
    /// The line of JSON that each request leaves.
    pub(super) access_log: Option<Section<AccessLog>>,
    /// The services behind the gateway, by name.
    #[schemars(required)]
    pub(super) services: Option<Entries<Service>>,
    /// Which request goes where. The order decides only between equals.
    #[schemars(required, length(min = 1))]
    pub(super) routes: Option<Vec<Option<Section<Route>>>>,
    /// What must happen to requests; `api-gateway test` says where it doesn't.
    pub(super) tests: Option<Vec<Option<Section<Test>>>>,
}

impl Shape for File {
    const FIX: &'static str = "write a mapping with the keys services and routes";
}

/// What the main port does.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Server {
    /// An IP address and port, or a list of them; port 0 takes a free one. Default:
    /// `0.0.0.0:8000`.
    pub(super) listen: Option<OneOrMany<Listen>>,
    /// Worker threads; `auto` is the CPU limit of the container. Default: `auto`.
    pub(super) threads: Option<Leaf<Threads>>,
    /// `true` takes HTTP/2 with prior knowledge beside HTTP/1.1, as gRPC needs it. Default:
    /// `false`.
    pub(super) h2c: Option<Leaf<Switch>>,
    /// How a request's path is normalised before it is matched and sent: `none`, `base`,
    /// `merge_slashes` or `decode_and_merge_slashes`, with Istio's names and meaning.
    /// Default: `merge_slashes`.
    pub(super) path_normalization: Option<Leaf<PathNormalization>>,
    /// Networks whose `X-Forwarded-*` and `X-Request-Id` are believed; in a pod with a
    /// sidecar `127.0.0.6/32`. Default: none.
    pub(super) trusted_proxies: Option<Vec<Option<Leaf<Network>>>>,
    /// Paths on the main port that the gateway answers itself.
    pub(super) builtin_endpoints: Option<Section<BuiltinEndpoints>>,
    /// The deadlines of clients.
    pub(super) timeouts: Option<Section<ClientTimeouts>>,
    /// What is taken from clients.
    pub(super) limits: Option<Section<Limits>>,
    /// How the gateway stops.
    pub(super) drain: Option<Section<Drain>>,
    /// An absolute path: the directory of what is needed only while the gateway runs; made
    /// with mode 0700, and refused when others may write it. Default: `/run/api-gateway`.
    pub(super) runtime_dir: Option<Leaf<Directory>>,
    /// An absolute path of at most 107 bytes: the socket over which a new process takes
    /// over. Default: `upgrade.sock` in `runtime_dir`.
    pub(super) upgrade_socket: Option<Leaf<SocketPath>>,
    /// An absolute path: the file with the id of the process that serves. Default:
    /// `api-gateway.pid` in `runtime_dir`.
    pub(super) pid_file: Option<Leaf<FilePath>>,
}

impl Shape for Server {
    const FIX: &'static str = r#"write a mapping such as { listen: "0.0.0.0:8000" }"#;
}

/// Paths on the main port that the gateway answers itself.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BuiltinEndpoints {
    /// Answers 200 with an empty body; or `off`. Default: `/health`.
    pub(super) health: Option<Leaf<Endpoint>>,
    /// The status document of the Go program; or `off`. Default: `/stats`.
    pub(super) stats: Option<Leaf<Endpoint>>,
    /// The page of metrics, for everybody who reaches the main port; the Go program had it
    /// at `/metrics`. Default: `off`.
    pub(super) metrics: Option<Leaf<Endpoint>>,
}

impl Shape for BuiltinEndpoints {
    const FIX: &'static str = "write a mapping such as { health: /health, stats: off }";
}

/// How names of services become addresses.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Dns {
    /// `system` is resolv.conf with its search list, and the hosts file; or a list of
    /// addresses, whose port 53 may be left out. Default: `system`.
    // Without the default, schema_with makes the key a required one.
    #[serde(default)]
    #[schemars(schema_with = "dns_servers_schema")]
    pub(super) servers: Option<OneOrMany<DnsServer>>,
    /// The longest that one look-up may take. Default: `1s`.
    pub(super) timeout: Option<Leaf<Period>>,
    /// A shorter TTL counts as this. Default: `1s`.
    pub(super) min_ttl: Option<Leaf<Period>>,
    /// A longer TTL counts as this. Default: `30s`.
    pub(super) max_ttl: Option<Leaf<Period>>,
    /// How long a known address is used after its last good look-up. Default: `5m`.
    pub(super) max_stale: Option<Leaf<Period>>,
}

impl Shape for Dns {
    const FIX: &'static str = "write a mapping such as { servers: system, timeout: 1s }";
}

fn dns_servers_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let list = Vec::<Leaf<DnsServer>>::json_schema(generator);
    schemars::json_schema!({ "anyOf": [{ "const": "system" }, list] })
}

/// What error answers reveal.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Errors {
    /// Who sees `Proxy-Status`: `trusted` peers, `always`, or `off`. Default: `trusted`.
    pub(super) proxy_status: Option<Leaf<ProxyStatusFor>>,
}

impl Shape for Errors {
    const FIX: &'static str = "write a mapping such as { proxy_status: trusted }";
}

/// A service behind the gateway.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    /// Where it is: `http://host` or `http://host:port`. In a mesh the host must be the
    /// service's name, because the sidecar routes by it.
    #[schemars(required)]
    pub(super) url: Option<Leaf<Url>>,
    /// The Host that is sent: `service` is the authority of `url`, `preserve` the client's,
    /// anything else itself. Default: `service`.
    pub(super) host: Option<Leaf<Host>>,
    /// What it is spoken to in: `http1`, or `h2c` for HTTP/2 with prior knowledge. Default:
    /// `http1`.
    pub(super) protocol: Option<Leaf<ProtocolName>>,
    /// Its deadlines.
    pub(super) timeouts: Option<Section<ServiceTimeouts>>,
    /// What it is sent at once.
    pub(super) limits: Option<Section<ServiceLimits>>,
}

impl Shape for Service {
    const FIX: &'static str = r#"write a mapping such as { url: "http://auth-service:8002" }"#;
}

/// For a schema: no two of `keys` stand beside each other.
fn no_two_of(keys: &[&str]) -> serde_json::Value {
    let pairs = keys
        .iter()
        .enumerate()
        .flat_map(|(at, one)| keys[at + 1..].iter().map(move |other| [one, other]));
    pairs
        .map(|pair| serde_json::json!({ "not": { "required": pair } }))
        .collect()
}

/// For a schema: exactly one of `keys` is there.
fn one_of(keys: &[&str]) -> serde_json::Value {
    keys.iter()
        .map(|key| serde_json::json!({ "required": [key] }))
        .collect()
}
