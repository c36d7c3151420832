//! What the connection manager refuses before it looks for a route, and what of its settings
//! changes a request in a way that the model doesn't follow.

use http::{HeaderName, Method};

use super::end::End;
use super::request::underscored;
use super::route::runtime_sets;
use crate::mesh::dump::Dump;
use crate::mesh::dump::listener::NetworkConfig;
use crate::mesh::query::Query;
use crate::mesh::trace::Verdict;

/// Where Envoy stops reading headers unless told otherwise.
const HEADERS: u32 = 100;
const KILOBYTES: u32 = 60;

/// What the gateway and Envoy add to the headers that are known here, at most.
const ADDED: usize = 16;
const ADDED_BYTES: usize = 4 << 10;

/// The runtime's keys for what isn't set in the connection manager.
const RUNTIME: [&str; 3] = [
    "http_connection_manager.normalize_path",
    "http_connection_manager.path_with_escaped_slashes_action",
    "http_connection_manager.path_with_escaped_slashes_action_enabled",
];

/// `Err` is the answer, or what of the manager's settings isn't known.
pub(super) fn admit(manager: &NetworkConfig, query: &Query<'_>, dump: &Dump) -> Result<(), End> {
    let unknown = |what: &str| Err(End::unknown(what));
    match (manager.codec_type.0.as_str(), query.http2) {
        ("HTTP1" | "1", true) => return unknown("HTTP/2 to a listener for HTTP/1.1 alone"),
        ("HTTP2" | "2", false) => return unknown("HTTP/1.1 to a listener for HTTP/2 alone"),
        ("HTTP3" | "3", _) => return unknown("a listener for HTTP/3 alone"),
        _ => {}
    }
    if manager.typed_header_validation_config.is_some() {
        return unknown("typed_header_validation_config of the connection manager");
    }
    if manager.path_normalization_options.is_some() {
        return unknown("path_normalization_options of the connection manager");
    }
    if RUNTIME.iter().any(|key| runtime_sets(dump, key)) {
        return unknown("a path normalisation that the runtime sets");
    }
    if let Some(first) = manager.early_header_mutation_extensions.first() {
        let name = &first.name;
        return Err(End::unknown(format!(
            "early_header_mutation_extensions of the connection manager: {name}"
        )));
    }
    // But for the one that only reads X-Forwarded-For.
    let mut detection = manager.original_ip_detection_extensions.iter();
    let other = detection.find(|of| !of.typed_config.type_url.ends_with(".XffConfig"));
    if let Some(other) = other {
        let name = &other.name;
        return Err(End::unknown(format!(
            "original_ip_detection_extensions of the connection manager: {name}"
        )));
    }
    let common = &manager.common_http_protocol_options;
    let names = || query.headers.keys();
    if rejects_underscores(manager)
        && let Some(name) = names().find(|name| underscored(name.as_str()))
    {
        return Err(refused(name, query.http2));
    }
    let custom = manager.http_protocol_options.allow_custom_methods;
    if !query.http2 && !custom && !is_usual(query.method) {
        return Err(End::unknown(format!(
            "the method {}, which the sidecar's parser may refuse",
            query.method
        )));
    }
    let most = common.max_headers_count.unwrap_or(HEADERS);
    let longest = manager.max_request_headers_kb.unwrap_or(KILOBYTES);
    let above = |count: usize, most: u32| usize::try_from(most).is_ok_and(|most| count > most);
    if above(query.headers.len() + ADDED, most) {
        return unknown("so many headers that the sidecar may refuse them (431)");
    }
    let bytes = query.headers.iter();
    let bytes: usize = bytes.map(|(n, v)| n.as_str().len() + v.len() + 4).sum();
    let bytes = bytes + query.target.len() + query.authority.len() + ADDED_BYTES;
    if above(bytes, longest.saturating_mul(1 << 10)) {
        return unknown("headers so long that the sidecar may refuse them (431)");
    }
    Ok(())
}

/// Whether the status of the sidecar's own answers may be another.
pub(super) fn changes_status(manager: &NetworkConfig) -> bool {
    !manager.local_reply_config.mappers.is_empty()
        || manager.proxy_status_config.set_recommended_response_code
}

fn rejects_underscores(manager: &NetworkConfig) -> bool {
    let common = &manager.common_http_protocol_options;
    let action = common.headers_with_underscores_action.0.as_str();
    matches!(action, "REJECT_REQUEST" | "1")
}

fn refused(name: &HeaderName, http2: bool) -> End {
    let (how, status) = match http2 {
        true => ("resets the stream", None),
        false => ("answers 400", Some(400)),
    };
    End::new(
        Verdict::DirectResponse,
        format!("header {name} has an underscore, which the sidecar refuses: it {how}"),
        status,
    )
}

/// The methods of RFC 9110 and PATCH. Envoy's parser knows some more.
fn is_usual(method: &Method) -> bool {
    let usual = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::CONNECT,
        Method::OPTIONS,
        Method::TRACE,
        Method::PATCH,
    ];
    usual.contains(method)
}
