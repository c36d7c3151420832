//! The cookies of a request, of which HTTP/2 may make several fields.

use http::{HeaderValue, Version, header};
use pingora_core::Result;
use pingora_http::RequestHeader;

/// Puts together what HTTP/2 may split (RFC 9113, section 8.2.3): a route matches one
/// field, and HTTP/1 knows no other way to send it.
pub(super) fn join(request: &mut RequestHeader) -> Result<()> {
    if request.version != Version::HTTP_2 {
        return Ok(());
    }
    let crumbs: Vec<_> = request.headers.get_all(header::COOKIE).iter().collect();
    if crumbs.len() < 2 {
        return Ok(());
    }
    let crumbs: Vec<_> = crumbs.into_iter().map(HeaderValue::as_bytes).collect();
    let whole = crumbs.join(&b"; "[..]);
    request.insert_header(header::COOKIE, whole.as_slice())
}
