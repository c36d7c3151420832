//! What becomes of the request target.

use crate::support::gateway::get;
use crate::support::{Config, Service};

/// The target that the service gets for each target that a client sends.
fn assert_targets(config: impl Fn(&Service) -> Config, cases: &[(&str, &str)]) {
    let service = Service::hello();
    let gateway = config(&service).start();
    let mut client = gateway.connect();
    for (sent, expected) in cases {
        client.send(get(sent));
        let response = client.response();
        assert_eq!(response.status(), 200, "{sent}: {response:?}");
        let heads = service.heads();
        assert_eq!(heads.last().unwrap().second(), *expected, "{sent}");
    }
}

#[test]
fn bytes_that_mean_nothing_to_the_gateway_stay_as_they_are() {
    let long = format!("/{}?{}", "p".repeat(3000), "q".repeat(3000));
    assert_targets(
        Config::to,
        &[
            ("/", "/"),
            ("/a%2Fb%2fc", "/a%2Fb%2fc"),
            ("/a?", "/a?"),
            ("/a??b=?c", "/a??b=?c"),
            ("/a;v=1;/b", "/a;v=1;/b"),
            ("/a%20b%C3%BC", "/a%20b%C3%BC"),
            ("/a?x=/../y//z&%2e%2e", "/a?x=/../y//z&%2e%2e"),
            ("/a?q=%00", "/a?q=%00"),
            ("/a'()*!$&,=:@+", "/a'()*!$&,=:@+"),
            ("/A/b", "/A/b"),
            // In a path Envoy escapes what a URI can't hold; in a query nobody does.
            ("/{a}|^[]\"~", "/%7Ba%7D%7C%5E[]%22~"),
            ("/?{a}|^[]`\\~'", "/?{a}|^[]`\\~'"),
            ("/\u{fc}?\u{fc}", "/%C3%BC?\u{fc}"),
            ("/a%zz%", "/a%zz%"),
            (&long, &long),
        ],
    );
}

#[test]
fn the_path_that_was_matched_is_the_path_that_is_sent() {
    assert_targets(
        Config::to,
        &[
            ("//a///b", "/a/b"),
            ("/a/./b/../c", "/a/c"),
            ("/a/..", "/"),
            ("/%61", "/a"),
            ("/a//b?c//d", "/a/b?c//d"),
        ],
    );
    let none = |service: &Service| Config::to(service).server("path_normalization: none");
    assert_targets(none, &[("//a/../b", "//a/../b"), ("/%61", "/%61")]);
}

/// What no client may send unescaped (RFC 3986, section 2) and Pingora's type for
/// a URI can't hold.
#[test]
fn bytes_that_a_uri_can_not_hold_are_refused() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    for target in [
        &b"/a<"[..],
        b"/a>",
        b"/a`",
        b"/?<",
        b"/?>",
        b"/?\"",
        b"/\xff",
        b"/?\xff",
    ] {
        let request = [b"GET ", target, b" HTTP/1.1\r\nHost: h\r\n\r\n"].concat();
        let status = gateway.ask(request).status();
        assert_eq!(status, 400, "{}", target.escape_ascii());
    }
    assert!(service.heads().is_empty());
}

#[test]
fn a_rewrite_keeps_what_it_does_not_name() {
    let config = |service: &Service| {
        Config::to(service)
            .route(
                "strip",
                "svc",
                "match: { path: { prefix: /strip/ } }, rewrite: { strip_prefix: /strip }",
            )
            .route(
                "replace",
                "svc",
                "match: { path: { prefix: /old } }, rewrite: { replace_prefix: /new }",
            )
            .route(
                "fixed",
                "svc",
                "match: { path: { exact: /any } }, rewrite: { replace_path: /one }",
            )
    };
    assert_targets(
        config,
        &[
            ("/strip/", "/"),
            ("/strip/?", "/?"),
            ("/strip/a%2Fb/?x=%2F", "/a%2Fb/?x=%2F"),
            ("/strip/strip/a", "/strip/a"),
            ("/old", "/new"),
            ("/old/a;b?c", "/new/a;b?c"),
            ("/any?a=1", "/one?a=1"),
        ],
    );
}

#[test]
fn an_absolute_target_of_our_own_host_is_a_path() {
    let service = Service::hello();
    let gateway = Config::to(&service).start();
    let request = "GET http://client.example/a%2Fb?c= HTTP/1.1\r\nHost: client.example\r\n\r\n";
    assert_eq!(gateway.ask(request).status(), 200);
    let head = service.head();
    assert_eq!(head.start, "GET /a%2Fb?c= HTTP/1.1");
    assert_eq!(head.get("host"), Some(service.address.to_string().as_str()));
    assert_eq!(head.get("x-forwarded-host"), Some("client.example"));
}

#[test]
fn the_path_that_lacks_the_slash_is_redirected_with_its_query() {
    let service = Service::hello();
    let gateway = Config::to(&service)
        .route("a", "svc", "match: { path: { prefix: /a/b/ } }")
        .start();
    for (method, target, location) in [
        ("GET", "/a/b", "/a/b/"),
        ("POST", "/a/b?x=%2F&y", "/a/b/?x=%2F&y"),
        ("HEAD", "/a/b?", "/a/b/?"),
        ("GET", "//a//b?u=//", "/a/b/?u=//"),
    ] {
        let request = format!("{method} {target} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        let response = gateway.ask(request);
        assert_eq!(response.status(), 307, "{target}");
        assert_eq!(response.head.get("location"), Some(location));
        assert!(response.body.is_empty());
    }
    assert_eq!(service.connections(), 0);
}
