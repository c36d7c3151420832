//! The request's headers as the service gets them.
//!
//! Pingora has removed the hop-by-hop ones, and those that `Connection` names,
//! before these rules apply.

use std::mem;
use std::net::IpAddr;

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use pingora_core::{Error, ErrorType, Result};
use pingora_http::RequestHeader;

use super::client::{self, Client, REQUEST_ID};
use crate::fields::Edit;
use crate::guard::{begins_like, is_framing, is_respelt, is_spelt_like};
use crate::ip::write_ip;
use crate::route::is_authority;

/// How all begin that say where a request came from. Frameworks believe more of them than
/// the gateway writes: -Port, -Prefix, -Client-Cert.
const FORWARDED: &[u8] = b"x-forwarded-";

/// Others that are believed to say it.
const ALIKE: [&[u8]; 2] = [b"x-forwarded", b"x-real-ip"];

/// No field of HTTP. CGI makes the variable of it that tells programs which proxy to use
/// (httpoxy, CVE-2016-5385).
static PROXY: HeaderName = HeaderName::from_static("proxy");

static FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Whether everybody would find the same end of the message: at most one
/// Content-Length, which is a number, and no transfer coding but chunked. Pingora
/// would hand on several lengths as they came, and a body coded twice as if it
/// were only chunked (RFC 9112, sections 6.1 and 6.3).
pub(super) fn has_plain_framing(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    let number =
        |value: &HeaderValue| !value.is_empty() && value.as_bytes().iter().all(u8::is_ascii_digit);
    let length = lengths.next().is_none_or(number) && lengths.next().is_none();
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let chunked = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
    length && codings.next().is_none_or(chunked) && codings.next().is_none()
}

/// Whether a service could take a field for one that says where the request ends.
pub(super) fn has_respelt_framing(headers: &HeaderMap) -> bool {
    let mut names = headers.keys().map(|name| name.as_str().as_bytes());
    names.any(|name| is_framing(name) && is_respelt(name))
}

/// Whether the client sends its body only when it is told to (RFC 9110, section 10.1.1).
pub(super) fn expects_continue(request: &RequestHeader) -> bool {
    let expected = request.headers.get(header::EXPECT);
    expected.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// The length of the body, where it is known before.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    // A number that is too large for us is larger than any limit.
    Some(length.to_str().ok()?.parse().unwrap_or(u64::MAX))
}

/// Changes the headers of a request that is to be sent. Its target is lost.
///
/// Pingora keeps beside them how each name was spelt, which costs as much again with every
/// change. The copy for the service does without: names are written as Envoy writes them,
/// in lower case, but for the oldest.
pub(super) fn change(
    request: &mut RequestHeader,
    change: impl FnOnce(&mut HeaderMap) -> Result<()>,
) -> Result<()> {
    let nothing = RequestHeader::from(http::Request::new(()).into_parts().0);
    let mut parts = Parts::from(mem::replace(request, nothing));
    let changed = change(&mut parts.headers);
    *request = RequestHeader::from(parts);
    changed
}

/// A request before it was changed.
pub(super) struct Came<'a> {
    pub(super) version: Version,
    /// The host that it names.
    pub(super) host: Option<&'a [u8]>,
    /// It came by HTTP/2 and takes trailers.
    pub(super) trailers: bool,
}

impl<'a> Came<'a> {
    pub(super) fn of(request: &'a RequestHeader) -> Self {
        let te = request.headers.get(header::TE);
        Self {
            version: request.version,
            host: client::named_host(request),
            trailers: request.version == Version::HTTP_2 && te.is_some_and(|te| te == "trailers"),
        }
    }
}

/// Sets what the gateway says about a request. `headers`, those for the service, already
/// have the service's Host.
pub(super) fn forward(
    headers: &mut impl Edit,
    came: &Came<'_>,
    client: Client,
    request_id: &HeaderValue,
) -> Result<()> {
    forwarded_for(headers, client)?;
    keep_or_set(headers, client, &PROTO, is_proto, || {
        Some(HeaderValue::from_static("http"))
    });
    keep_or_set(headers, client, &HOST, is_authority, || {
        HeaderValue::from_bytes(came.host?).ok()
    });
    // gRPC asks for it, and it is all that HTTP/2 knows of TE (RFC 9113, 8.2.2).
    if came.trailers {
        headers.set(&header::TE, HeaderValue::from_static("trailers"));
    }
    headers.set(&REQUEST_ID, request_id.clone());
    let via = match came.version {
        Version::HTTP_10 => "1.0 api-gateway",
        Version::HTTP_2 => "2.0 api-gateway",
        _ => "1.1 api-gateway",
    };
    headers.add(&header::VIA, HeaderValue::from_static(via));
    Ok(())
}

/// Removes what only a trusted peer may say, and what a service could take for it. A
/// route's own word comes after it.
pub fn distrust(headers: &mut impl Edit, trusted: bool) {
    headers.remove(&PROXY);
    if !trusted {
        // The standard's twin of X-Forwarded-* (RFC 7239): nobody else replaces it.
        headers.remove(&header::FORWARDED);
    }
    headers.remove_all(|name| is_spoofed(name, trusted));
}

/// A proxy says these with hyphens. Who writes another mark hopes that the service takes
/// it for one, and that the proxies before it don't: a trusted one may just pass it on.
fn is_spoofed(name: &[u8], trusted: bool) -> bool {
    if !matches!(name.first(), Some(b'x' | b'X')) {
        return false;
    }
    let respelt = is_respelt(name);
    let about_client =
        begins_like(name, FORWARDED) || ALIKE.iter().any(|of| is_spelt_like(name, of));
    let told = (respelt || !trusted) && about_client;
    told || respelt && is_spelt_like(name, REQUEST_ID.as_str().as_bytes())
}

/// A trusted peer's list is kept and the peer appended, unless it is a loopback
/// address, which is the sidecar's and tells nothing. Anybody else's is replaced.
fn forwarded_for(headers: &mut impl Edit, client: Client) -> Result<()> {
    if !client.trusted {
        headers.set(&FOR, address(client.ip)?);
        return Ok(());
    }
    if client.ip.is_loopback() {
        return Ok(());
    }
    let mut list = Vec::new();
    for value in headers.values(&FOR) {
        list.extend_from_slice(value);
        list.extend_from_slice(b", ");
    }
    list.extend_from_slice(address(client.ip)?.as_bytes());
    headers.set(&FOR, HeaderValue::try_from(list).map_err(not_a_value)?);
    Ok(())
}

fn address(ip: IpAddr) -> Result<HeaderValue> {
    let mut text = Vec::with_capacity("255.255.255.255".len());
    write_ip(ip, &mut text);
    HeaderValue::try_from(text).map_err(not_a_value)
}

fn not_a_value(error: header::InvalidHeaderValue) -> Box<Error> {
    Error::because(ErrorType::InternalError, "a forwarded address", error)
}

/// Keeps a header of a trusted client when it is one valid value, else sets it.
fn keep_or_set(
    headers: &mut impl Edit,
    client: Client,
    name: &'static HeaderName,
    valid: fn(&[u8]) -> bool,
    value: impl FnOnce() -> Option<HeaderValue>,
) {
    let is_kept = || {
        let mut given = headers.values(name);
        matches!((given.next(), given.next()), (Some(v), None) if valid(v))
    };
    if client.trusted && is_kept() {
        return;
    }
    match value() {
        Some(value) => headers.set(name, value),
        None => headers.remove(name),
    };
}

fn is_proto(value: &[u8]) -> bool {
    matches!(value, b"http" | b"https")
}

#[cfg(test)]
mod tests;
