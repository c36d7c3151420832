//! The request as Envoy sees it when it chooses a route: after its own normalisation of the
//! path and the Host, and with the headers that it adds itself.

use std::borrow::Cow;
use std::collections::HashSet;

use http::{HeaderName, Method};

use crate::config::Normalization;
use crate::mesh::dump::Dump;
use crate::mesh::dump::listener::NetworkConfig;
use crate::mesh::dump::route::RouteConfig;
use crate::mesh::expression::Expressions;
use crate::mesh::query::Query;

/// What is matched.
#[derive(Debug)]
pub(super) struct Seen<'q> {
    pub(super) query: &'q Query<'q>,
    /// The Host.
    pub(super) authority: Vec<u8>,
    /// The path, without the query.
    pub(super) path: Vec<u8>,
    /// Without the `?`.
    pub(super) parameters: Option<&'q [u8]>,
    /// Envoy's version, where it is known.
    pub(super) envoy: Option<(u32, u32)>,
    pub(super) manager: &'q NetworkConfig,
    /// Headers of the request that are taken from those that come from outside.
    inside: Vec<&'q str>,
    /// Those of the dump.
    pub(super) expressions: &'q Expressions,
}

/// A header's values.
pub(super) enum Values<'s> {
    Known(Vec<Cow<'s, [u8]>>),
    /// Envoy writes it itself.
    EnvoysOwn,
}

impl<'q> Seen<'q> {
    /// `Err` names what can't be told.
    pub(super) fn new(
        query: &'q Query<'q>,
        manager: &'q NetworkConfig,
        config: &RouteConfig,
        dump: &'q Dump,
    ) -> Result<Self, String> {
        let (path, parameters) = query.parts();
        let path = normalized(query, path, manager)?;
        let mut seen = Self {
            query,
            authority: query.authority.to_vec(),
            path,
            parameters,
            envoy: dump.envoy,
            manager,
            inside: inside(query, config),
            expressions: &dump.expressions,
        };
        if manager.strip_trailing_host_dot {
            strip_dot(&mut seen.authority);
        }
        let port = manager.strip_matching_host_port.then_some(query.port);
        if manager.strip_any_host_port || port.is_some() {
            let only = port.filter(|_| !manager.strip_any_host_port);
            strip_port(&mut seen.authority, only);
        }
        Ok(seen)
    }

    pub(super) fn values(&self, name: &str) -> Values<'_> {
        let one = |value: &[u8]| Values::Known(vec![value.to_vec().into()]);
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            ":method" => one(self.query.method.as_str().as_bytes()),
            ":authority" | "host" => one(&self.authority),
            ":path" => match self.parameters {
                None => one(&self.path),
                Some(query) => one(&[&self.path, b"?".as_slice(), query].concat()),
            },
            ":scheme" => self.scheme().map_or(Values::EnvoysOwn, one),
            "x-forwarded-proto" => self.forwarded_proto().map_or(Values::EnvoysOwn, one),
            _ if self.is_envoys_own(&name) => Values::EnvoysOwn,
            _ if self.drops(&name) => Values::Known(Vec::new()),
            _ => {
                let all = self.query.headers.get_all(name.as_str());
                Values::Known(all.iter().map(|value| value.as_bytes().into()).collect())
            }
        }
    }

    /// Headers that Envoy writes, changes or takes away before it looks for a route.
    fn is_envoys_own(&self, name: &str) -> bool {
        let manager = self.manager;
        let has = |name: &str| self.query.headers.contains_key(name);
        match name {
            // Made where the request has none; the trace's decision may be written into it.
            "x-request-id" => true,
            "x-forwarded-for" => {
                let believed = manager.original_ip_detection_extensions.is_empty();
                manager.use_remote_address || !believed || !has(name)
            }
            "x-forwarded-port" => manager.append_x_forwarded_port,
            // Taken away when it is a URL with a fragment or a user in it.
            "referer" => {
                let mut all = self.query.headers.get_all(name).iter();
                all.any(|value| memchr::memchr2(b'#', b'@', value.as_bytes()).is_some())
            }
            "user-agent" => manager.add_user_agent,
            "via" => !manager.via.is_empty(),
            "connection"
            | "keep-alive"
            | "proxy-connection"
            | "transfer-encoding"
            | "te"
            | "upgrade"
            | "http2-settings"
            | "content-length"
            | "expect"
            | "x-forwarded-client-cert" => true,
            _ if name.starts_with("x-envoy-") || name.starts_with(':') => true,
            // Taken from requests that come from outside, which the question doesn't tell.
            _ => self.inside.contains(&name),
        }
    }

    /// Whether the connection manager takes a header away.
    fn drops(&self, name: &str) -> bool {
        let common = &self.manager.common_http_protocol_options;
        let action = common.headers_with_underscores_action.0.as_str();
        matches!(action, "DROP_HEADER" | "2") && underscored(name)
    }

    /// What `X-Forwarded-Proto` says where it is believed, else that of the connection, which
    /// is in plaintext; `None` when that can't be told.
    pub(super) fn forwarded_proto(&self) -> Option<&[u8]> {
        if let Some(scheme) = self.overwritten() {
            return Some(scheme);
        }
        let mut said = self.query.headers.get_all("x-forwarded-proto").iter();
        match (said.next(), said.next()) {
            (None, _) => Some(b"http"),
            (Some(_), _) if self.manager.use_remote_address => {
                (self.manager.xff_num_trusted_hops == 0).then_some(b"http")
            }
            (Some(one), None) if !one.is_empty() => Some(one.as_bytes()),
            _ => None,
        }
    }

    /// The scheme that the connection manager writes into both, whatever they were.
    fn overwritten(&self) -> Option<&[u8]> {
        let transformation = self.manager.scheme_header_transformation.as_ref()?;
        let scheme = transformation.scheme_to_overwrite.as_bytes();
        (!scheme.is_empty()).then_some(scheme)
    }

    /// `:scheme`, which HTTP/1.1 doesn't say.
    fn scheme(&self) -> Option<&[u8]> {
        if let Some(scheme) = self.overwritten() {
            return Some(scheme);
        }
        if self.query.http2 || self.manager.scheme_header_transformation.is_some() {
            return None;
        }
        match self.forwarded_proto()? {
            known @ (b"http" | b"https") => Some(known),
            _ => None,
        }
    }

    pub(super) fn is_connect(&self) -> bool {
        self.query.method == Method::CONNECT
    }
}

fn inside<'q>(query: &'q Query<'_>, config: &RouteConfig) -> Vec<&'q str> {
    let own = config.internal_only_headers.iter();
    let own: HashSet<_> = own.map(|name| name.to_ascii_lowercase()).collect();
    let names = query.headers.keys().map(HeaderName::as_str);
    names.filter(|name| own.contains(*name)).collect()
}

/// Whether a header's name is one that some take for another's, with a dash.
pub(super) fn underscored(name: &str) -> bool {
    name.contains('_')
}

/// The path after the connection manager's normalisation.
fn normalized(query: &Query<'_>, path: &[u8], manager: &NetworkConfig) -> Result<Vec<u8>, String> {
    let escaped = manager.path_with_escaped_slashes_action.0.as_str();
    let by = |mode: Normalization| (query.normalize)(path, mode);
    let mode = match (manager.normalize_path, manager.merge_slashes, escaped) {
        (false, false, "" | "KEEP_UNCHANGED" | "IMPLEMENTATION_SPECIFIC_DEFAULT") => {
            return Ok(path.to_vec());
        }
        (true, false, "" | "KEEP_UNCHANGED" | "IMPLEMENTATION_SPECIFIC_DEFAULT") => {
            Normalization::Base
        }
        (true, true, "" | "KEEP_UNCHANGED" | "IMPLEMENTATION_SPECIFIC_DEFAULT") => {
            Normalization::MergeSlashes
        }
        (true, true, "UNESCAPE_AND_FORWARD") => Normalization::DecodeAndMergeSlashes,
        // No way of Istio's: well when the path is one that nothing would change.
        _ if by(Normalization::DecodeAndMergeSlashes).as_deref() == Some(path) => {
            return Ok(path.to_vec());
        }
        _ => return Err("a path normalisation that is none of Istio's".to_owned()),
    };
    by(mode).ok_or_else(|| "what this path is normalised to".to_owned())
}

/// Where the port of a Host begins, with its colon (`HeaderUtility::getPortStart`).
pub(super) fn port_start(host: &[u8]) -> Option<usize> {
    let colon = host.iter().rposition(|&b| b == b':')?;
    let bracket = host.iter().rposition(|&b| b == b']');
    bracket.is_none_or(|end| end < colon).then_some(colon)
}

fn strip_dot(host: &mut Vec<u8>) {
    if let Some(dot) = host.iter().rposition(|&b| b == b'.')
        && matches!(host.get(dot + 1), None | Some(b':'))
    {
        host.remove(dot);
    }
}

fn strip_port(host: &mut Vec<u8>, only: Option<u16>) {
    let Some(at) = port_start(host) else { return };
    let digits = host.get(at + 1..).unwrap_or_default();
    let text = std::str::from_utf8(digits).unwrap_or_default();
    let Ok(port) = text.parse::<u32>() else {
        return;
    };
    if only.is_none_or(|only| u32::from(only) == port) {
        host.truncate(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(host: &str, strip: impl Fn(&mut Vec<u8>)) -> String {
        let mut host = host.as_bytes().to_vec();
        strip(&mut host);
        String::from_utf8(host).unwrap()
    }

    #[test]
    fn hosts_lose_their_port_and_their_dot() {
        let any = |host: &str| stripped(host, |h| strip_port(h, None));
        assert_eq!(any("a:80"), "a");
        assert_eq!(any("a"), "a");
        assert_eq!(any("a:x"), "a:x");
        assert_eq!(any("[::1]"), "[::1]");
        assert_eq!(any("[::1]:80"), "[::1]");
        let matching = |host: &str| stripped(host, |h| strip_port(h, Some(80)));
        assert_eq!(matching("a:80"), "a");
        assert_eq!(matching("a:81"), "a:81");
        let dot = |host: &str| stripped(host, strip_dot);
        assert_eq!(dot("a.b."), "a.b");
        assert_eq!(dot("a.b.:80"), "a.b:80");
        assert_eq!(dot("a.b"), "a.b");
    }
}
