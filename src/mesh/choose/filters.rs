//! What a chain does with a connection: HTTP or TCP, and whether a filter on the way is one
//! that the model knows.

use super::end::End;
use crate::mesh::dump::filter::HttpFilter;
use crate::mesh::dump::listener::{FilterChain, NetworkConfig, NetworkFilter};

/// The filter at the end of a chain.
#[derive(Debug, Clone, Copy)]
pub(super) enum Last<'d> {
    Http(&'d NetworkConfig),
    Tcp(&'d NetworkConfig),
}

/// Network filters that only look.
const LOOKING: [&str; 4] = [
    "metadata_exchange",
    "metadataexchange",
    "set_filter_state",
    "stats",
];

/// HTTP filters that neither choose another route nor answer by themselves, but for two whose
/// configuration is read.
const KNOWN: [&str; 16] = [
    "router",
    "metadata_exchange",
    "peer_metadata",
    "alpn",
    "cors",
    "fault",
    "stats",
    "grpc_stats",
    "stateful_session",
    "compressor",
    "decompressor",
    "grpc_web",
    "buffer",
    "on_demand",
    "istio_authn",
    "set_filter_state",
];

pub(super) fn last(chain: &FilterChain) -> Result<Last<'_>, End> {
    for filter in &chain.filters {
        let unknown = || End::unknown(format!("the network filter {}", filter.name));
        if filter.config_discovery.is_some() {
            return Err(unknown());
        }
        let Some(config) = filter.typed_config.as_deref() else {
            if looks(filter, "") {
                continue;
            }
            return Err(unknown());
        };
        let kind = config.type_url.as_str();
        if kind.ends_with(".HttpConnectionManager") {
            return Ok(Last::Http(config));
        }
        if kind.ends_with(".TcpProxy") {
            return Ok(Last::Tcp(config));
        }
        if !looks(filter, kind) {
            return Err(unknown());
        }
    }
    Err(End::unknown(
        "a filter chain without HTTP or TCP at its end",
    ))
}

/// Istio's own are WebAssembly in older versions, where only the name tells.
fn looks(filter: &NetworkFilter, kind: &str) -> bool {
    let wasm = kind.is_empty() || kind.ends_with(".Wasm") || kind.ends_with(".TypedStruct");
    if wasm {
        let last = filter.name.rsplit('.').next().unwrap_or_default();
        return filter.name.starts_with("istio.") && LOOKING.contains(&last);
    }
    parts(kind).any(|part| LOOKING.contains(&part))
}

/// Of `type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors` and the like:
/// `istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig`, `stats.PluginConfig`.
fn parts(kind: &str) -> impl Iterator<Item = &str> {
    kind.rsplit('/').next().unwrap_or(kind).split('.')
}

/// Whether the model knows what a filter does.
pub(super) fn known(filter: &HttpFilter) -> bool {
    if filter.config_discovery.is_some() {
        return false;
    }
    let kind = filter.typed_config.as_ref().map(|of| of.type_url.as_str());
    let kind = kind.unwrap_or_default();
    let opaque = ["Wasm", "TypedStruct"].iter().any(|of| kind.ends_with(of));
    if opaque || kind.is_empty() {
        // By its name: such as istio.stats or envoy.filters.http.cors.
        let istio = filter.name.starts_with("istio.");
        let ours = istio || !opaque && filter.name.starts_with("envoy.");
        let last = filter.name.rsplit('.').next().unwrap_or_default();
        return ours && KNOWN.contains(&last);
    }
    parts(kind).any(|part| KNOWN.contains(&part))
}

/// Filters that only stand between the router and a cluster.
const UPSTREAM: [&str; 2] = ["upstream_codec", "header_mutation"];

/// Whether the model knows what a filter behind the router does.
pub(super) fn known_upstream(filter: &HttpFilter) -> bool {
    let config = filter.typed_config.as_ref();
    let kind = config.map_or(filter.name.as_str(), |of| of.type_url.as_str());
    parts(kind).any(|part| UPSTREAM.contains(&part)) || (known(filter) && !kind.contains("fault"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_not_known_by_the_end_of_its_name_alone() {
        let is_known = |filter: serde_json::Value| known(&serde_json::from_value(filter).unwrap());
        let typed = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors";
        let config = serde_json::json!({ "@type": typed });
        assert!(is_known(
            serde_json::json!({ "name": "x", "typed_config": config })
        ));
        assert!(is_known(
            serde_json::json!({ "name": "envoy.filters.http.cors" })
        ));
        // A WasmPlugin, and one that only a route switches on.
        let plugin = "extenstions.istio.io/wasmplugin/titanium-prod.cors";
        let discovery = serde_json::json!({ "name": plugin, "config_discovery": {} });
        for unknown in [
            discovery,
            serde_json::json!({ "name": plugin }),
            serde_json::json!({ "name": "envoy.filters.http.ext_authz", "disabled": true }),
        ] {
            assert!(!is_known(unknown.clone()), "{unknown}");
        }
    }
}
