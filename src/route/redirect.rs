//! Where a redirect points.

use super::Choice;
use super::host::without_port;
use super::request::Request;
use super::table::{Table, append_query};
use crate::config::Redirect;

/// What the client's URL looks like to the client, as far as it can be known.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// `http`, or what a trusted proxy says.
    pub scheme: &'a str,
    /// The authority: host, and port where it isn't the scheme's own.
    pub authority: &'a [u8],
}

impl Table {
    /// The Location of a redirect route, an absolute URL as Gateway API has it.
    /// Nothing in it is decoded.
    #[must_use]
    pub fn location(
        &self,
        redirect: &Redirect,
        choice: Choice,
        request: &Request<'_>,
        origin: Origin<'_>,
    ) -> Vec<u8> {
        let scheme = redirect.scheme.as_deref().unwrap_or(origin.scheme);
        let host = match &redirect.host {
            Some(host) => host.as_bytes(),
            None => without_port(origin.authority),
        };
        let mut out = Vec::new();
        out.extend_from_slice(scheme.as_bytes());
        out.extend_from_slice(b"://");
        out.extend_from_slice(host);
        if let Some(port) = port(redirect, origin).filter(|p| Some(*p) != own_port(scheme)) {
            out.push(b':');
            out.extend_from_slice(port.to_string().as_bytes());
        }
        self.rewrite_path(choice, request.path, &mut out);
        append_query(&mut out, request.query);
        out
    }
}

/// A port that isn't named follows the scheme where that is named, and stays the
/// request's otherwise (Gateway API, `HTTPRequestRedirectFilter.port`).
fn port(redirect: &Redirect, origin: Origin<'_>) -> Option<u16> {
    if redirect.port.is_some() {
        return redirect.port;
    }
    if redirect.scheme.is_some() {
        return None;
    }
    let host = without_port(origin.authority);
    let port = origin.authority.get(host.len() + 1..)?;
    std::str::from_utf8(port).ok()?.parse().ok()
}

fn own_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}
