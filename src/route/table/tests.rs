use super::*;
use crate::config::{
    Authority, BuiltinEndpoints, Dns, DnsServers, Errors, HostPolicy, Normalization, ProxyStatus,
    Rewrite, Route, Server, Service, ServiceHost, ServiceTimeouts,
};
use std::time::Duration;

pub(in crate::route) fn config(routes: Vec<(&str, PathMatch, Rewrite)>) -> Config {
    Config {
        server: Server {
            listen: vec![([127, 0, 0, 1], 0).into()],
            threads: None,
            path_normalization: Normalization::default(),
            trusted_proxies: vec![],
            builtin_endpoints: BuiltinEndpoints {
                health: Some("/health".into()),
                stats: Some("/stats".into()),
            },
        },
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
            timeouts: ServiceTimeouts {
                connect: None,
                response_header: None,
                idle: None,
            },
        }],
        routes: routes
            .into_iter()
            .map(|(name, path, rewrite)| Route {
                name: name.into(),
                path,
                rewrite,
                service: 0,
            })
            .collect(),
    }
}

pub(in crate::route) fn prefix(p: &str) -> PathMatch {
    PathMatch::Prefix(p.into())
}

pub(in crate::route) fn exact(p: &str) -> PathMatch {
    PathMatch::Exact(p.into())
}

/// The decision in words: the route's name, or what else happens.
fn ask(config: &Config, path: &str) -> String {
    match Table::new(config).decide(path.as_bytes()) {
        Decision::Proxy(route) => config.routes[route].name.clone(),
        Decision::AddSlash(to) => format!("307 {to}"),
        Decision::Builtin(what) => format!("{what:?}"),
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
        let Decision::Proxy(index) = table.decide(path.as_bytes()) else {
            panic!("{path} is not proxied");
        };
        assert_eq!(config.routes[index].name, route, "{path}");
        let sent = table.upstream_target(index, path.as_bytes(), query.map(str::as_bytes));
        assert_eq!(String::from_utf8(sent).unwrap(), target, "{path}");
    }
    assert_eq!(ask(&config, "/api/users"), "307 /api/users/");
    assert_eq!(ask(&config, "/api/userss"), "404");
}
