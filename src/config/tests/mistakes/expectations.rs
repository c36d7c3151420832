//! Mistakes in `tests:`.

use super::{ROUTES, SERVICES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "tests:",
            &["f:3:1 tests: has no value; write a list, its items in [ ] or after dashes"],
        ),
        (
            "tests: { request: GET / }",
            &["f:3:1 tests: is a mapping here; write a list, its items in [ ] or after dashes"],
        ),
        (
            "tests: [~]",
            &[
                "f:3:9 tests[0]: has no value; write a mapping such as { request: GET /users/7, expect: { route: users } }",
            ],
        ),
        (
            "tests: [GET /]",
            &[
                "f:3:9 tests[0]: is a single value here; write a mapping such as { request: GET /users/7, expect: { route: users } }",
            ],
        ),
        (
            "tests: [{}]",
            &[
                "f:3:9 tests[0].request: is missing; write a method and a path such as GET /users/7?q=1",
                "f:3:9 tests[0].expect: is missing; write what must happen, such as { route: users, path: /7 }",
            ],
        ),
        (
            "tests: [{ request: GET /, expect: {} }]",
            &[
                "f:3:27 tests[0].expect: is empty; write what must happen, such as { route: users, path: /7 }",
            ],
        ),
        (
            "tests: [{ request: GET /, expect: }]",
            &[
                "f:3:27 tests[0].expect: has no value; write what must happen, such as { route: users, path: /7 }",
            ],
        ),
        (
            "tests: [{ request: GET / }]",
            &[
                "f:3:9 tests[0].expect: is missing; write what must happen, such as { route: users, path: /7 }",
            ],
        ),
        (
            "tests: [{ expect: { status: 404 } }]",
            &[
                "f:3:9 tests[0].request: is missing; write a method and a path such as GET /users/7?q=1",
            ],
        ),
        (
            "tests: [{ request: /x, expect: { status: 404 } }]",
            &[
                r#"f:3:20 tests[0].request: "/x" is not a method, a space and a path; write a method and a path such as GET /users/7?q=1"#,
            ],
        ),
        (
            "tests: [{ request: get /x, expect: { status: 404 } }]",
            &[
                r#"f:3:20 tests[0].request: "get" is not in upper case, as methods are; did you mean GET?"#,
            ],
        ),
        (
            "tests: [{ request: GET x, expect: { status: 404 } }]",
            &[
                r#"f:3:20 tests[0].request: "x" doesn't begin with /; write a path that begins with /, and a query where there is one"#,
            ],
        ),
        (
            "tests: [{ request: GET /a b, expect: { status: 404 } }]",
            &[
                r#"f:3:20 tests[0].request: "/a b" contains ' ', which no URL on the wire does; write it as %20"#,
            ],
        ),
        (
            "tests: [{ request: CONNECT /, expect: { status: 404 } }]",
            &[
                "f:3:20 tests[0].request: CONNECT asks for a tunnel, which the gateway is not; leave it out",
            ],
        ),
        (
            r#"tests: [{ request: GET /, host: "http://a", expect: { status: 404 } }]"#,
            &[
                r#"f:3:33 tests[0].host: "http://a" is a URL; write a host, and a port where it needs one, such as blog.example"#,
            ],
        ),
        (
            r#"tests: [{ request: GET /, headers: { Host: a, "X A": b, X-B: "\n", x-c: 1, X-C: 2 }, expect: { status: 404 } }]"#,
            &[
                "f:3:38 tests[0].headers.Host: is the Host header, which has a key of its own; write it as the test's `host`",
                r#"f:3:47 tests[0].headers."X A": "X A" is not the name of a header; write the name of a header such as X-Team"#,
                r#"f:3:62 tests[0].headers.X-B: contains a control character; leave it out; a header's value is one line of text"#,
                "f:3:76 tests[0].headers.X-C: is the header of tests[0].headers.x-c again; remove one of the two",
            ],
        ),
        (
            "tests: [{ request: GET /, expect: { rout: r } }]",
            &["f:3:37 tests[0].expect.rout: is an unknown key; did you mean `route`?"],
        ),
        (
            "tests: [{ request: GET /, expect: { route: R } }]",
            &[r#"f:3:44 tests[0].expect.route: "R" is not a route; did you mean `r`?"#],
        ),
        (
            "tests: [{ request: GET /, expect: { route: other, service: b } }]",
            &[
                r#"f:3:44 tests[0].expect.route: "other" is not a route; write the name of one of the `routes`"#,
                r#"f:3:60 tests[0].expect.service: "b" is not a service; write one of the names under `services`"#,
            ],
        ),
        (
            "tests: [{ request: GET /, expect: { host: a/b, path: x, status: 600, location: x } }]",
            &[
                r#"f:3:43 tests[0].expect.host: "a/b" has a host that is not a DNS name; write a host, and a port where it needs one, such as blog.example"#,
                r#"f:3:54 tests[0].expect.path: "x" doesn't begin with /; write a path that begins with /, and a query where there is one"#,
                r#"f:3:65 tests[0].expect.status: "600" is not a status; write a status from 100 to 599"#,
                r#"f:3:80 tests[0].expect.location: "x" is neither a URL nor a path; write a URL such as https://blog.example/x, or a path"#,
            ],
        ),
        (
            "tests: [{ requst: GET /, expect: { status: 404 } }]",
            &["f:3:11 tests[0].requst: is an unknown key; did you mean `request`?"],
        ),
    ];
    for (text, expected) in table {
        check(&format!("{SERVICES}{ROUTES}{text}\n"), expected);
    }
}

#[test]
fn a_route_with_mistakes_is_a_route() {
    check(
        &format!(
            "{SERVICES}routes: [{{ name: r, servce: a }}]\ntests: [{{ request: GET /, expect: {{ route: r }} }}]\n"
        ),
        &["f:2:21 routes[0].servce: is an unknown key; did you mean `service`?"],
    );
}
