//! The headers that the gateway sends, as far as a question tells them.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::config::{Config, Route};
use crate::proxy::{change_request, distrust};
use crate::route::is_authority;

/// Of one connection only (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "proxy-authenticate",
];

/// What the service's sidecar gets, without Host. Whether the client is one of
/// `server.trusted_proxies` the question doesn't say: it is taken for one where there are
/// any. Its address and the id of the request aren't known, so they are left out.
pub(in crate::cli) fn headers(
    config: &Config,
    route: &Route,
    host: &[u8],
    came: &HeaderMap,
) -> HeaderMap {
    let trusted = !config.server.trusted_proxies.is_empty();
    let mut sent = came.clone();
    let listed: Vec<HeaderName> = came
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in &listed {
        sent.remove(name);
    }
    for name in HOP_BY_HOP {
        sent.remove(name);
    }
    sent.remove(header::HOST);
    distrust(&mut sent, trusted);
    change_request(&mut sent, &route.request_headers);
    for name in ["x-forwarded-for", "x-request-id"] {
        sent.remove(name);
    }
    let is_proto = |value: &[u8]| matches!(value, b"http" | b"https");
    let http = HeaderValue::from_static("http");
    keep_or_set(
        &mut sent,
        trusted,
        "x-forwarded-proto",
        is_proto,
        Some(http),
    );
    let host = HeaderValue::from_bytes(host).ok();
    let host = host.filter(|host| !host.is_empty());
    keep_or_set(&mut sent, trusted, "x-forwarded-host", is_authority, host);
    sent.append(header::VIA, HeaderValue::from_static("1.1 api-gateway"));
    sent
}

fn keep_or_set(
    headers: &mut HeaderMap,
    trusted: bool,
    name: &'static str,
    valid: impl Fn(&[u8]) -> bool,
    own: Option<HeaderValue>,
) {
    let mut given = headers.get_all(name).iter();
    let one = matches!((given.next(), given.next()), (Some(v), None) if valid(v.as_bytes()));
    if trusted && one {
        return;
    }
    match own {
        Some(value) => {
            headers.insert(name, value);
        }
        None => {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn the_gateway_s_own_words_replace_the_client_s() {
        let file = |trusted: &str| {
            format!(
                "server: {{ trusted_proxies: [{trusted}] }}\n\
                 services: {{ a: {{ url: http://a }} }}\n\
                 routes: [{{ name: r, service: a, request_headers: \
                 {{ set: {{ X-Set: '1' }}, remove: [X-Gone] }} }}]\n"
            )
        };
        let mut came = HeaderMap::new();
        for (name, value) in [
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("te", "trailers"),
            ("x-gone", "1"),
            ("x-set", "0"),
            ("x-forwarded-proto", "https"),
            ("x-request-id", "id"),
            ("cookie", "a=1"),
            // The service could take them for others.
            ("proxy", "http://evil"),
            ("x_set", "0"),
            ("x-real.ip", "1.1.1.1"),
        ] {
            came.insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        let sent = |trusted: &str| {
            let (config, report) = parse("x", &file(trusted), &|_| None);
            let config = config.unwrap_or_else(|| panic!("{report}"));
            let sent = headers(&config, &config.routes[0], b"shop.example", &came);
            let mut all: Vec<_> = sent
                .iter()
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect();
            all.sort();
            all
        };
        let expected = |proto: &str| {
            [
                "cookie: a=1".to_owned(),
                "via: 1.1 api-gateway".to_owned(),
                "x-forwarded-host: shop.example".to_owned(),
                format!("x-forwarded-proto: {proto}"),
                "x-set: 1".to_owned(),
            ]
        };
        assert_eq!(sent(""), expected("http"));
        assert_eq!(sent("127.0.0.6/32"), expected("https"));
    }
}
