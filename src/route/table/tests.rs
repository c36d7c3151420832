use super::*;
use crate::config::{
    AccessLog, Admin, Authority, BuiltinEndpoints, ClientTimeouts, Dns, DnsServers, Drain, Errors,
    HeaderRules, HostPolicy, Limits, Match, Normalization, Protocol, ProxyStatus, Rewrite, Route,
    RouteLimits, RouteTimeouts, Runtime, Server, Service, ServiceHost, ServiceLimits,
    ServiceTimeouts, ValueMatch,
};
use crate::fields::Fields;
use http::{HeaderMap, Method};
use std::time::Duration;

pub(in crate::route) fn matching(path: PathMatch) -> Match {
    Match {
        path,
        hosts: vec![],
        methods: vec![],
        headers: vec![],
        query: vec![],
    }
}

/// A configuration of routes with one match each.
pub(in crate::route) fn config(routes: Vec<(&str, PathMatch, Rewrite)>) -> Config {
    let routes = routes.into_iter();
    with_matches(routes.map(|(n, p, r)| (n, vec![matching(p)], r)).collect())
}

pub(in crate::route) fn with_matches(routes: Vec<(&str, Vec<Match>, Rewrite)>) -> Config {
    let route = |(name, matches, rewrite): (&str, _, _)| Route {
        name: name.into(),
        matches,
        action: Action::Proxy {
            service: 0,
            rewrite,
            host: None,
        },
        request_headers: HeaderRules::default(),
        response_headers: HeaderRules::default(),
        timeouts: RouteTimeouts::default(),
        limits: RouteLimits::default(),
    };
    Config {
        server: Server {
            listen: vec![([127, 0, 0, 1], 0).into()],
            threads: None,
            h2c: false,
            path_normalization: Normalization::default(),
            trusted_proxies: vec![],
            builtin_endpoints: BuiltinEndpoints {
                health: Some("/health".into()),
                stats: Some("/stats".into()),
                metrics: None,
            },
            timeouts: ClientTimeouts::default(),
            limits: Limits::default(),
            drain: Drain::default(),
            runtime: Runtime::default(),
        },
        access_log: AccessLog::default(),
        admin: Admin::default(),
        dns: Dns {
            servers: DnsServers::System,
            timeout: Duration::from_secs(1),
            min_ttl: Duration::from_secs(1),
            max_ttl: Duration::from_secs(30),
            max_stale: Duration::from_secs(300),
        },
        errors: Errors {
            proxy_status: ProxyStatus::Trusted,
        },
        services: vec![Service {
            name: "any".into(),
            authority: Authority {
                text: "any:80".into(),
                host: ServiceHost::Name("any".into()),
                port: 80,
            },
            host: HostPolicy::Literal("any:80".into()),
            protocol: Protocol::Http1,
            timeouts: ServiceTimeouts::default(),
            limits: ServiceLimits::default(),
        }],
        routes: routes.into_iter().map(route).collect(),
        tests: vec![],
        from_variables: Default::default(),
    }
}

pub(in crate::route) fn prefix(p: &str) -> PathMatch {
    PathMatch::Prefix(p.into())
}

pub(in crate::route) fn exact(p: &str) -> PathMatch {
    PathMatch::Exact(p.into())
}

pub(in crate::route) fn regex(p: &str) -> PathMatch {
    PathMatch::Regex(crate::config::Pattern::new(p).unwrap())
}

/// The decision in words: the route's name, or what else happens. `target` is
/// `[METHOD ][//host]/path[?query]`.
fn ask(config: &Config, target: &str) -> String {
    ask_with(config, target, &HeaderMap::new())
}

fn ask_with(config: &Config, target: &str, headers: &HeaderMap) -> String {
    let (method, target) = target.split_once(' ').unwrap_or(("GET", target));
    let (host, target) = match target.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap()),
        None => ("", target),
    };
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.as_bytes())),
        None => (target, None),
    };
    let request = Request {
        host: host.as_bytes(),
        method: &Method::from_bytes(method.as_bytes()).unwrap(),
        path: path.as_bytes(),
        query,
        headers: headers.into(),
    };
    match Table::new(config).decide(&request) {
        Decision::Route(choice) => config.routes[choice.route].name.clone(),
        Decision::AddSlash(_) => format!("307 {path}/"),
        Decision::Builtin(what) => format!("{what:?}"),
        Decision::MethodNotAllowed(allow) => format!("405 {}", allow.join(", ")),
        Decision::NoRoute => "404".into(),
    }
}

fn check(routes: Vec<(&str, PathMatch)>, expected: &[(&str, &str)]) {
    let routes = routes.into_iter().map(|(n, m)| (n, m, Rewrite::Keep));
    let config = config(routes.collect());
    for (path, answer) in expected {
        assert_eq!(ask(&config, path), *answer, "{path}");
    }
}

#[test]
fn a_prefix_without_a_slash_matches_whole_segments() {
    check(
        vec![("r", prefix("/blog/api"))],
        &[
            ("/blog/api", "r"),
            ("/blog/api/", "r"),
            ("/blog/api/x", "r"),
            ("/blog/apix", "404"),
            ("/blog", "404"),
            ("/Blog/api", "404"),
        ],
    );
}

#[test]
fn a_prefix_with_a_slash_is_a_subtree_and_redirects_its_bare_path() {
    check(
        vec![("r", prefix("/blog/api/"))],
        &[
            ("/blog/api", "307 /blog/api/"),
            ("/blog/api/", "r"),
            ("/blog/api/x", "r"),
            ("/blog/apix", "404"),
        ],
    );
}

#[test]
fn an_explicit_route_on_the_bare_path_wins_over_the_implied_redirect() {
    for order in [[0, 1], [1, 0]] {
        for explicit in [prefix("/a"), exact("/a")] {
            let both = [("sub", prefix("/a/")), ("bare", explicit)];
            let routes = order.iter().map(|&i| both[i].clone()).collect();
            check(routes, &[("/a", "bare"), ("/a/", "sub"), ("/a/b", "sub")]);
        }
    }
    check(
        vec![("root", prefix("/")), ("sub", prefix("/a/"))],
        &[("/a", "307 /a/"), ("/b", "root")],
    );
}

#[test]
fn the_implied_redirect_wins_over_expressions_but_not_for_a_route_that_names_its_path() {
    let routes = |all: &[(&'static str, PathMatch)]| all.to_vec();
    let (sub, wide) = (("sub", prefix("/a/")), ("wide", regex("/a.*")));
    check(
        routes(&[wide.clone(), sub.clone()]),
        &[("/a", "307 /a/"), ("/a/", "wide"), ("/ab", "wide")],
    );
    check(
        routes(&[sub.clone(), wide.clone(), ("bare", exact("/a"))]),
        &[("/a", "bare"), ("/a/", "wide")],
    );
    // The segments win over the redirect, and an expression over the segments.
    check(
        routes(&[sub, wide, ("bare", prefix("/a"))]),
        &[("/a", "wide")],
    );
}

#[test]
fn exact_beats_prefix_and_the_longer_prefix_beats_the_shorter() {
    check(
        vec![
            ("root", prefix("/")),
            ("short", prefix("/a")),
            ("long", prefix("/a/b")),
            ("exact", exact("/a/b/c")),
        ],
        &[
            ("/", "root"),
            ("/x", "root"),
            ("/a", "short"),
            ("/a/bc", "short"),
            ("/a/b", "long"),
            ("/a/b/c", "exact"),
            ("/a/b/c/", "long"),
        ],
    );
}

#[test]
fn file_order_decides_only_between_equals() {
    check(
        vec![("first", prefix("/a")), ("second", prefix("/a"))],
        &[("/a", "first")],
    );
}

#[test]
fn builtin_endpoints_beat_prefixes_and_lose_to_exact_routes() {
    check(
        vec![("root", prefix("/")), ("mine", exact("/stats"))],
        &[
            ("/health", "Health"),
            ("/stats", "mine"),
            ("/health/", "root"),
        ],
    );
}

#[test]
fn the_teams_table_goes_where_the_document_says() {
    let strip = |p: &str| Rewrite::StripPrefix(p.into());
    let config = config(vec![
        ("posts", prefix("/blog/api/posts"), Rewrite::Keep),
        ("categories", prefix("/blog/api/categories"), Rewrite::Keep),
        ("auth", prefix("/blog/api/"), strip("/blog/api")),
        ("users", prefix("/api/users/"), strip("/api/users")),
    ]);
    let table = Table::new(&config);
    for (path, query, route, target) in [
        ("/blog/api/login", None, "auth", "/login"),
        ("/blog/api/", Some("a=%2F&b"), "auth", "/?a=%2F&b"),
        ("/blog/api/posts/7", Some(""), "posts", "/blog/api/posts/7?"),
        ("/blog/api/postscript", None, "auth", "/postscript"),
        (
            "/blog/api/categories",
            None,
            "categories",
            "/blog/api/categories",
        ),
        ("/api/users/42", None, "users", "/42"),
    ] {
        let query = query.map(str::as_bytes);
        let request = Request {
            host: b"",
            method: &Method::GET,
            path: path.as_bytes(),
            query,
            headers: Fields::NONE,
        };
        let Decision::Route(choice) = table.decide(&request) else {
            panic!("{path} is not proxied");
        };
        assert_eq!(config.routes[choice.route].name, route, "{path}");
        let sent = table.upstream_target(choice, path.as_bytes(), query);
        assert_eq!(String::from_utf8(sent).unwrap(), target, "{path}");
    }
    assert_eq!(ask(&config, "/api/users"), "307 /api/users/");
    assert_eq!(ask(&config, "/api/userss"), "404");
}

#[test]
fn a_regex_takes_whole_paths_and_stands_between_exact_and_prefix() {
    check(
        vec![
            ("prefix", prefix("/api/users")),
            ("login", regex("/api/(.*/)?login")),
            ("exact", exact("/api/x/login")),
            ("later", regex("/api/users/.*")),
        ],
        &[
            ("/api/login", "login"),
            ("/api/users/login", "login"),
            ("/api/x/login", "exact"),
            ("/api/users/7", "later"),
            ("/api/users", "prefix"),
            ("/api/login/x", "404"),
            ("/x/api/login", "404"),
        ],
    );
}

#[test]
fn regexes_are_decided_by_predicates_then_file_order_wherever_their_literals_end() {
    let get = |path| Match {
        methods: vec![Method::GET],
        ..matching(path)
    };
    let config = with_matches(vec![
        ("any", vec![matching(regex("/a/b/c/.*"))], Rewrite::Keep),
        ("get", vec![get(regex("/a/.*"))], Rewrite::Keep),
        ("late", vec![matching(regex(".*"))], Rewrite::Keep),
    ]);
    assert_eq!(ask(&config, "/a/b/c/d"), "get");
    assert_eq!(ask(&config, "POST /a/b/c/d"), "any");
    assert_eq!(ask(&config, "POST /a/b"), "late");
}

#[test]
fn the_more_specific_host_wins_and_falls_back() {
    let on = |hosts: &[&str], path| Match {
        hosts: hosts
            .iter()
            .map(|h| match h.strip_prefix("*.") {
                Some(of) => HostMatch::Wildcard(of.into()),
                None => HostMatch::Exact((*h).into()),
            })
            .collect(),
        ..matching(path)
    };
    let config = with_matches(vec![
        ("none", vec![matching(prefix("/"))], Rewrite::Keep),
        (
            "wide",
            vec![on(&["*.example"], prefix("/w"))],
            Rewrite::Keep,
        ),
        (
            "wild",
            vec![on(&["*.blog.example"], prefix("/"))],
            Rewrite::Keep,
        ),
        (
            "exact",
            vec![on(&["a.blog.example", "b.example"], prefix("/x"))],
            Rewrite::Keep,
        ),
        ("all", vec![matching(exact("/x/y"))], Rewrite::Keep),
    ]);
    for (target, expected) in [
        ("//a.blog.example/x/y", "exact"),
        ("//A.Blog.Example.:8000/x", "exact"),
        ("//b.example/x", "exact"),
        ("//a.blog.example/z", "wild"),
        ("//c.d.blog.example/z", "wild"),
        ("//blog.example/z", "none"),
        ("//blog.example/w/1", "wide"),
        ("//a.blog.example/w", "wild"),
        ("//b.example/z", "none"),
        ("//other/x/y", "all"),
        ("/x/y", "all"),
    ] {
        assert_eq!(ask(&config, target), expected, "{target}");
    }
}

#[test]
fn method_then_headers_then_query_decide_between_equal_paths() {
    let m = |methods: &[Method], headers: usize, query: usize| Match {
        methods: methods.to_vec(),
        headers: [("x-a", "1"), ("x-b", "2")][..headers]
            .iter()
            .map(|(n, v)| {
                (
                    http::HeaderName::from_static(n),
                    ValueMatch::Exact((*v).into()),
                )
            })
            .collect(),
        query: [("q", "1"), ("r", "2")][..query]
            .iter()
            .map(|(n, v)| ((*n).into(), ValueMatch::Exact((*v).into())))
            .collect(),
        ..matching(prefix("/p"))
    };
    let config = with_matches(vec![
        ("plain", vec![m(&[], 0, 0)], Rewrite::Keep),
        ("query2", vec![m(&[], 0, 2)], Rewrite::Keep),
        ("header", vec![m(&[], 1, 0)], Rewrite::Keep),
        ("headers", vec![m(&[], 2, 0)], Rewrite::Keep),
        ("method", vec![m(&[Method::PUT], 0, 0)], Rewrite::Keep),
    ]);
    let mut headers = HeaderMap::new();
    assert_eq!(ask_with(&config, "/p?r=2&q=1", &headers), "query2");
    assert_eq!(ask_with(&config, "/p?q=2&q=1&r=2", &headers), "plain");
    headers.insert("x-a", "1".parse().unwrap());
    assert_eq!(ask_with(&config, "/p?r=2&q=1", &headers), "header");
    headers.insert("x-b", "2".parse().unwrap());
    assert_eq!(ask_with(&config, "/p", &headers), "headers");
    assert_eq!(ask_with(&config, "PUT /p", &headers), "method");
    headers.append("x-b", "2".parse().unwrap());
    assert_eq!(ask_with(&config, "/p", &headers), "header");
}

#[test]
fn a_method_that_no_route_takes_is_405_with_those_that_would_be() {
    let only = |methods: &[Method], path| Match {
        methods: methods.to_vec(),
        ..matching(path)
    };
    let config = with_matches(vec![
        (
            "read",
            vec![only(&[Method::GET, Method::HEAD], prefix("/p"))],
            Rewrite::Keep,
        ),
        (
            "write",
            vec![only(&[Method::POST], exact("/p/x"))],
            Rewrite::Keep,
        ),
    ]);
    assert_eq!(ask(&config, "DELETE /p/x"), "405 GET, HEAD, POST");
    assert_eq!(ask(&config, "POST /p"), "405 GET, HEAD");
    assert_eq!(ask(&config, "POST /q"), "404");
}

#[test]
fn the_implied_redirect_has_the_predicates_of_its_subtree() {
    let get = Match {
        methods: vec![Method::GET],
        ..matching(prefix("/a/"))
    };
    let config = with_matches(vec![("r", vec![get], Rewrite::Keep)]);
    assert_eq!(ask(&config, "/a"), "307 /a/");
    assert_eq!(ask(&config, "POST /a"), "405 GET");
}

#[test]
fn each_of_several_matches_has_its_own_prefix() {
    let both = vec![matching(prefix("/a")), matching(prefix("/b/c"))];
    let config = with_matches(vec![("r", both, Rewrite::ReplacePrefix("/z".into()))]);
    let table = Table::new(&config);
    for (path, expected) in [("/a/1", "/z/1"), ("/b/c/1", "/z/1")] {
        let request = Request {
            host: b"",
            method: &Method::GET,
            path: path.as_bytes(),
            query: None,
            headers: Fields::NONE,
        };
        let Decision::Route(choice) = table.decide(&request) else {
            panic!("{path}");
        };
        let sent = table.upstream_target(choice, path.as_bytes(), None);
        assert_eq!(sent, expected.as_bytes());
    }
}
