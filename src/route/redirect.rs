//! Where a redirect points.

use super::Choice;
use super::host::{is_authority, without_port};
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

/// The Location for a path that lacks just the slash at its end. It never begins
/// with two, which would name a host.
#[must_use]
pub fn add_slash(path: &[u8], query: Option<&[u8]>) -> Vec<u8> {
    let slashes = path.iter().take_while(|&&b| b == b'/').count();
    let mut out = vec![b'/'];
    out.extend_from_slice(&path[slashes..]);
    out.push(b'/');
    append_query(&mut out, query);
    out
}

impl Table {
    /// The Location of a redirect route, an absolute URL as Gateway API has it; just
    /// a path where nobody names a host. Nothing in it is decoded.
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
            None if is_authority(origin.authority) => without_port(origin.authority),
            None => return self.relative_location(choice, request),
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

    /// Two slashes at its beginning would name a host.
    fn relative_location(&self, choice: Choice, request: &Request<'_>) -> Vec<u8> {
        let mut path = Vec::new();
        self.rewrite_path(choice, request.path, &mut path);
        let slashes = path.iter().take_while(|&&b| b == b'/').count();
        let mut out = vec![b'/'];
        out.extend_from_slice(&path[slashes..]);
        append_query(&mut out, request.query);
        out
    }
}

/// A port that isn't named follows the scheme where that is named, and stays the
/// request's otherwise (Gateway API, `HTTPRequestRedirectFilter.port`). 80 and 443
/// are no ports but schemes: a proxy that ends TLS leaves them as they were.
fn port(redirect: &Redirect, origin: Origin<'_>) -> Option<u16> {
    if redirect.port.is_some() {
        return redirect.port;
    }
    if redirect.scheme.is_some() {
        return None;
    }
    let host = without_port(origin.authority);
    let port = origin.authority.get(host.len() + 1..)?;
    let port = std::str::from_utf8(port).ok()?.parse().ok()?;
    (![80, 443].contains(&port)).then_some(port)
}

fn own_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::config::Rewrite;
    use crate::fields::Fields;
    use crate::route::table::tests::{config, prefix};

    fn location(redirect: Redirect, host: &str, path: &str, query: Option<&str>) -> String {
        location_from("http", redirect, host, path, query)
    }

    fn location_from(
        scheme: &str,
        redirect: Redirect,
        host: &str,
        path: &str,
        query: Option<&str>,
    ) -> String {
        let config = config(vec![("r", prefix("/docs"), redirect.path.clone())]);
        let request = Request {
            host: host.as_bytes(),
            method: &Method::GET,
            path: path.as_bytes(),
            query: query.map(str::as_bytes),
            headers: Fields::NONE,
        };
        let origin = Origin {
            scheme,
            authority: host.as_bytes(),
        };
        let choice = Choice {
            route: 0,
            matched: 0,
        };
        let table = Table::new(&config);
        String::from_utf8(table.location(&redirect, choice, &request, origin)).unwrap()
    }

    fn to(scheme: Option<&str>, host: Option<&str>, port: Option<u16>, path: Rewrite) -> Redirect {
        Redirect {
            status: 301,
            scheme: scheme.map(Into::into),
            host: host.map(Into::into),
            port,
            path,
        }
    }

    #[test]
    fn what_is_not_named_is_the_requests() {
        let same = || to(None, None, None, Rewrite::Keep);
        assert_eq!(
            location(same(), "a.b:8000", "/docs/x", Some("q=%2F")),
            "http://a.b:8000/docs/x?q=%2F"
        );
        assert_eq!(
            location(same(), "a.b:80", "/docs", Some("")),
            "http://a.b/docs?"
        );
        assert_eq!(
            location(same(), "[::1]:8000", "/docs", None),
            "http://[::1]:8000/docs"
        );
        let host = to(None, Some("c.d"), None, Rewrite::Keep);
        assert_eq!(
            location(host, "a.b:8000", "/docs", None),
            "http://c.d:8000/docs"
        );
    }

    #[test]
    fn a_scheme_brings_its_own_port() {
        let tls = to(Some("https"), None, None, Rewrite::Keep);
        assert_eq!(location(tls, "a.b:8000", "/docs", None), "https://a.b/docs");
        let port = to(Some("https"), None, Some(8443), Rewrite::Keep);
        assert_eq!(
            location(port, "a.b:8000", "/docs", None),
            "https://a.b:8443/docs"
        );
        let own = to(Some("https"), None, Some(443), Rewrite::Keep);
        assert_eq!(location(own, "a.b", "/docs", None), "https://a.b/docs");
    }

    #[test]
    fn the_path_is_replaced_whole_or_by_its_prefix() {
        let whole = to(None, None, None, Rewrite::ReplacePath("/blog/docs".into()));
        assert_eq!(
            location(whole, "a.b", "/docs/x", Some("q")),
            "http://a.b/blog/docs?q"
        );
        let part = to(None, None, None, Rewrite::ReplacePrefix("/v2".into()));
        assert_eq!(location(part, "a.b", "/docs/x", None), "http://a.b/v2/x");
    }

    #[test]
    fn the_port_of_the_other_scheme_is_left_out() {
        let same = || to(None, None, None, Rewrite::Keep);
        let https = |host| location_from("https", same(), host, "/docs", None);
        assert_eq!(https("a.b:80"), "https://a.b/docs");
        assert_eq!(https("a.b:443"), "https://a.b/docs");
        assert_eq!(https("a.b:8443"), "https://a.b:8443/docs");
        assert_eq!(
            location(same(), "a.b:443", "/docs", None),
            "http://a.b/docs"
        );
        assert_eq!(location(same(), "a.b:", "/docs", None), "http://a.b/docs");
        let named = to(None, None, Some(80), Rewrite::Keep);
        let https = location_from("https", named, "a.b", "/docs", None);
        assert_eq!(https, "https://a.b:80/docs");
    }

    #[test]
    fn without_a_host_the_location_is_a_path() {
        for host in ["", "::1", "[::1", "a:x", "a, b"] {
            let tls = to(Some("https"), None, None, Rewrite::Keep);
            assert_eq!(
                location(tls, host, "/docs/q", Some("x")),
                "/docs/q?x",
                "{host}"
            );
            let whole = to(None, None, None, Rewrite::ReplacePath("/x".into()));
            assert_eq!(location(whole, host, "/docs", None), "/x", "{host}");
            let slashes = to(None, None, Some(8443), Rewrite::Keep);
            assert_eq!(
                location(slashes, host, "//evil.example/x", None),
                "/evil.example/x"
            );
            let named = to(None, Some("c.d"), None, Rewrite::Keep);
            assert_eq!(
                location(named, host, "/docs", None),
                "http://c.d/docs",
                "{host}"
            );
        }
    }

    #[test]
    fn an_added_slash_never_makes_a_host_of_the_path() {
        assert_eq!(add_slash(b"/a", Some(b"q")), b"/a/?q");
        assert_eq!(add_slash(b"//evil.example", None), b"/evil.example/");
    }
}
