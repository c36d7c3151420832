//! Mistakes in the paths, hosts and methods of `routes[].match:`.

use super::{SERVICES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "x",
            &[
                "f:3:33 routes[0].match: is a single value here; write a mapping such as { path: { prefix: /auth/ } }, or a list of them",
            ],
        ),
        (
            "[~]",
            &[
                "f:3:34 routes[0].match[0]: has no value; write a mapping such as { path: { prefix: /auth/ } }",
            ],
        ),
        (
            "[x, { path: }]",
            &[
                "f:3:34 routes[0].match[0]: is a single value here; write a mapping such as { path: { prefix: /auth/ } }",
                "f:3:39 routes[0].match[1].path: has no value; write { prefix: /x }, { exact: /x } or { regex: '/x/[0-9]+' }",
            ],
        ),
        (
            "[{ path: { prefix: x } }, { path: { prefix: /y } }, {}]",
            &[
                r#"f:3:52 routes[0].match[0].path.prefix: "x" doesn't begin with /; write a path that begins with /"#,
            ],
        ),
        (
            "{ pth: { prefix: /x } }",
            &["f:3:35 routes[0].match.pth: is an unknown key; did you mean `path`?"],
        ),
        (
            "{ path: { prefixx: /x } }",
            &["f:3:43 routes[0].match.path.prefixx: is an unknown key; did you mean `prefix`?"],
        ),
        (
            "{ path: { glob: /x } }",
            &[
                "f:3:43 routes[0].match.path.glob: is an unknown key; the keys here are prefix, exact, regex",
            ],
        ),
        (
            r#"{ path: { prefix: /x, regex: "(" } }"#,
            &[
                "f:3:55 routes[0].match.path.regex: can't stand beside `prefix`; write { prefix: /x }, { exact: /x } or { regex: '/x/[0-9]+' }",
                r#"f:3:62 routes[0].match.path.regex: "(" is not an expression: unclosed group; correct it; the syntax is that of Rust's regex crate, without look-around and backreferences"#,
            ],
        ),
        (
            r#"{ path: { regex: "/(a|b" } }"#,
            &[
                r#"f:3:50 routes[0].match.path.regex: "/(a|b" is not an expression: unclosed group; correct it; the syntax is that of Rust's regex crate, without look-around and backreferences"#,
            ],
        ),
        (
            r#"{ path: { regex: "/(?=a)" } }"#,
            &[
                r#"f:3:50 routes[0].match.path.regex: "/(?=a)" is not an expression: look-around, including look-ahead and look-behind, is not supported; correct it; the syntax is that of Rust's regex crate, without look-around and backreferences"#,
            ],
        ),
        (
            r#"{ path: { regex: "/a)|(b" } }"#,
            &[
                r#"f:3:50 routes[0].match.path.regex: "/a)|(b" is not an expression: unopened group; correct it; the syntax is that of Rust's regex crate, without look-around and backreferences"#,
            ],
        ),
        (
            r#"{ path: { regex: "/a{9999}{9999}" } }"#,
            &[
                r#"f:3:50 routes[0].match.path.regex: "/a{9999}{9999}" is too large for an expression; repeat less in it, or write several matches"#,
            ],
        ),
        (
            r#"{ path: { regex: "users/.*" } }"#,
            &[
                r#"f:3:50 routes[0].match.path.regex: "users/.*" takes no path: it doesn't begin with the / that paths begin with; write an expression for the whole path, such as '/users/[0-9]+'"#,
            ],
        ),
        (
            r#"{ path: { regex: "" } }"#,
            &[
                "f:3:50 routes[0].match.path.regex: is empty; write an expression for the whole path, such as '/users/[0-9]+'",
            ],
        ),
        (
            "{ path: { regex: [/x] } }",
            &[
                "f:3:43 routes[0].match.path.regex: is a list here; write an expression for the whole path, such as '/users/[0-9]+'",
            ],
        ),
        (
            "{ hosts: }",
            &[
                "f:3:35 routes[0].match.hosts: has no value; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            "{ hosts: blog.example }",
            &[
                "f:3:42 routes[0].match.hosts: is a single value here; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            "{ hosts: [] }",
            &["f:3:35 routes[0].match.hosts: is an empty list; leave it out for every host"],
        ),
        (
            r#"{ hosts: ["*"] }"#,
            &[
                r#"f:3:43 routes[0].match.hosts[0]: "*" is every host; leave hosts out, which means the same"#,
            ],
        ),
        (
            r#"{ hosts: ["blog.example:80"] }"#,
            &[
                r#"f:3:43 routes[0].match.hosts[0]: "blog.example:80" has a port; leave the port out; it is ignored in matching"#,
            ],
        ),
        (
            r#"{ hosts: ["[::1]:80", "::1", "*.a:80", "a.*.b"] }"#,
            &[
                r#"f:3:43 routes[0].match.hosts[0]: "[::1]:80" has a port; leave the port out; it is ignored in matching"#,
                r#"f:3:55 routes[0].match.hosts[1]: "::1" has more than one colon; an IPv6 address needs brackets; write a host such as blog.example or *.blog.example"#,
                r#"f:3:62 routes[0].match.hosts[2]: "*.a:80" has a port; leave the port out; it is ignored in matching"#,
                r#"f:3:72 routes[0].match.hosts[3]: "a.*.b" has a * that is not its first label; write *. and a name, such as *.blog.example"#,
            ],
        ),
        (
            r#"{ hosts: ["http://a", a/b, "*.10.0.0.1", bücher.example] }"#,
            &[
                r#"f:3:43 routes[0].match.hosts[0]: "http://a" is a URL; write a host such as blog.example or *.blog.example"#,
                r#"f:3:55 routes[0].match.hosts[1]: "a/b" has a host that is not a DNS name; write a host such as blog.example or *.blog.example"#,
                r#"f:3:60 routes[0].match.hosts[2]: "*.10.0.0.1" has no name after its *.; write a host such as blog.example or *.blog.example"#,
                r#"f:3:74 routes[0].match.hosts[3]: "bücher.example" is not how this host is sent; write its ASCII form, which begins with xn--"#,
            ],
        ),
        (
            r#"{ hosts: [Blog.Example, "blog.example."] }"#,
            &[
                "f:3:57 routes[0].match.hosts[1]: is the host of routes[0].match.hosts[0] again; remove one of the two",
            ],
        ),
        (
            r#"{ hosts: ["*.a", "*.A"] }"#,
            &[
                "f:3:50 routes[0].match.hosts[1]: is the host of routes[0].match.hosts[0] again; remove one of the two",
            ],
        ),
        (
            "{ hosts: [~] }",
            &[
                "f:3:43 routes[0].match.hosts[0]: has no value; write a host such as blog.example or *.blog.example",
            ],
        ),
        (
            r#"{ hosts: ["${EMPTY}"] }"#,
            &[
                "f:3:43 routes[0].match.hosts[0]: is empty (from $EMPTY); write a host such as blog.example or *.blog.example",
            ],
        ),
        (
            "{ methods: [] }",
            &["f:3:35 routes[0].match.methods: is an empty list; leave it out for every method"],
        ),
        (
            "{ methods: GET }",
            &[
                "f:3:44 routes[0].match.methods: is a single value here; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            r#"{ methods: [get, CONNECT, "G T", ""] }"#,
            &[
                r#"f:3:45 routes[0].match.methods[0]: "get" is not in upper case, as methods are; did you mean GET?"#,
                "f:3:50 routes[0].match.methods[1]: CONNECT asks for a tunnel, which the gateway is not; leave it out",
                r#"f:3:59 routes[0].match.methods[2]: "G T" is not a method; write a method such as GET"#,
                "f:3:66 routes[0].match.methods[3]: is empty; write a method such as GET",
            ],
        ),
        (
            "{ methods: [GET, POST, GET] }",
            &[
                "f:3:56 routes[0].match.methods[2]: is the method of routes[0].match.methods[0] again; remove one of the two",
            ],
        ),
        (
            "{ cookies: [a] }",
            &[
                "f:3:35 routes[0].match.cookies: is an unknown key; the keys here are path, hosts, methods, headers, query",
            ],
        ),
    ];
    for (text, expected) in table {
        check(
            &format!("{SERVICES}routes:\n- {{ name: r, service: a, match: {text} }}\n"),
            expected,
        );
    }
}
