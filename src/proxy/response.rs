//! The response's headers as the client gets them.

use http::header::{
    CONNECTION, CONTENT_LENGTH, PROXY_AUTHENTICATE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderName, HeaderValue, StatusCode, Version};
use memchr::memchr_iter;
use pingora_http::ResponseHeader;

use super::request::has_plain_framing;
use crate::fields::Edit;

static KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
static PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Hop-by-hop fields that never pass (RFC 9110, section 7.6.1). Connection
/// itself is Pingora's to write; Transfer-Encoding is the framing it works with. Pingora
/// drops trailers on HTTP/1, so they must not be announced.
static HOP_BY_HOP: [&HeaderName; 5] = [
    &KEEP_ALIVE,
    &PROXY_CONNECTION,
    &PROXY_AUTHENTICATE,
    &TE,
    &TRAILER,
];

/// Of an answer, with the spelling of its names.
impl Edit for ResponseHeader {
    fn remove(&mut self, name: &HeaderName) {
        self.remove_header(name);
    }

    fn remove_all(&mut self, which: impl Fn(&[u8]) -> bool) {
        let those = |name: &&HeaderName| which(name.as_str().as_bytes());
        let gone: Vec<_> = self.headers.keys().filter(those).cloned().collect();
        for name in &gone {
            self.remove_header(name);
        }
    }

    fn set(&mut self, name: &HeaderName, value: HeaderValue) {
        // Only a map of thousands is full, and a head has hundreds at most.
        let _ = self.insert_header(name, value);
    }

    fn add(&mut self, name: &HeaderName, value: HeaderValue) {
        let _ = self.append_header(name, value);
    }

    fn values(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(name).iter().map(HeaderValue::as_bytes)
    }
}

/// As many as services have fields; each is looked for in an answer. A head has room for
/// half a million.
pub(super) const MOST_NOMINATED: usize = 64;

/// Whether another answer follows (RFC 9110, section 15.2); after 101 none does.
pub(super) fn is_interim(status: StatusCode) -> bool {
    status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS
}

/// Whether everybody would find the same end of the response, and names in `Connection` are
/// as many as fields could be. Pingora would hand on several lengths as they came, decode any
/// list of codings that ends in chunked, and read one that doesn't to the end of the
/// connection. A message of HTTP/1.0 has no codings (RFC 9112, sections 6.1 and 6.3).
pub(super) fn is_sound(response: &ResponseHeader) -> bool {
    let old = response.version == Version::HTTP_10;
    names_of_connection(response) <= MOST_NOMINATED
        && has_plain_framing(&response.headers)
        && !(old && response.headers.contains_key(TRANSFER_ENCODING))
}

/// Whether a 101 switches to the one protocol that services are offered, in the version
/// that knows it (RFC 9110, sections 7.8 and 15.2.2). Pingora looks at neither.
pub(super) fn switches_to_websocket(response: &ResponseHeader) -> bool {
    let mut protocols = response.headers.get_all(UPGRADE).iter();
    let named = protocols.next();
    let websocket = named.is_some_and(|name| name.as_bytes().eq_ignore_ascii_case(b"websocket"));
    response.version == Version::HTTP_11 && websocket && protocols.next().is_none()
}

/// Removes what the service said to us alone.
pub(super) fn strip_hop_by_hop(response: &mut ResponseHeader) {
    // Most responses have none, and looking through the names costs less than to ask for each.
    if !response.headers.keys().any(is_hop_by_hop) {
        return;
    }
    let switching = response.status == StatusCode::SWITCHING_PROTOCOLS;
    strip(response, switching);
}

/// The same of an answer that has some.
pub(super) fn strip(fields: &mut impl Edit, switching: bool) {
    for name in &nominated(fields) {
        // A service can't nominate away how its own message is framed.
        let framing = name == TRANSFER_ENCODING || name == CONTENT_LENGTH;
        if !(framing || switching && name == UPGRADE) {
            fields.remove(name);
        }
    }
    for name in HOP_BY_HOP {
        fields.remove(name);
    }
    if !switching {
        fields.remove(&CONNECTION);
        fields.remove(&UPGRADE);
    }
}

fn names_of_connection(response: &ResponseHeader) -> usize {
    let values = response.headers.get_all(CONNECTION).iter();
    let names = values.map(|value| memchr_iter(b',', value.as_bytes()).count() + 1);
    names.sum()
}

fn is_hop_by_hop(name: &HeaderName) -> bool {
    name == CONNECTION || name == UPGRADE || HOP_BY_HOP.contains(&name)
}

fn nominated(fields: &impl Edit) -> Vec<HeaderName> {
    fields
        .values(&CONNECTION)
        .flat_map(|value| value.split(|&b| b == b','))
        .filter_map(|token| HeaderName::from_bytes(token.trim_ascii()).ok())
        .collect()
}

/// Says where the response ends, in the gateway's own version (RFC 9112, section 2.3). An
/// HTTP/1.0 client doesn't know chunks (section 7.1): without them the end of the
/// connection ends the body. True when it does.
pub(super) fn frame_for(client: Version, response: &mut ResponseHeader) -> bool {
    if response.version == Version::HTTP_10 {
        response.set_version(Version::HTTP_11);
    }
    if response.status.is_informational() || response.status == StatusCode::NO_CONTENT {
        // Neither has a body, nor says how long it is (RFC 9110, section 8.6).
        response.remove_header(&CONTENT_LENGTH);
        response.remove_header(&TRANSFER_ENCODING);
    }
    if client != Version::HTTP_10 || response.status.is_informational() {
        return false;
    }
    response.remove_header(&TRANSFER_ENCODING);
    !response.headers.contains_key(CONTENT_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(status: u16, headers: &[(&'static str, &'static str)]) -> Vec<String> {
        let mut response = ResponseHeader::build(status, None).unwrap();
        for (name, value) in headers {
            response.append_header(*name, *value).unwrap();
        }
        strip_hop_by_hop(&mut response);
        let mut names: Vec<_> = response.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[test]
    fn what_connection_names_does_not_pass() {
        let left = stripped(
            200,
            &[
                ("connection", "close, X-Internal"),
                ("connection", "x-other , keep-alive"),
                ("x-internal", "1"),
                ("x-other", "1"),
                ("x-kept", "1"),
                ("keep-alive", "timeout=5"),
                ("trailer", "x-sum"),
                ("upgrade", "h2c"),
            ],
        );
        assert_eq!(left, ["x-kept"]);
    }

    #[test]
    fn framing_can_not_be_nominated_away() {
        let left = stripped(
            200,
            &[
                ("connection", "transfer-encoding, content-length"),
                ("transfer-encoding", "chunked"),
            ],
        );
        assert_eq!(left, ["transfer-encoding"]);
    }

    fn sound(version: Version, headers: &[(&'static str, &'static str)]) -> bool {
        let mut response = ResponseHeader::build(200, None).unwrap();
        response.set_version(version);
        for (name, value) in headers {
            response.append_header(*name, *value).unwrap();
        }
        is_sound(&response)
    }

    #[test]
    fn an_end_in_doubt_is_not_passed_on() {
        let chunked = ("transfer-encoding", "chunked");
        assert!(sound(Version::HTTP_11, &[chunked]));
        assert!(sound(Version::HTTP_10, &[("content-length", "5")]));
        assert!(!sound(Version::HTTP_10, &[chunked]));
        assert!(!sound(Version::HTTP_11, &[chunked, chunked]));
        assert!(!sound(
            Version::HTTP_11,
            &[("transfer-encoding", "gzip, chunked")]
        ));
        assert!(!sound(Version::HTTP_11, &[("content-length", "5, 5")]));
        assert!(!sound(Version::HTTP_11, &[("content-length", "5"); 2]));
    }

    #[test]
    fn what_has_no_body_says_no_length() {
        for status in [101, 103, 204] {
            let mut response = ResponseHeader::build(status, None).unwrap();
            response.append_header("content-length", "5").unwrap();
            response
                .append_header("transfer-encoding", "chunked")
                .unwrap();
            frame_for(Version::HTTP_11, &mut response);
            assert!(response.headers.is_empty(), "{status}");
        }
    }

    #[test]
    fn only_a_101_to_a_websocket_switches() {
        let switches = |version, protocols: &[&'static str]| {
            let mut response = ResponseHeader::build(101, None).unwrap();
            response.set_version(version);
            for protocol in protocols {
                response.append_header("upgrade", *protocol).unwrap();
            }
            switches_to_websocket(&response)
        };
        assert!(switches(Version::HTTP_11, &["WebSocket"]));
        assert!(!switches(Version::HTTP_10, &["websocket"]));
        for others in [
            &[][..],
            &["h2c"],
            &["websocket, h2c"],
            &["websocket", "h2c"],
            &["websocket", "websocket"],
        ] {
            assert!(!switches(Version::HTTP_11, others), "{others:?}");
        }
    }

    #[test]
    fn switching_protocols_keeps_its_two_headers() {
        let left = stripped(101, &[("connection", "Upgrade"), ("upgrade", "websocket")]);
        assert_eq!(left, ["connection", "upgrade"]);
    }
}
