//! Whether a request is the operator's own, or that of a page in the operator's browser.

use std::net::{IpAddr, Ipv6Addr};

use http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use http::uri::Authority;
use http::{HeaderValue, Request};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// False when the request goes to a name other than `localhost`. Whoever owns a name can
/// let it point here, and his pages are then of the same origin (DNS rebinding).
pub(super) fn names_the_machine<B>(request: &Request<B>) -> bool {
    let target = request.uri().authority();
    host(request.headers()).is_some_and(is_the_machine) && target.is_none_or(is_the_machine_itself)
}

/// What a browser says of the page that asks; other clients say nothing.
pub(super) fn asked_by_another_site(headers: &HeaderMap) -> bool {
    let own_fetch = |site: &HeaderValue| site == "same-origin" || site == "none";
    let host = host(headers);
    let own_page = |origin: &HeaderValue| {
        let origin = origin.to_str().ok();
        let authority = origin.and_then(|o| Some(o.split_once("://")?.1));
        matches!((authority, host), (Some(a), Some(h)) if a.eq_ignore_ascii_case(h))
    };
    !headers.get_all(SEC_FETCH_SITE).iter().all(own_fetch)
        || !headers.get_all(ORIGIN).iter().all(own_page)
}

/// `None` when there is not exactly one (RFC 9112, section 3.2).
fn host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next()?;
    hosts.next().is_none().then(|| host.to_str().ok())?
}

fn is_the_machine(host: &str) -> bool {
    host.parse().is_ok_and(|host| is_the_machine_itself(&host))
}

fn is_the_machine_itself(authority: &Authority) -> bool {
    if authority.as_str().contains('@') {
        return false;
    }
    let host = authority.host();
    let v6 = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    match v6 {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok(),
        None => host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(hosts: &[&str]) -> bool {
        let mut request = Request::builder().uri("/");
        for host in hosts {
            request = request.header(HOST, *host);
        }
        names_the_machine(&request.body(()).unwrap())
    }

    #[test]
    fn addresses_and_localhost_are_the_machine() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:9001",
            "10.1.2.3:80",
            "[::1]",
            "[::1]:9001",
            "localhost",
            "LocalHost:9001",
        ] {
            assert!(named(&[host]), "{host}");
        }
    }

    #[test]
    fn names_are_not_and_neither_is_what_only_looks_like_one() {
        for host in [
            "",
            "evil.example",
            "evil.example:9001",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "127.0.0.1@evil.example",
            "evil.example@127.0.0.1",
            "127.0.0.1/evil",
            "[evil.example]",
            "0x7f.1",
            "2130706433",
        ] {
            assert!(!named(&[host]), "{host}");
        }
        assert!(!named(&[]));
        assert!(!named(&["localhost", "localhost"]));
        assert!(!named(&["localhost", "evil.example"]));
    }

    #[test]
    fn a_target_with_a_name_is_refused_whatever_the_host() {
        let request = |uri| Request::builder().uri(uri).header(HOST, "localhost");
        let named = |uri| names_the_machine(&request(uri).body(()).unwrap());
        assert!(named("http://localhost/status"));
        assert!(!named("http://evil.example/status"));
    }

    fn foreign(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_static("localhost:9001"));
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        asked_by_another_site(&map)
    }

    #[test]
    fn only_the_own_page_may_ask() {
        for own in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://localhost:9001")],
            &[("origin", "http://LOCALHOST:9001")],
        ] {
            assert!(!foreign(own), "{own:?}");
        }
        for other in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "cross-site"),
            ],
            &[("origin", "null")],
            &[("origin", "http://localhost")],
            &[("origin", "http://localhost:9002")],
            &[("origin", "http://evil.example")],
            &[("origin", "http://evil.example?localhost:9001")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://evil.example"),
            ],
        ] {
            assert!(foreign(other), "{other:?}");
        }
    }
}
