//! The request as Envoy sees it when it chooses a route: after its own normalisation of the
//! path and the Host, and with the headers that it adds itself.

use std::borrow::Cow;

use http::Method;

use crate::config::Normalization;
use crate::mesh::dump::Dump;
use crate::mesh::dump::listener::NetworkConfig;
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
    /// `X-Forwarded-*` are what the connection says, not what the request says.
    pub(super) use_remote_address: bool,
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
        manager: &NetworkConfig,
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
            use_remote_address: manager.use_remote_address,
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
        let one = |value: Cow<'_, [u8]>| Values::Known(vec![value.into_owned().into()]);
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            ":method" => one(self.query.method.as_str().as_bytes().into()),
            ":authority" | "host" => one(self.authority.as_slice().into()),
            ":path" => one(match self.parameters {
                None => self.path.as_slice().into(),
                Some(query) => [&self.path, b"?".as_slice(), query].concat().into(),
            }),
            ":scheme" | "x-forwarded-proto" => one(self.scheme().into()),
            // Made anew where the request has none.
            "x-request-id" | "x-forwarded-for" if !self.has(&name) => Values::EnvoysOwn,
            "x-forwarded-for" if self.use_remote_address => Values::EnvoysOwn,
            "connection"
            | "keep-alive"
            | "proxy-connection"
            | "transfer-encoding"
            | "te"
            | "upgrade"
            | "content-length"
            | "expect"
            | "x-forwarded-client-cert" => Values::EnvoysOwn,
            _ if name.starts_with("x-envoy-") || name.starts_with(':') => Values::EnvoysOwn,
            _ => {
                let all = self.query.headers.get_all(name.as_str());
                Values::Known(all.iter().map(|value| value.as_bytes().into()).collect())
            }
        }
    }

    /// What `X-Forwarded-Proto` says where it is believed, else that of the connection,
    /// which is in plaintext.
    pub(super) fn scheme(&self) -> &'static [u8] {
        let said = self.query.headers.get("x-forwarded-proto");
        match said.filter(|_| !self.use_remote_address) {
            Some(value) if value == "https" => b"https",
            _ => b"http",
        }
    }

    pub(super) fn is_connect(&self) -> bool {
        self.query.method == Method::CONNECT
    }

    fn has(&self, name: &str) -> bool {
        self.query.headers.contains_key(name)
    }
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
