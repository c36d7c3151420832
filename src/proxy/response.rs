//! The response's headers as the client gets them.

use http::header::{CONNECTION, CONTENT_LENGTH, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderName, StatusCode, Version};
use pingora_http::ResponseHeader;

/// Hop-by-hop fields that never pass (RFC 9110, section 7.6.1). Connection
/// itself is Pingora's to write; Transfer-Encoding is the framing it works with.
const HOP_BY_HOP: [&str; 4] = ["keep-alive", "proxy-connection", "proxy-authenticate", "te"];

/// Whether another answer follows (RFC 9110, section 15.2); after 101 none does.
pub(super) fn is_interim(status: StatusCode) -> bool {
    status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS
}

/// Removes what the service said to us alone.
pub(super) fn strip_hop_by_hop(response: &mut ResponseHeader) {
    let nominated = nominated(response);
    let switching = response.status == StatusCode::SWITCHING_PROTOCOLS;
    for name in &nominated {
        // A service can't nominate away how its own message is framed.
        let framing = name == TRANSFER_ENCODING || name == CONTENT_LENGTH;
        if !(framing || switching && name == UPGRADE) {
            response.remove_header(name);
        }
    }
    for name in HOP_BY_HOP {
        response.remove_header(name);
    }
    // Pingora drops trailers on HTTP/1, so they must not be announced.
    response.remove_header(&TRAILER);
    if !switching {
        response.remove_header(&CONNECTION);
        response.remove_header(&UPGRADE);
    }
}

fn nominated(response: &ResponseHeader) -> Vec<HeaderName> {
    let values = response.headers.get_all(CONNECTION).iter();
    values
        .flat_map(|value| value.as_bytes().split(|&b| b == b','))
        .filter_map(|token| HeaderName::from_bytes(token.trim_ascii()).ok())
        .collect()
}

/// An HTTP/1.0 client doesn't know chunks (RFC 9112, section 7.1): without them
/// the end of the connection ends the body. True when it does.
pub(super) fn frame_for(client: Version, response: &mut ResponseHeader) -> bool {
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

    #[test]
    fn switching_protocols_keeps_its_two_headers() {
        let left = stripped(101, &[("connection", "Upgrade"), ("upgrade", "websocket")]);
        assert_eq!(left, ["connection", "upgrade"]);
    }
}
