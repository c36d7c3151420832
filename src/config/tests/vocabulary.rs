//! What the keys of routes and tests mean.

use std::time::Duration;

use http::Method;

use super::super::{
    Action, Config, Expectation, HostMatch, Match, PathMatch, Pattern, Redirect, Rewrite,
    ValueMatch,
};
use super::read;

#[track_caller]
fn good(routes: &str) -> Config {
    let (config, report) = read(&format!("services: {{ a: {{ url: http://a }} }}\n{routes}"));
    assert_eq!(report.to_string(), "");
    config.unwrap()
}

#[test]
fn every_kind_of_match_reaches_the_model() {
    let config = good(
        r#"
routes:
- name: r
  service: a
  match:
  - path: { regex: "/users/[0-9]+" }
    hosts: [Blog.Example., "*.Blog.Example", 10.0.0.1, "[0::1]", "h-${PORT}"]
    methods: [GET, PURGE]
    headers: [{ name: X-A, exact: "" }, { name: X-B, regex: "a|b" }]
    query: [{ name: q, exact: 1 }, { name: a%20b, regex: "[0-9]+" }]
  - {}
"#,
    );
    let exact = |host: &str| HostMatch::Exact(host.into());
    let pattern = |text: &str| Pattern::new(text).unwrap();
    let full = Match {
        path: PathMatch::Regex(pattern("/users/[0-9]+")),
        hosts: vec![
            exact("blog.example"),
            HostMatch::Wildcard("blog.example".into()),
            exact("10.0.0.1"),
            exact("[::1]"),
            exact("h-8080"),
        ],
        methods: vec![Method::GET, Method::from_bytes(b"PURGE").unwrap()],
        headers: vec![
            ("x-a".parse().unwrap(), ValueMatch::Exact(String::new())),
            ("x-b".parse().unwrap(), ValueMatch::Regex(pattern("a|b"))),
        ],
        query: vec![
            ("q".into(), ValueMatch::Exact("1".into())),
            ("a%20b".into(), ValueMatch::Regex(pattern("[0-9]+"))),
        ],
    };
    let empty = Match {
        path: PathMatch::Prefix("/".into()),
        hosts: Vec::new(),
        methods: Vec::new(),
        headers: Vec::new(),
        query: Vec::new(),
    };
    assert_eq!(config.routes[0].matches, [full, empty]);
}

#[test]
fn a_list_of_one_match_is_that_match() {
    let list = good("routes: [{ name: r, service: a, match: [{ hosts: [x] }] }]\n");
    let alone = good("routes: [{ name: r, service: a, match: { hosts: [x] } }]\n");
    assert_eq!(list, alone);
}

#[test]
fn header_rules_and_timeouts_reach_the_model() {
    let config = good(
        r#"
routes:
- name: r
  service: a
  request_headers: { set: { X-A: "", X-Port: "${PORT}" }, add: { X-B: é }, remove: [X-C, Cookie] }
  response_headers: { set: { Host: x, Via: y }, remove: [Server] }
  timeouts: { response_header: 5s }
- { name: off, service: a, match: { path: { exact: /x } }, timeouts: { response_header: off }, request_headers: , response_headers: {} }
"#,
    );
    let [r, off] = config.routes.as_slice() else {
        panic!("{:?}", config.routes)
    };
    let text = |rules: &[(http::HeaderName, http::HeaderValue)]| -> Vec<String> {
        let line = |(name, value): &(http::HeaderName, http::HeaderValue)| {
            format!("{name}={}", String::from_utf8_lossy(value.as_bytes()))
        };
        rules.iter().map(line).collect()
    };
    assert_eq!(text(&r.request_headers.set), ["x-a=", "x-port=8080"]);
    assert_eq!(text(&r.request_headers.add), ["x-b=é"]);
    assert_eq!(r.request_headers.remove, ["x-c", "cookie"]);
    assert_eq!(text(&r.response_headers.set), ["host=x", "via=y"]);
    assert_eq!(r.response_headers.remove, ["server"]);
    let five = Some(Duration::from_secs(5));
    assert_eq!(r.timeouts.response_header, Some(five));
    assert_eq!(off.timeouts.response_header, Some(None));
    assert_eq!(off.request_headers, off.response_headers);
}

#[test]
fn redirects_reach_the_model() {
    let config = good(
        r#"
routes:
- { name: all, service: a }
- { name: x, match: { path: { prefix: /x } }, redirect: { status: 308, scheme: https, host: Blog.Example, port: 8443, replace_prefix: /y } }
- { name: y, match: { path: { exact: /y } }, redirect: { path: /z }, response_headers: { set: { X-A: v } } }
- { name: z, match: { path: { regex: /z.* } }, redirect: { host: "[::1]" } }
- { name: self, match: { path: { exact: /s }, methods: [POST] }, redirect: { status: 303, path: /s } }
"#,
    );
    let redirect = |index: usize| match &config.routes[index].action {
        Action::Redirect(redirect) => redirect.clone(),
        action => panic!("{action:?}"),
    };
    let full = Redirect {
        status: 308,
        scheme: Some("https".into()),
        host: Some("Blog.Example".into()),
        port: Some(8443),
        path: Rewrite::ReplacePrefix("/y".into()),
    };
    assert_eq!(redirect(1), full);
    let path = Redirect {
        status: 302,
        scheme: None,
        host: None,
        port: None,
        path: Rewrite::ReplacePath("/z".into()),
    };
    assert_eq!(redirect(2), path);
    assert_eq!(redirect(3).host.as_deref(), Some("[::1]"));
    assert_eq!(redirect(3).path, Rewrite::Keep);
    assert_eq!(redirect(4).status, 303);
}

#[test]
fn a_prefix_can_be_stripped_where_an_expression_shows_it() {
    for (expression, prefix) in [
        ("/api/users.*", "/api"),
        ("/api/(a|b)", "/api/"),
        ("^/api$", "/api"),
    ] {
        let config = good(&format!(
            "routes: [{{ name: r, service: a, match: {{ path: {{ regex: \"{expression}\" }} }}, \
             rewrite: {{ strip_prefix: {prefix} }} }}]\n"
        ));
        let Action::Proxy { rewrite, .. } = &config.routes[0].action else {
            panic!("{expression}")
        };
        assert_eq!(rewrite, &Rewrite::StripPrefix("/api".into()));
    }
}

#[test]
fn tests_reach_the_model() {
    let config = good(
        r#"
routes: [{ name: r, service: a }]
tests:
- { request: "POST /%2e%2e/x?q=1", expect: { status: 400 } }
- request: GET /
  host: Blog.Example:80
  headers: { X-A: v }
  expect: { route: r, service: a, host: "a", path: "/?q", location: "https://a/" }
"#,
    );
    let [first, second] = config.tests.as_slice() else {
        panic!("{:?}", config.tests)
    };
    assert_eq!(
        (first.method.as_str(), first.target.as_str()),
        ("POST", "/%2e%2e/x?q=1")
    );
    assert_eq!((&first.host, first.headers.len()), (&None, 0));
    assert_eq!(first.expect.status, Some(400));
    assert_eq!(second.host.as_deref(), Some("Blog.Example:80"));
    assert_eq!(second.headers[0].0, "x-a");
    let expect = Expectation {
        route: Some("r".into()),
        service: Some("a".into()),
        host: Some("a".into()),
        path: Some("/?q".into()),
        status: None,
        location: Some("https://a/".into()),
    };
    assert_eq!(second.expect, expect);
}
