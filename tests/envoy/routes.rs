//! One table of routes as our configuration and as Istio writes it for Envoy, asked the
//! same requests.

use std::fmt;

use api_gateway::config::{Config, parse};
use api_gateway::route::{Outcome, Raw, Table, outcome};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use crate::server::{Client, Envoy};
use crate::support::Comparison;

const OURS: &str = r"
server: { builtin_endpoints: { health: off, stats: off } }
services: { a: { url: 'http://a:80', host: preserve } }
routes:
  - { name: any-exact, match: { path: { exact: /shop/cart } }, service: a }
  - { name: any-exact-slash, match: { path: { exact: /shop/cart/ } }, service: a }
  - { name: any-regex, match: { path: { regex: '/shop/[0-9]+' } }, service: a }
  - name: several
    match: [{ path: { prefix: /one } }, { path: { exact: /two } }, { path: { prefix: /shop/long } }]
    service: a
  - { name: shop, match: { path: { prefix: /shop } }, service: a }
  - { name: post, match: { path: { prefix: /v }, methods: [POST] }, service: a }
  - { name: two-headers, match: { path: { prefix: /v }, headers: [{ name: x-a, exact: one }, { name: x-b, regex: '[0-9]+' }] }, service: a }
  - { name: one-header, match: { path: { prefix: /v }, headers: [{ name: x-a, exact: one }] }, service: a }
  - { name: one-query, match: { path: { prefix: /v }, query: [{ name: q, exact: '1' }] }, service: a }
  - { name: regex-query, match: { path: { prefix: /v }, query: [{ name: r, regex: '[a-z]+' }] }, service: a }
  - { name: v, match: { path: { prefix: /v } }, service: a }
  - { name: replaced, match: { path: { prefix: /old } }, rewrite: { replace_prefix: /new }, service: a }
  - { name: replaced-slash, match: { path: { prefix: /olds } }, rewrite: { replace_prefix: /news/ }, service: a }
  - { name: stripped, match: { path: { prefix: /strip } }, rewrite: { replace_prefix: / }, service: a }
  - { name: whole, match: { path: { prefix: /whole } }, rewrite: { replace_path: /all }, service: a }
  - { name: host, match: { path: { prefix: /host } }, rewrite: { host: other.example }, service: a }
  - { name: r-path, match: { path: { exact: /docs } }, redirect: { status: 301, path: /blog/docs } }
  - { name: r-prefix, match: { path: { prefix: /moved } }, redirect: { status: 302, replace_prefix: /here } }
  - { name: r-host, match: { path: { prefix: /away } }, redirect: { status: 308, host: away.example } }
  - { name: r-tls, match: { path: { prefix: /tls } }, redirect: { status: 307, scheme: https } }
  - { name: r-port, match: { path: { prefix: /port } }, redirect: { status: 303, port: 8443 } }
  - { name: h-exact, match: { path: { prefix: / }, hosts: [a.example.com] }, service: a }
  - { name: h-only, match: { path: { prefix: /only }, hosts: [only.example.org] }, service: a }
  - { name: h-deep, match: { path: { prefix: / }, hosts: ['*.b.example.com'] }, service: a }
  - { name: h-wild, match: { path: { prefix: / }, hosts: ['*.example.com'] }, service: a }
";

fn to(name: &str, matched: &Value) -> Value {
    json!({ "name": name, "match": matched, "direct_response": { "status": 200 } })
}

fn under(prefix: &str) -> Value {
    json!({ "path_separated_prefix": prefix })
}

fn sent(name: &str, matched: Value, action: Value) -> Value {
    let mut action = action;
    action["cluster"] = json!("nowhere");
    json!({ "name": name, "match": matched, "route": action })
}

fn elsewhere(name: &str, matched: Value, action: Value) -> Value {
    json!({ "name": name, "match": matched, "redirect": action })
}

fn with(field: &str, all: Value) -> Value {
    let mut matched = under("/v");
    matched[field] = all;
    matched
}

/// Sorted as Istio sorts a virtual host: exact, regex, longest prefix, then predicates.
fn any_host() -> Vec<Value> {
    let regex = |r: &str| json!({ "safe_regex": { "regex": r } });
    let is = |v: &str| json!({ "exact": v });
    let a = json!({ "name": "x-a", "string_match": is("one") });
    let b = json!({ "name": "x-b", "string_match": regex("[0-9]+") });
    let post = json!({ "name": ":method", "string_match": is("POST") });
    let q = json!({ "name": "q", "string_match": is("1") });
    let r = json!({ "name": "r", "string_match": regex("[a-z]+") });
    vec![
        to("any-exact-slash", &json!({ "path": "/shop/cart/" })),
        to("any-exact", &json!({ "path": "/shop/cart" })),
        elsewhere(
            "r-path",
            json!({ "path": "/docs" }),
            json!({ "path_redirect": "/blog/docs", "response_code": "MOVED_PERMANENTLY" }),
        ),
        to("several", &json!({ "path": "/two" })),
        to("any-regex", &regex("/shop/[0-9]+")),
        to("several", &under("/shop/long")),
        elsewhere(
            "r-prefix",
            under("/moved"),
            json!({ "prefix_rewrite": "/here", "response_code": "FOUND" }),
        ),
        sent(
            "stripped",
            under("/strip"),
            json!({ "regex_rewrite": { "pattern": { "regex": "^/strip(/?)(.*)" }, "substitution": r"/\2" } }),
        ),
        sent(
            "whole",
            under("/whole"),
            json!({ "regex_rewrite": { "pattern": { "regex": "/.*" }, "substitution": "/all" } }),
        ),
        sent(
            "replaced-slash",
            under("/olds"),
            json!({ "prefix_rewrite": "/news" }),
        ),
        to("shop", &under("/shop")),
        sent(
            "host",
            under("/host"),
            json!({ "host_rewrite_literal": "other.example" }),
        ),
        elsewhere(
            "r-host",
            under("/away"),
            json!({ "host_redirect": "away.example", "response_code": "PERMANENT_REDIRECT" }),
        ),
        elsewhere(
            "r-port",
            under("/port"),
            json!({ "port_redirect": 8443, "response_code": "SEE_OTHER" }),
        ),
        sent(
            "replaced",
            under("/old"),
            json!({ "prefix_rewrite": "/new" }),
        ),
        to("several", &under("/one")),
        elsewhere(
            "r-tls",
            under("/tls"),
            json!({ "scheme_redirect": "https", "response_code": "TEMPORARY_REDIRECT" }),
        ),
        to("post", &with("headers", json!([post]))),
        to("two-headers", &with("headers", json!([a, b]))),
        to("one-header", &with("headers", json!([a]))),
        to("one-query", &with("query_parameters", json!([q]))),
        to("regex-query", &with("query_parameters", json!([r]))),
        to("v", &under("/v")),
    ]
}

fn manager() -> Value {
    let host = |name: &str, domain: &str| {
        let mut routes = vec![to(name, &json!({ "prefix": "/" }))];
        if domain == "*" {
            routes = any_host();
        }
        json!({ "name": domain, "domains": [domain], "routes": routes })
    };
    json!({
        "normalize_path": true,
        "merge_slashes": true,
        "route_config": {
            "ignore_port_in_host_matching": true,
            "virtual_hosts": [
                json!({ "name": "only", "domains": ["only.example.org"], "routes": [
                    to("h-only", &under("/only")),
                ] }),
                host("h-exact", "a.example.com"),
                host("h-deep", "*.b.example.com"),
                host("h-wild", "*.example.com"),
                host("", "*"),
            ],
        },
        "local_reply_config": { "body_format": { "text_format_source": {
            "inline_string": "%ROUTE_NAME% %REQ(:path)% %REQ(:authority)%",
        } } },
    })
}

const PATHS: &[&str] = &[
    "/shop",
    "/shop/",
    "/shop/x",
    "/shopx",
    "/Shop",
    "/shop/cart",
    "/shop/cart/",
    "/shop/cart/x",
    "/shop/42",
    "/shop/42/",
    "/shop/42x",
    "/shop/long",
    "/shop/long/er",
    "/shop/longer",
    "/one",
    "/one/",
    "/one/x",
    "/onex",
    "/two",
    "/two/",
    "/two/x",
    "/shop/../one",
    "/shop//cart",
    "/shop/%63art",
    "/shop/cart?x=1",
    "/shop/42?x",
    "/shop;x",
    "/shop%2Fcart",
    "/",
    "/nothing",
    "/v",
    "/v/",
    "/v/x",
    "/vx",
    "/v?q=1",
    "/v?q=2",
    "/v/x?q=1&r=abc",
    "/v?r=abc",
    "/v?r=ab1",
    "/v?r=",
    "/v?q",
    "/v?q=1&q=2",
    "/v?q=2&q=1",
    "/v?x=1&q=1",
    "/v?q=%31",
    "/old",
    "/old/",
    "/old/x",
    "/oldx",
    "/old/x?q=/old",
    "/old/old/x",
    "/old//x",
    "/old/a%2Fb",
    "/olds",
    "/olds/",
    "/olds/x",
    "/olds/x/",
    "/strip",
    "/strip/",
    "/strip/x",
    "/strip/x?y=1",
    "/strip/x/y",
    "/strip/strip",
    "/whole",
    "/whole/x",
    "/whole?x=1",
    "/host",
    "/host/x",
    "/docs",
    "/docs?x=1",
    "/docs/",
    "/docs/x",
    "/moved",
    "/moved/",
    "/moved/x",
    "/moved/x?y=1",
    "/movedx",
    "/away",
    "/away/x?y=1",
    "/away/a%2Fb",
    "/tls",
    "/tls/x",
    "/tls?x",
    "/port",
    "/port/x",
    "/port/x?y",
];

const HOSTS: &[&str] = &[
    "a.example.com",
    "A.Example.Com",
    "a.example.com:8080",
    "b.example.com",
    "x.b.example.com",
    "y.x.b.example.com",
    "example.com",
    "x.example.com:80",
    "xexample.com",
    "other",
    "[::1]:80",
];

const HEADERS: &[&[(&str, &str)]] = &[
    &[("x-a", "one")],
    &[("x-a", "one"), ("x-b", "12")],
    &[("x-a", "one"), ("x-b", "1x")],
    &[("x-a", "One")],
    &[("X-A", "one")],
    &[("x-b", "12")],
    &[("x-a", "one"), ("x-a", "one")],
];

struct Ask {
    method: &'static str,
    host: &'static str,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            method,
            host,
            path,
            headers,
        } = self;
        write!(f, "{method} {host} {path} {headers:?}")
    }
}

fn asks() -> Vec<Ask> {
    let ask = |method, host, path, headers| Ask {
        method,
        host,
        path,
        headers,
    };
    let mut all = Vec::new();
    for path in PATHS {
        all.push(ask("GET", "other", path, &[]));
        all.push(ask("POST", "other:8080", path, &[]));
    }
    for host in HOSTS {
        for path in ["/v", "/shop/cart", "/tls/x", "/away/x", "/port/x"] {
            all.push(ask("GET", host, path, &[]));
        }
    }
    for path in ["/only", "/only/x", "/onlyx", "/v", "/shop/cart"] {
        all.push(ask("GET", "only.example.org", path, &[]));
    }
    for headers in HEADERS {
        for method in ["GET", "POST"] {
            all.push(ask(method, "other", "/v/x?q=1", headers));
        }
    }
    all
}

fn ours(config: &Config, table: &Table, ask: &Ask) -> String {
    let mut headers = HeaderMap::new();
    for (name, value) in ask.headers {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_static(value),
        );
    }
    let raw = Raw {
        method: &Method::from_bytes(ask.method.as_bytes()).unwrap(),
        target: ask.path.as_bytes(),
        host: ask.host.as_bytes(),
        headers: (&headers).into(),
    };
    let text = String::from_utf8_lossy;
    match outcome(config, table, raw) {
        Outcome::Proxy {
            route,
            host,
            target,
            ..
        } => {
            format!("{} {} {}", route.name, text(&target), text(&host))
        }
        Outcome::Redirect {
            status, location, ..
        } => format!("{status} {}", text(&location)),
        other => format!("{}", other.status().unwrap()),
    }
}

fn theirs(client: &mut Client, ask: &Ask) -> String {
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: {}\r\n",
        ask.method, ask.path, ask.host
    );
    for (name, value) in ask.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if ask.method == "POST" {
        head.push_str("Content-Length: 0\r\n");
    }
    let answer = client.ask(head.as_bytes());
    match (answer.status(), answer.head.get("location")) {
        (status, Some(location)) => format!("{status} {location}"),
        (404, _) => "404".into(),
        _ => String::from_utf8_lossy(&answer.body).into_owned(),
    }
}

/// The differences that are meant, each with its reason.
fn named(ask: &Ask, ours: &str, theirs: &str) -> Option<&'static str> {
    let port = ask.host.ends_with(":8080");
    if port && ours.starts_with("308 http://away.example:8080/") {
        Some("redirect to a host: the port stays the request's (Gateway API), Envoy drops it")
    } else if port && ours.starts_with("307 https://other/") {
        Some("redirect to a scheme: its own port (Gateway API), Envoy keeps the request's")
    } else if ask.headers == [("x-a", "one"), ("x-a", "one")] && theirs.starts_with("one-header ") {
        Some("a repeated header is one value with commas (RFC 9110), Envoy compares each")
    } else if ask.host == "only.example.org" && theirs == "404" {
        Some("a host whose routes do not match falls back to less specific ones, not in Envoy")
    } else {
        None
    }
}

#[test]
fn every_request_goes_where_envoy_sends_it() {
    let (config, report) = parse("envoy.yaml", OURS, &|_| None);
    let config = config.unwrap_or_else(|| panic!("{report:?}"));
    let table = Table::new(&config);
    let envoy = Envoy::start(vec![manager()]);
    let mut client = Client::new(envoy.listeners[0]);
    let asks = asks();
    assert!(asks.len() >= 150);
    let mut comparison = Comparison::default();
    for ask in &asks {
        let (ours, theirs) = (ours(&config, &table, ask), theirs(&mut client, ask));
        let differ = ours != theirs;
        let name = differ.then(|| named(ask, &ours, &theirs)).flatten();
        let rest = (differ && name.is_none()).then(|| format!("ours {ours}, Envoy's {theirs}"));
        comparison.add(ask, name.as_slice(), rest);
    }
    assert_eq!(
        comparison.finish().len(),
        4,
        "a named difference no longer occurs"
    );
}
