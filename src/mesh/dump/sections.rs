//! The envelope: what `/config_dump` puts around listeners, routes, clusters and endpoints.

use serde::Deserialize;

use super::cluster::{Cluster, LoadAssignment};
use super::listener::Listener;
use super::route::RouteConfig;
use super::scalar::{Integer, Name};
use super::stream::All;

/// The whole answer of `/config_dump`.
#[derive(Debug, Deserialize)]
pub(super) struct ConfigDump {
    pub(super) configs: All<Section>,
}

/// An entry of `configs`: of one type each, but the fields of the types don't collide. With
/// `?resource=` an entry is what otherwise stands in a list of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Section {
    #[serde(rename = "@type")]
    pub(super) type_url: String,
    pub(super) bootstrap: Option<Box<Bootstrap>>,
    #[serde(alias = "staticListeners")]
    pub(super) static_listeners: Vec<StaticListener>,
    #[serde(alias = "dynamicListeners")]
    pub(super) dynamic_listeners: Vec<DynamicListener>,
    #[serde(alias = "staticRouteConfigs")]
    pub(super) static_route_configs: Vec<DumpedRoutes>,
    #[serde(alias = "dynamicRouteConfigs")]
    pub(super) dynamic_route_configs: Vec<DumpedRoutes>,
    #[serde(alias = "staticClusters")]
    pub(super) static_clusters: Vec<DumpedCluster>,
    #[serde(alias = "dynamicActiveClusters")]
    pub(super) dynamic_active_clusters: Vec<DumpedCluster>,
    #[serde(alias = "dynamicWarmingClusters")]
    pub(super) dynamic_warming_clusters: Vec<DumpedCluster>,
    #[serde(alias = "staticEndpointConfigs")]
    pub(super) static_endpoint_configs: Vec<DumpedEndpoints>,
    #[serde(alias = "dynamicEndpointConfigs")]
    pub(super) dynamic_endpoint_configs: Vec<DumpedEndpoints>,
    // The forms of `?resource=`.
    pub(super) name: String,
    #[serde(alias = "activeState")]
    pub(super) active_state: Option<ListenerState>,
    #[serde(alias = "errorState")]
    pub(super) error_state: Option<UpdateFailure>,
    pub(super) listener: Option<Box<Listener>>,
    #[serde(alias = "routeConfig")]
    pub(super) route_config: Option<Box<RouteConfig>>,
    pub(super) cluster: Option<Box<Cluster>>,
    #[serde(alias = "endpointConfig")]
    pub(super) endpoint_config: Option<Box<LoadAssignment>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct StaticListener {
    pub(super) listener: Option<Box<Listener>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DynamicListener {
    pub(super) name: String,
    #[serde(alias = "activeState")]
    pub(super) active_state: Option<ListenerState>,
    #[serde(alias = "warmingState")]
    pub(super) warming_state: Option<ListenerState>,
    #[serde(alias = "errorState")]
    pub(super) error_state: Option<UpdateFailure>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListenerState {
    pub(super) listener: Option<Box<Listener>>,
}

/// Why an update was not taken; what was before stays in use.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct UpdateFailure {
    pub(super) details: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DumpedRoutes {
    #[serde(alias = "routeConfig")]
    pub(super) route_config: Option<Box<RouteConfig>>,
    #[serde(alias = "errorState")]
    pub(super) error_state: Option<UpdateFailure>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DumpedCluster {
    pub(super) cluster: Option<Box<Cluster>>,
    #[serde(alias = "errorState")]
    pub(super) error_state: Option<UpdateFailure>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DumpedEndpoints {
    #[serde(alias = "endpointConfig")]
    pub(super) endpoint_config: Option<Box<LoadAssignment>>,
}

/// What is read of the bootstrap.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Bootstrap {
    pub(super) node: Node,
    #[serde(alias = "layeredRuntime")]
    pub(super) layered_runtime: LayeredRuntime,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) metadata: NodeMetadata,
    #[serde(alias = "userAgentBuildVersion")]
    pub(super) user_agent_build_version: BuildVersion,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NodeMetadata {
    #[serde(rename = "NAMESPACE")]
    pub(super) namespace: String,
    #[serde(rename = "ISTIO_VERSION")]
    pub(super) istio_version: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BuildVersion {
    pub(super) version: SemanticVersion,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SemanticVersion {
    #[serde(alias = "majorNumber")]
    pub(super) major_number: u32,
    #[serde(alias = "minorNumber")]
    pub(super) minor_number: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LayeredRuntime {
    pub(super) layers: Vec<RuntimeLayer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RuntimeLayer {
    #[serde(alias = "staticLayer")]
    pub(super) static_layer: std::collections::BTreeMap<String, super::scalar::Scalar>,
}

/// An entry of what `istioctl proxy-config listeners|routes|clusters|endpoints -o json`
/// prints: the resource itself. Which one it is, its fields say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HostStatuses {
    pub(super) name: String,
    #[serde(alias = "hostStatuses")]
    pub(super) host_statuses: Vec<HostStatus>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HostStatus {
    pub(super) address: Option<super::listener::Address>,
    #[serde(alias = "healthStatus")]
    pub(super) health_status: HostHealth,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HostHealth {
    #[serde(alias = "edsHealthStatus")]
    pub(super) eds_health_status: Name,
    #[serde(alias = "failedActiveHealthCheck")]
    pub(super) failed_active_health_check: bool,
    #[serde(alias = "failedOutlierCheck")]
    pub(super) failed_outlier_check: bool,
    pub(super) weight: Integer,
}
