//! Mistakes in what a route does: `service`, `rewrite`, `timeouts` and `redirect`.

use super::{SERVICES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "service: a, redirect: { path: /x }",
            &[
                "f:4:26 routes[1].redirect: can't stand beside `service`; write a service or a redirect, not both",
            ],
        ),
        (
            "service: a, redirct: { path: /x }",
            &["f:4:26 routes[1].redirct: is an unknown key; did you mean `redirect`?"],
        ),
        (
            "redirct: { path: /x }",
            &["f:4:14 routes[1].redirct: is an unknown key; did you mean `redirect`?"],
        ),
        (
            "redirect: ",
            &[
                "f:4:14 routes[1].redirect: has no value; write a mapping such as { status: 301, path: /x }",
            ],
        ),
        (
            "redirect: /x",
            &[
                "f:4:24 routes[1].redirect: is a single value here; write a mapping such as { status: 301, path: /x }",
            ],
        ),
        (
            "redirect: {}",
            &[
                "f:4:14 routes[1].redirect: changes nothing, so the client would come back without end; write a mapping such as { status: 301, path: /x }",
            ],
        ),
        (
            "redirect: { status: 301 }",
            &[
                "f:4:14 routes[1].redirect: changes nothing, so the client would come back without end; write a mapping such as { status: 301, path: /x }",
            ],
        ),
        (
            "redirect: { status: 200, path: /x }",
            &[
                r#"f:4:34 routes[1].redirect.status: "200" is not the status of a redirect; write 301, 302, 303, 307 or 308"#,
            ],
        ),
        (
            "redirect: { scheme: ftp }",
            &[r#"f:4:34 routes[1].redirect.scheme: "ftp" is not a choice; write http or https"#],
        ),
        (
            "redirect: { scheme: HTTPS }",
            &[
                r#"f:4:34 routes[1].redirect.scheme: "HTTPS" is not a choice; did you mean https? write http or https"#,
            ],
        ),
        (
            r#"redirect: { host: "a:80" }"#,
            &[r#"f:4:32 routes[1].redirect.host: "a:80" has a port; write the port under `port`"#],
        ),
        (
            r#"redirect: { host: "http://a" }"#,
            &[
                r#"f:4:32 routes[1].redirect.host: "http://a" is a URL; write a host such as blog.example"#,
            ],
        ),
        (
            "redirect: { port: 0 }",
            &[r#"f:4:32 routes[1].redirect.port: "0" is not a port; write a port from 1 to 65535"#],
        ),
        (
            "redirect: { port: 65536 }",
            &[
                r#"f:4:32 routes[1].redirect.port: "65536" is not a port; write a port from 1 to 65535"#,
            ],
        ),
        (
            "redirect: { path: x }",
            &[
                r#"f:4:32 routes[1].redirect.path: "x" doesn't begin with /; write a path that begins with /"#,
            ],
        ),
        (
            "redirect: { path: /x, replace_prefix: /y }",
            &[
                "f:4:36 routes[1].redirect.replace_prefix: can't stand beside `path`; write one of path and replace_prefix",
            ],
        ),
        (
            r#"redirect: { url: "http://a" }"#,
            &[
                "f:4:26 routes[1].redirect.url: is an unknown key; the keys here are status, scheme, host, port, path, replace_prefix",
            ],
        ),
        (
            "redirect: { host: }",
            &["f:4:26 routes[1].redirect.host: has no value; write a host such as blog.example"],
        ),
        (
            "redirect: { path: /x }, rewrite: { host: a }, timeouts: { response_header: 1s }, request_headers: { remove: [X-A] }",
            &[
                "f:4:38 routes[1].rewrite: is for a service, and a redirect sends nothing to one; leave it out",
                "f:4:60 routes[1].timeouts: is for a service, and a redirect sends nothing to one; leave it out",
                "f:4:95 routes[1].request_headers: is for a service, and a redirect sends nothing to one; leave it out",
            ],
        ),
        (
            "match: { path: { exact: /x } }, redirect: { replace_prefix: /y }",
            &[
                "f:4:74 routes[1].redirect.replace_prefix: needs a prefix in `match`, which has an exact path; write path instead",
            ],
        ),
        (
            "match: { path: { exact: /x } }, redirect: { path: /x }",
            &[
                r#"f:4:64 routes[1].redirect.path: sends "/x" to itself, again and again; write another path, or a host"#,
            ],
        ),
        (
            "match: [{ path: { prefix: /y } }, { path: { prefix: /x/ } }], redirect: { replace_prefix: /x }",
            &[
                r#"f:4:104 routes[1].redirect.replace_prefix: sends "/x/" to itself, again and again; write another path, or a host"#,
            ],
        ),
        (
            "match: { path: { exact: /x }, methods: [POST] }, redirect: { path: /x, status: 307 }",
            &[
                r#"f:4:81 routes[1].redirect.path: sends "/x" to itself, again and again; write another path, or a host"#,
            ],
        ),
        (
            "service: a, rewrite: { host: preserve }",
            &[
                r#"f:4:43 routes[1].rewrite.host: "preserve" is no host but a word for the host of a service; write host: preserve in the service, or a host here"#,
            ],
        ),
        (
            r#"service: a, rewrite: { host: "http://a" }"#,
            &[
                r#"f:4:43 routes[1].rewrite.host: "http://a" is a URL; write a host, and a port where it needs one, such as blog.example"#,
            ],
        ),
        (
            r#"service: a, rewrite: { host: "me:pw@a" }"#,
            &[
                "f:4:43 routes[1].rewrite.host: contains a user before the @; leave it out; the gateway sends no credentials of its own",
            ],
        ),
        (
            "service: a, rewrite: { host: }",
            &[
                "f:4:37 routes[1].rewrite.host: has no value; write a host, and a port where it needs one, such as blog.example",
            ],
        ),
        (
            "service: a, rewrite: { hst: a }",
            &["f:4:37 routes[1].rewrite.hst: is an unknown key; did you mean `host`?"],
        ),
        (
            "service: a, match: [{ path: { prefix: /api/ } }, { path: { prefix: /v1/ } }], rewrite: { strip_prefix: /api }",
            &[
                r#"f:4:117 routes[1].rewrite.strip_prefix: "/api" is not how every path that "/v1/" takes begins; write the segments that the path in `match` begins with"#,
            ],
        ),
        (
            "service: a, match: [{ path: { prefix: /api/ } }, {}], rewrite: { strip_prefix: /api }",
            &[
                r#"f:4:93 routes[1].rewrite.strip_prefix: "/api" is not how every path that "/" takes begins; write the segments that the path in `match` begins with"#,
            ],
        ),
        (
            r#"service: a, match: { path: { regex: "(/blog)?/api/.*" } }, rewrite: { strip_prefix: /api }"#,
            &[
                r#"f:4:98 routes[1].rewrite.strip_prefix: "/api" is not seen to begin every path that "(/blog)?/api/.*" takes; begin the expression with these segments and a slash, or write a prefix"#,
            ],
        ),
        (
            r#"service: a, match: { path: { regex: "/api.*" } }, rewrite: { strip_prefix: /api }"#,
            &[
                r#"f:4:89 routes[1].rewrite.strip_prefix: "/api" is not seen to begin every path that "/api.*" takes; begin the expression with these segments and a slash, or write a prefix"#,
            ],
        ),
        (
            r#"service: a, match: { path: { regex: "/api/.*" } }, rewrite: { replace_prefix: /v1 }"#,
            &[
                "f:4:92 routes[1].rewrite.replace_prefix: needs a prefix in `match`, which has an expression; write replace_path instead",
            ],
        ),
        (
            "service: a, match: [{ path: { prefix: /a } }, { path: { exact: /b } }], rewrite: { replace_prefix: /v1 }",
            &[
                "f:4:113 routes[1].rewrite.replace_prefix: needs a prefix in `match`, which has an exact path; write replace_path instead",
            ],
        ),
        (
            "service: a, timeouts: 5s",
            &[
                "f:4:36 routes[1].timeouts: is a single value here; write a mapping such as { response_header: 5s }",
            ],
        ),
        (
            "service: a, timeouts: { connect: 1s }",
            &[
                "f:4:38 routes[1].timeouts.connect: is an unknown key; the keys here are response_header, body_idle, request",
            ],
        ),
        (
            "service: a, timeouts: { response_header: 5 }",
            &[
                r#"f:4:55 routes[1].timeouts.response_header: "5" has no unit; write 1s, 500ms or off"#,
            ],
        ),
        (
            "service: a, timeouts: { response_header: }",
            &[
                "f:4:38 routes[1].timeouts.response_header: has no value; write a duration such as 1s or 500ms, or off",
            ],
        ),
    ];
    for (text, expected) in table {
        check(
            &format!("{SERVICES}routes:\n- {{ name: q, service: a }}\n- {{ name: r, {text} }}\n"),
            expected,
        );
    }
}
