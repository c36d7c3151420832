//! Who sent the request, whether it is believed, and the id of its request.

use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderName, HeaderValue, header};
use pingora_http::RequestHeader;
use pingora_proxy::Session;
use uuid::Uuid;

use crate::config::Server;
use crate::fields::Fields;

/// The longest request id that is taken over.
const MAX_ID: usize = 128;

/// The header that carries a request's id through the mesh.
pub(super) static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The host that a request names: the Host header, or what HTTP/2 has for it.
pub(super) fn named_host(request: &RequestHeader) -> Option<&[u8]> {
    let header = request.headers.get(header::HOST).map(HeaderValue::as_bytes);
    header.or_else(|| request.uri.authority().map(|a| a.as_str().as_bytes()))
}

/// The host that a request is for; empty when HTTP/1.0 named none.
pub(super) fn host(request: &RequestHeader) -> &[u8] {
    named_host(request).unwrap_or_default()
}

/// The scheme that the client used, as far as somebody trusted says so.
pub(super) fn scheme(request: &RequestHeader, client: Option<Client>) -> &'static str {
    let mut told = request.headers.get_all("x-forwarded-proto").iter();
    let trusted = client.is_some_and(|client| client.trusted);
    match (told.next(), told.next()) {
        (Some(proto), None) if trusted && proto == "https" => "https",
        _ => "http",
    }
}

/// The peer of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) ip: IpAddr,
    /// In `server.trusted_proxies`.
    pub(super) trusted: bool,
}

impl Client {
    pub(super) fn new(ip: IpAddr, server: &Server) -> Self {
        Self {
            ip,
            trusted: server.trusts(ip),
        }
    }

    pub(super) fn of(session: &Session, server: &Server) -> Self {
        let address = session.client_addr().and_then(|a| a.as_inet());
        // Only a Unix socket has no such address, and we don't listen on one.
        let ip = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip().to_canonical());
        Self::new(ip, server)
    }

    /// The id that a trusted client gave the request, or a new one.
    pub(super) fn request_id(self, fields: Fields<'_>) -> HeaderValue {
        let given = self.given_id(fields);
        let given = given.and_then(|id| HeaderValue::from_bytes(id).ok());
        given.unwrap_or_else(new_id)
    }

    fn given_id(self, fields: Fields<'_>) -> Option<&[u8]> {
        if !self.trusted {
            return None;
        }
        let mut ids = fields.get_all(&REQUEST_ID);
        let (id, None) = (ids.next()?, ids.next()) else {
            return None;
        };
        let sound = (1..=MAX_ID).contains(&id.len()) && id.iter().all(u8::is_ascii_graphic);
        sound.then_some(id)
    }
}

fn new_id() -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    let text = Uuid::new_v4().hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(trusted: bool, values: &[&str]) -> HeaderValue {
        let mut request = RequestHeader::build("GET", b"/", None).unwrap();
        for value in values {
            let value = HeaderValue::from_str(value).unwrap();
            request.append_header(&REQUEST_ID, value).unwrap();
        }
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Client { ip, trusted }.request_id((&request.headers).into())
    }

    #[test]
    fn an_id_is_kept_only_from_a_trusted_client_and_only_if_it_is_sound() {
        assert_eq!(id(true, &["abc-1"]), "abc-1");
        let long = "a".repeat(MAX_ID);
        assert_eq!(id(true, &[&long]), long.as_str());
        let too_long = "a".repeat(MAX_ID + 1);
        let refused: [(bool, &[&str]); 6] = [
            (false, &["abc-1"]),
            (true, &[]),
            (true, &[""]),
            (true, &["a b"]),
            (true, &["a", "b"]),
            (true, &[&too_long]),
        ];
        for (trusted, values) in refused {
            let minted = id(trusted, values);
            let uuid = Uuid::parse_str(minted.to_str().unwrap()).unwrap();
            assert_eq!(uuid.get_version_num(), 4, "{values:?}");
        }
    }
}
