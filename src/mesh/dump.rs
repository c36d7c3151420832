//! A proxy's configuration as its admin interface shows it.

mod read;
mod sections;
mod stream;

pub mod cluster;
pub mod filter;
pub mod listener;
pub mod matcher;
pub mod route;
pub mod scalar;

use std::collections::{BTreeSet, HashMap};

use cluster::{Cluster, LoadAssignment};
use listener::Listener;
pub use read::Unreadable;
use route::RouteConfig;

use super::expression::Expressions;

/// What kind of proxy a dump is of, by the beginning of its node id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Beside an application.
    Sidecar,
    /// At the edge of the mesh.
    Gateway,
    /// Before services, in ambient mode.
    Waypoint,
    /// The dump doesn't say.
    #[default]
    Unsaid,
}

/// A whole dump, by name.
#[derive(Debug, Default)]
pub struct Dump {
    /// Whose it is: Istio's `sidecar~10.0.0.1~pod.namespace~domain`.
    pub node: String,
    /// The proxy's namespace, where it says so.
    pub namespace: String,
    /// The version of Istio, where it says so.
    pub istio_version: String,
    /// Envoy's version, where it says so.
    pub envoy: Option<(u32, u32)>,
    /// What the proxy listens on, in the dump's order.
    pub listeners: Vec<Listener>,
    /// The routes by name, also those that a listener has in itself.
    pub routes: HashMap<String, Box<RouteConfig>>,
    /// The clusters by name.
    pub clusters: HashMap<String, Box<Cluster>>,
    /// The endpoints by the name of their cluster, or of its `service_name`. Empty without
    /// `?include_eds`.
    pub endpoints: HashMap<String, LoadAssignment>,
    /// Keys that the bootstrap's runtime sets.
    pub runtime: BTreeSet<String>,
    /// Which of the four kinds the dump has at all.
    pub has: Has,
    /// What is not in use: updates that were refused, and what is still being made ready.
    pub notes: Vec<String>,
    /// What was compiled of it, once a question came to it.
    pub(super) expressions: Expressions,
}

/// Which kinds of things a dump has. What a whole kind is missing of can't be denied.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Has {
    /// Listeners.
    pub listeners: bool,
    /// Route configurations.
    pub routes: bool,
    /// Clusters.
    pub clusters: bool,
    /// Endpoints.
    pub endpoints: bool,
}

impl Dump {
    /// Reads what `/config_dump` answers, with `?include_eds` or without, what
    /// `istioctl proxy-config` prints with `-o json`, or either of them as gzip.
    ///
    /// # Errors
    /// When it is none of these; the error says where.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        read::read(bytes)
    }

    /// What kind of proxy it is of.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.node.split('~').next() {
            Some("sidecar") => Kind::Sidecar,
            Some("router") => Kind::Gateway,
            Some("waypoint") => Kind::Waypoint,
            _ => Kind::Unsaid,
        }
    }

    /// The endpoints of a cluster, from wherever they come.
    #[must_use]
    pub fn endpoints_of<'d>(&'d self, cluster: &'d Cluster) -> Option<&'d LoadAssignment> {
        let service = cluster.eds_cluster_config.as_ref();
        let service = service.map(|eds| eds.service_name.as_str());
        let name = service.filter(|name| !name.is_empty());
        self.endpoints
            .get(name.unwrap_or(&cluster.name))
            .or(cluster.load_assignment.as_ref())
    }
}
