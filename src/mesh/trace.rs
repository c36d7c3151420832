//! What a sidecar does with a request, and why.

use std::time::Duration;

use serde::Serialize;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It goes to a cluster of a service.
    Routed,
    /// It goes where the connection was for, in plaintext.
    Passthrough,
    /// Envoy answers 502, or drops the connection.
    BlackHole,
    /// Envoy answers 404, or 503 where only the cluster is missing.
    NoRoute,
    /// Envoy answers by itself.
    DirectResponse,
    /// Envoy sends the client elsewhere.
    Redirect,
    /// It goes to a service in plaintext, whose pods take mutual TLS.
    PlaintextToStrict,
    /// The model doesn't cover something, which `why` names.
    Unknown,
}

impl Verdict {
    /// As `explain --output json` has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Routed => "routed",
            Self::Passthrough => "passthrough",
            Self::BlackHole => "black_hole",
            Self::NoRoute => "no_route",
            Self::DirectResponse => "direct_response",
            Self::Redirect => "redirect",
            Self::PlaintextToStrict => "plaintext_to_strict",
            Self::Unknown => "unknown",
        }
    }
}

/// One choice on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What was chosen, such as `virtual host`.
    pub what: &'static str,
    /// Its name.
    pub chosen: String,
    /// Why this one.
    pub why: String,
    /// The runners-up, each with its reason; the nearest first, and not all of many.
    pub lost: Vec<String>,
}

/// A cluster and its share of the requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The cluster.
    pub cluster: String,
    /// Of all weights together.
    pub weight: u32,
}

/// How connections to a cluster's endpoints are wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    Plaintext,
    /// With an own certificate; this is the mesh's.
    Mutual {
        /// The server name that is asked for.
        sni: String,
    },
    /// Only the server has a certificate.
    Simple {
        /// The server name that is asked for.
        sni: String,
    },
    /// Each endpoint's metadata decides, and the dump has no endpoints.
    ByEndpoint,
    /// Not all endpoints alike.
    Mixed,
    /// In a way that the model doesn't know.
    Other(String),
}

/// The HTTP that a cluster's endpoints are spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Http {
    /// HTTP/1.1.
    One,
    /// HTTP/2.
    Two,
    /// HTTP/3.
    Three,
    /// The version that the request came in.
    AsReceived,
    /// What the endpoint takes of both, by ALPN within TLS.
    Negotiated,
}

/// One endpoint of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointState {
    /// `ip:port`.
    pub address: String,
    /// `HEALTHY`, `UNHEALTHY`, `DRAINING`, `TIMEOUT` or `DEGRADED`.
    pub health: String,
    /// How the connection to it is wrapped.
    pub tls: Tls,
}

/// Where a request ends up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The cluster.
    pub cluster: String,
    /// `EDS`, `STATIC`, `STRICT_DNS`, `LOGICAL_DNS`, `ORIGINAL_DST` or an extension's name.
    pub kind: String,
    /// How its connections are wrapped.
    pub tls: Tls,
    /// The DestinationRule under which a service of the mesh is spoken to in plaintext. Whether
    /// its pods take that isn't in a dump.
    pub plaintext_by: Option<String>,
    /// What its endpoints are spoken to in.
    pub http: Http,
    /// Whether this request goes there in HTTP/2; not said of what is negotiated.
    pub http2: bool,
    /// `None` when the dump has no endpoints (`?include_eds`).
    pub endpoints: Option<Vec<EndpointState>>,
    /// Unhealthy endpoints are never used: otherwise Envoy uses all of them when too few are
    /// healthy (its panic threshold).
    pub only_healthy: bool,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
}

/// What a route says about deadlines and attempts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// For the whole answer, over all attempts; `None` is none.
    pub timeout: Option<Duration>,
    /// The retries, without the first attempt.
    pub retries: u32,
    /// On what it tries again.
    pub retry_on: Vec<String>,
    /// The status codes that it tries again on.
    pub retriable_status_codes: Vec<u16>,
    /// For one attempt; `None` is none but the route's.
    pub per_try_timeout: Option<Duration>,
    /// The longest pauses between attempts, together.
    pub back_off: Duration,
}

/// What the service gets in place of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rewritten {
    /// The path and query; `None` when they stay, or when `how` says more.
    pub target: Option<String>,
    /// The Host; `None` when it stays.
    pub host: Option<String>,
    /// A rewrite that the model doesn't work out.
    pub how: Option<String>,
}

/// The whole way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The choices in their order.
    pub steps: Vec<Step>,
    /// The listener's name.
    pub listener: Option<String>,
    /// The route configuration's name.
    pub route_config: Option<String>,
    /// The virtual host's name.
    pub virtual_host: Option<String>,
    /// The route's name; `routes[2]` when it has none.
    pub route: Option<String>,
    /// The cluster; of several the one with the largest share.
    pub cluster: Option<String>,
    /// All of them when there are several.
    pub shares: Vec<Share>,
    /// What is known about the cluster, when there is one.
    pub target: Option<Target>,
    /// The route's deadlines and attempts, when there is a route to a cluster.
    pub policy: Option<Policy>,
    /// What the route changes.
    pub rewritten: Rewritten,
    /// The status of Envoy's own answer, when that is certain.
    pub status: Option<u16>,
    /// Whether the chain is TCP: nothing of the request is looked at.
    pub tcp: bool,
    /// The request, or a part of such requests, gets to a cluster without an endpoint that is
    /// used, and with it 503.
    pub starved: bool,
    /// What becomes of the request.
    pub verdict: Verdict,
    /// The reason, in a sentence.
    pub why: String,
}

impl Trace {
    /// Whether a service gets the request: it is routed there, and the cluster has an
    /// endpoint as far as the dump says.
    #[must_use]
    pub fn reaches_service(&self) -> bool {
        self.verdict == Verdict::Routed && !self.starved
    }
}

impl Target {
    /// Whether Envoy has nowhere to send to.
    pub(super) fn is_starved(&self) -> bool {
        let Some(all) = &self.endpoints else {
            return false;
        };
        let healthy = |of: &EndpointState| matches!(of.health.as_str(), "HEALTHY" | "DEGRADED");
        !all.iter().any(|of| !self.only_healthy || healthy(of))
    }
}
