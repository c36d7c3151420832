//! From bytes to a [`Dump`], within bounds whatever the bytes are.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::cluster::{Cluster, Endpoint, LbEndpoint, LoadAssignment, Locality};
use super::listener::Listener;
use super::route::RouteConfig;
use super::scalar::Name;
use super::sections::{ConfigDump, HostStatuses, Section};
use super::stream::{Added, All};
use super::{Dump, Has};

/// The longest JSON that is read. A mesh of some thousand services has about 100 MiB.
const LONGEST: usize = 256 << 20;

/// A small object takes much more memory than text, up to some 500 bytes, so one in fewer bytes
/// than this is a dump that somebody made to fill memory. Real ones have one in 60, and in 34
/// without their spaces where they are mostly endpoints.
const BYTES_PER_OBJECT: usize = 24;

/// So many are always well.
const OBJECTS: usize = 100_000;

/// So many never are, however long the dump.
const MOST_OBJECTS: usize = 3_000_000;

const GZIP: &[u8] = &[0x1f, 0x8b];

/// Why something is no dump.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing at all.
    #[error("the dump is empty")]
    Empty,
    /// More than a dump has.
    #[error("the dump is larger than {} MiB", LONGEST >> 20)]
    TooLarge,
    /// It ends or changes in the middle.
    #[error("the gzip data of the dump is damaged: {0}")]
    Gzip(String),
    /// It is made of objects.
    #[error("the dump has {0} objects in {1} bytes, which no Envoy's has")]
    TooDense(usize, usize),
    /// It breaks off.
    #[error("the dump breaks off at line {line}, column {column}{place}; is it whole?")]
    Truncated {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
        /// In what, as ` in configs[1]`, or empty.
        place: String,
    },
    /// It isn't what Envoy writes.
    #[error("the dump is wrong at line {line}, column {column}{place}: {what}")]
    Wrong {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
        /// In what, as ` in configs[1]`, or empty.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// It is JSON, but of something else.
    #[error(
        "this is no dump of an Envoy; ask the sidecar for /config_dump?include_eds, or \
         `istioctl proxy-config all POD -o json`"
    )]
    Another,
}

pub(super) fn read(bytes: &[u8]) -> Result<Dump, Unreadable> {
    let unpacked;
    let json = if bytes.starts_with(GZIP) {
        unpacked = unpack(bytes)?;
        &unpacked
    } else {
        bytes
    };
    // Windows' tools put a mark in front.
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    if json.len() > LONGEST {
        return Err(Unreadable::TooLarge);
    }
    let objects = memchr::memchr_iter(b'{', json).count();
    let allowed = (json.len() / BYTES_PER_OBJECT).clamp(OBJECTS, MOST_OBJECTS);
    if objects > allowed {
        return Err(Unreadable::TooDense(objects, json.len()));
    }
    match json.iter().find(|b| !b.is_ascii_whitespace()) {
        None => Err(Unreadable::Empty),
        Some(b'[') => list(json),
        Some(b'{') => object(json),
        Some(_) => Err(Unreadable::Another),
    }
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut json = Vec::new();
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(bytes)
        .take(most)
        .read_to_end(&mut json)
        .map_err(|why| Unreadable::Gzip(why.to_string()))?;
    Ok(json)
}

/// One object: a whole dump, or one entry of it.
fn object(json: &[u8]) -> Result<Dump, Unreadable> {
    let mut dump = Dump::default();
    match parse::<ConfigDump>(json) {
        Ok(ConfigDump { configs }) => dump = configs.dump,
        Err(why) => {
            // Not an error within it, but something else altogether.
            let section = parse::<Section>(json).map_err(|_| why.clone())?;
            dump.add_section(section);
            if dump.has == Has::default() {
                let other =
                    matches!(&why, Unreadable::Wrong { what, .. } if what.contains("`configs`"));
                return Err(if other { Unreadable::Another } else { why });
            }
        }
    }
    dump.finish()
}

/// A list of resources, as `istioctl proxy-config listeners -o json` prints it. They have no
/// type, but each kind has fields that no other has.
fn list(json: &[u8]) -> Result<Dump, Unreadable> {
    let kinds: BTreeSet<Resource> = parse::<Vec<Traits>>(json)?
        .iter()
        .map(Traits::kind)
        .collect();
    match kinds.into_iter().collect::<Vec<_>>()[..] {
        [Resource::Listener] => all::<Listener>(json),
        [Resource::Routes] => all::<Box<RouteConfig>>(json),
        [Resource::Cluster] => all::<Box<Cluster>>(json),
        [Resource::Endpoints] => all::<LoadAssignment>(json),
        [Resource::Statuses] => all::<HostStatuses>(json),
        [Resource::Section] => all::<Section>(json),
        _ => Err(Unreadable::Another),
    }
}

fn all<T: Added + DeserializeOwned>(json: &[u8]) -> Result<Dump, Unreadable> {
    parse::<All<T>>(json)?.dump.finish()
}

/// What a resource without an envelope is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Resource {
    Listener,
    Routes,
    Cluster,
    Endpoints,
    Statuses,
    Section,
    Another,
}

/// The fields that tell.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Traits {
    #[serde(rename = "@type")]
    type_url: Option<IgnoredAny>,
    #[serde(alias = "virtualHosts")]
    virtual_hosts: Option<IgnoredAny>,
    #[serde(alias = "validateClusters")]
    validate_clusters: Option<IgnoredAny>,
    #[serde(alias = "filterChains")]
    filter_chains: Option<IgnoredAny>,
    #[serde(alias = "defaultFilterChain")]
    default_filter_chain: Option<IgnoredAny>,
    #[serde(alias = "hostStatuses")]
    host_statuses: Option<IgnoredAny>,
    #[serde(alias = "clusterName")]
    cluster_name: Option<IgnoredAny>,
    r#type: Option<IgnoredAny>,
    #[serde(alias = "connectTimeout")]
    connect_timeout: Option<IgnoredAny>,
    #[serde(alias = "lbPolicy")]
    lb_policy: Option<IgnoredAny>,
}

impl Traits {
    fn kind(&self) -> Resource {
        let any = |fields: &[&Option<IgnoredAny>]| fields.iter().any(|field| field.is_some());
        if any(&[&self.type_url]) {
            Resource::Section
        } else if any(&[&self.virtual_hosts, &self.validate_clusters]) {
            Resource::Routes
        } else if any(&[&self.filter_chains, &self.default_filter_chain]) {
            Resource::Listener
        } else if any(&[&self.host_statuses]) {
            Resource::Statuses
        } else if any(&[&self.cluster_name]) {
            Resource::Endpoints
        } else if any(&[&self.r#type, &self.connect_timeout, &self.lb_policy]) {
            Resource::Cluster
        } else {
            Resource::Another
        }
    }
}

/// Parsed without keeping track of where; when that fails, once more with it.
fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Unreadable> {
    if let Ok(value) = serde_json::from_slice(json) {
        return Ok(value);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => {
            let path = error.path().to_string();
            let place = match path.as_str() {
                "." | "" => String::new(),
                path => format!(" in {path}"),
            };
            Err(told(error.inner(), place))
        }
        // What follows the value is wrong then.
        Ok(value) => match deserializer.end() {
            Err(why) => Err(told(&why, String::new())),
            Ok(()) => Ok(value),
        },
    }
}

fn told(why: &serde_json::Error, place: String) -> Unreadable {
    let (line, column) = (why.line(), why.column());
    if why.is_eof() {
        return Unreadable::Truncated {
            line,
            column,
            place,
        };
    }
    let what = why.to_string();
    let end = what.rfind(" at line ").unwrap_or(what.len());
    // A message may quote the dump, which may be long.
    let what = what.get(..end).unwrap_or(&what).chars().take(200).collect();
    Unreadable::Wrong {
        line,
        column,
        place,
        what,
    }
}

impl Dump {
    fn finish(self) -> Result<Self, Unreadable> {
        if self.has == Has::default() {
            return Err(Unreadable::Another);
        }
        Ok(self)
    }

    fn add_section(&mut self, section: Section) {
        let is = |kind: &str| section.type_url.contains(kind);
        self.has.listeners |= is("ListenersConfigDump");
        self.has.routes |= is("RoutesConfigDump");
        self.has.clusters |= is("ClustersConfigDump");
        self.has.endpoints |= is("EndpointsConfigDump");
        if let Some(bootstrap) = section.bootstrap {
            let node = bootstrap.node;
            let version = node.user_agent_build_version.version;
            self.envoy =
                (version.major_number > 0).then_some((version.major_number, version.minor_number));
            self.namespace = node.metadata.namespace;
            self.istio_version = node.metadata.istio_version;
            self.node = node.id;
            let layers = bootstrap.layered_runtime.layers;
            self.runtime
                .extend(layers.into_iter().flat_map(|l| l.static_layer.into_keys()));
        }
        let of_static = section.static_listeners.into_iter();
        for listener in of_static.filter_map(|of| of.listener) {
            self.add_listener(*listener);
        }
        for of in section.dynamic_listeners {
            let name = of.name;
            if let Some(failure) = of.error_state {
                self.note("listener", &name, &failure.details);
            }
            match (of.active_state, of.warming_state) {
                (Some(active), _) => self.add_state(active.listener),
                (None, Some(_)) => {
                    let note = format!("listener {name} is being made ready and not in use yet");
                    self.notes.push(note);
                }
                (None, None) => {}
            }
        }
        // One that a listener has in itself is among the static ones, maybe under the same name.
        let routes = section.dynamic_route_configs.into_iter();
        for of in routes.chain(section.static_route_configs) {
            let name = of.route_config.as_ref().map(|config| config.name.clone());
            if let Some(failure) = of.error_state {
                let name = name.unwrap_or_default();
                self.note("route configuration", &name, &failure.details);
            }
            if let Some(config) = of.route_config {
                self.add_routes(config);
            }
        }
        let clusters = section.static_clusters.into_iter();
        for of in clusters.chain(section.dynamic_active_clusters) {
            if let Some(failure) = of.error_state {
                let name = of.cluster.as_ref().map_or("", |cluster| &cluster.name);
                let name = name.to_owned();
                self.note("cluster", &name, &failure.details);
            }
            if let Some(cluster) = of.cluster {
                self.add_cluster(cluster);
            }
        }
        for cluster in section.dynamic_warming_clusters {
            let name = cluster.cluster.map(|cluster| cluster.name);
            let name = name.unwrap_or_default();
            let note = format!("cluster {name} is being made ready; its older state is in use");
            self.notes.push(note);
        }
        let endpoints = section.static_endpoint_configs.into_iter();
        for of in endpoints.chain(section.dynamic_endpoint_configs) {
            if let Some(assignment) = of.endpoint_config {
                self.add_endpoints(*assignment);
            }
        }
        // The forms of `?resource=`.
        if let Some(failure) = section.error_state {
            self.note("listener", &section.name, &failure.details);
        }
        self.add_state(section.active_state.and_then(|state| state.listener));
        self.add_state(section.listener);
        if let Some(config) = section.route_config {
            self.add_routes(config);
        }
        if let Some(cluster) = section.cluster {
            self.add_cluster(cluster);
        }
        if let Some(assignment) = section.endpoint_config {
            self.add_endpoints(*assignment);
        }
    }

    fn note(&mut self, what: &str, name: &str, details: &str) {
        let details: String = details.chars().take(200).collect();
        let note = format!("an update of {what} {name} was refused: {details}");
        self.notes.push(note);
    }

    fn add_state(&mut self, listener: Option<Box<Listener>>) {
        if let Some(listener) = listener {
            self.add_listener(*listener);
        }
    }

    fn add_listener(&mut self, listener: Listener) {
        self.has.listeners = true;
        self.listeners.push(listener);
    }

    fn add_routes(&mut self, config: Box<RouteConfig>) {
        self.has.routes = true;
        self.routes.entry(config.name.clone()).or_insert(config);
    }

    fn add_cluster(&mut self, cluster: Box<Cluster>) {
        self.has.clusters = true;
        let name = cluster.name.clone();
        self.clusters.entry(name).or_insert(cluster);
    }

    fn add_endpoints(&mut self, assignment: LoadAssignment) {
        self.has.endpoints = true;
        let name = assignment.cluster_name.clone();
        self.endpoints.entry(name).or_insert(assignment);
    }
}

impl Added for Section {
    fn add_to(self, dump: &mut Dump) {
        dump.add_section(self);
    }
}

impl Added for Listener {
    fn add_to(self, dump: &mut Dump) {
        dump.add_listener(self);
    }
}

impl Added for Box<RouteConfig> {
    fn add_to(self, dump: &mut Dump) {
        dump.add_routes(self);
    }
}

impl Added for Box<Cluster> {
    fn add_to(self, dump: &mut Dump) {
        dump.add_cluster(self);
    }
}

impl Added for LoadAssignment {
    fn add_to(self, dump: &mut Dump) {
        dump.add_endpoints(self);
    }
}

impl Added for HostStatuses {
    fn add_to(self, dump: &mut Dump) {
        dump.add_endpoints(statuses(self));
    }
}

/// What `istioctl proxy-config endpoints -o json` prints, which is Envoy's `/clusters`.
fn statuses(of: HostStatuses) -> LoadAssignment {
    let endpoint = |host: super::sections::HostStatus| {
        let health = host.health_status;
        let failed = health.failed_active_health_check || health.failed_outlier_check;
        LbEndpoint {
            endpoint: Endpoint {
                address: host.address,
            },
            health_status: match failed {
                true => Name("UNHEALTHY".to_owned()),
                false => health.eds_health_status,
            },
            metadata: None,
        }
    };
    LoadAssignment {
        cluster_name: of.name,
        endpoints: vec![Locality {
            lb_endpoints: of.host_statuses.into_iter().map(endpoint).collect(),
            metadata: None,
        }],
    }
}

#[cfg(test)]
mod tests;
