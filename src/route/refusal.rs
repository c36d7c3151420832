//! What is refused before any route is asked.

use std::borrow::Cow;
use std::fmt;

use http::{Method, header};

use super::host::is_authority;
use super::path::{BadPath, normalize};
use super::raw::Raw;
use super::target::{BadTarget, Target};
use crate::config::Normalization;
use crate::failure::{Failure, PSEUDONYM};
use crate::fields::Fields;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It asks for a tunnel.
    Tunnel,
    /// Its Host names no host, or there are several.
    Host,
    /// It has been here before.
    Loop,
    /// Its target names nothing that can be routed.
    Target(BadTarget),
    /// Its path can't be normalised.
    Path(BadPath),
}

impl Refusal {
    /// What the client is told.
    #[must_use]
    pub const fn failure(self) -> Failure {
        match self {
            Self::Tunnel => Failure::MethodNotAllowed,
            Self::Loop => Failure::Loop,
            Self::Host | Self::Target(_) | Self::Path(_) => Failure::MalformedRequest,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tunnel => f.write_str("CONNECT asks for a tunnel, and the gateway is none"),
            Self::Host => f.write_str("the Host header is not one host with or without a port"),
            Self::Loop => f.write_str("its Via says that it has passed this gateway before"),
            Self::Target(why) => why.fmt(f),
            Self::Path(why) => why.fmt(f),
        }
    }
}

/// What is left of the target once it is taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted<'a> {
    /// Normalised.
    pub path: Cow<'a, [u8]>,
    /// As it came.
    pub query: Option<&'a [u8]>,
}

impl<'a> Admitted<'a> {
    /// Takes a target apart.
    ///
    /// # Errors
    /// [`Refusal`] when it names nothing that can be routed.
    pub fn of(target: &'a [u8], mode: Normalization) -> Result<Self, Refusal> {
        let Target { path, query } = Target::parse(target).map_err(Refusal::Target)?;
        let path = normalize(path, mode).map_err(Refusal::Path)?;
        Ok(Self { path, query })
    }
}

impl<'a> Raw<'a> {
    /// The path and the query that routes are asked about.
    ///
    /// # Errors
    /// [`Refusal`] when none is asked.
    pub fn admit(self, mode: Normalization) -> Result<Admitted<'a>, Refusal> {
        self.check()?;
        Admitted::of(self.target, mode)
    }

    /// Looks at all but the target.
    ///
    /// # Errors
    /// [`Refusal`] when no route is asked.
    pub fn check(&self) -> Result<(), Refusal> {
        if *self.method == Method::CONNECT {
            return Err(Refusal::Tunnel);
        }
        let given = self.headers.get_all(&header::HOST).count();
        let named = given > 0 || !self.host.is_empty();
        if given > 1 || (named && !is_authority(self.host)) {
            return Err(Refusal::Host);
        }
        if is_loop(self.headers) {
            return Err(Refusal::Loop);
        }
        Ok(())
    }
}

/// Whether the request has passed this gateway before (RFC 9110, section 7.6.3).
fn is_loop(headers: Fields<'_>) -> bool {
    let values = headers.get_all(&header::VIA);
    values
        .flat_map(|value| value.split(|&b| b == b','))
        .any(|member| {
            let mut words = member
                .split(u8::is_ascii_whitespace)
                .filter(|w| !w.is_empty());
            words
                .nth(1)
                .is_some_and(|by| by.eq_ignore_ascii_case(PSEUDONYM.as_bytes()))
        })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn admit(
        method: &Method,
        host: &str,
        target: &str,
        told: &[(&'static str, &'static str)],
    ) -> Result<String, Refusal> {
        let mut headers = HeaderMap::new();
        for (name, value) in told {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let raw = Raw {
            method,
            target: target.as_bytes(),
            host: host.as_bytes(),
            headers: (&headers).into(),
        };
        let admitted = raw.admit(Normalization::default())?;
        Ok(String::from_utf8(admitted.path.into_owned()).unwrap())
    }

    #[test]
    fn what_no_route_is_asked_about() {
        let get = |host, target| admit(&Method::GET, host, target, &[]);
        assert_eq!(get("h:80", "/a//b?c"), Ok("/a/b".into()));
        assert_eq!(get("", "/"), Ok("/".into()));
        assert_eq!(get("h:x", "/"), Err(Refusal::Host));
        assert_eq!(get("h", "*"), Err(Refusal::Target(BadTarget::Form)));
        assert_eq!(get("h", "/#"), Err(Refusal::Target(BadTarget::Fragment)));
        assert_eq!(get("h", "/.."), Err(Refusal::Path(BadPath::AboveRoot)));
        assert_eq!(admit(&Method::CONNECT, "h", "/", &[]), Err(Refusal::Tunnel));
        for hosts in [&[("host", "")][..], &[("host", "h"), ("host", "h")]] {
            let host = hosts[0].1;
            assert_eq!(admit(&Method::GET, host, "/", hosts), Err(Refusal::Host));
        }
    }

    #[test]
    fn a_loop_is_our_own_pseudonym_in_any_via() {
        for (via, looped) in [
            (&["1.1 api-gateway"][..], true),
            (&["1.0 edge, 1.1 API-Gateway (comment)"], true),
            (&["HTTP/1.1  api-gateway"], true),
            (&["1.1 a", "1.1 api-gateway"], true),
            (&["1.1 api-gateway-2"], false),
            (&["1.1 edge (api-gateway)"], false),
            (&["api-gateway"], false),
        ] {
            let told: Vec<_> = via.iter().map(|via| ("via", *via)).collect();
            let refused = admit(&Method::GET, "h", "/", &told) == Err(Refusal::Loop);
            assert_eq!(refused, looped, "{via:?}");
        }
    }
}
