//! Mistakes in `routes:`; they begin on line 2.

use super::{SERVICES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "routes:\n- ~\n",
            &[
                "f:3:3 routes[0]: has no value; write a mapping such as { name: auth, match: { path: { prefix: /auth/ } }, service: auth-service }",
            ],
        ),
        (
            "routes:\n- r\n",
            &[
                "f:3:3 routes[0]: is a single value here; write a mapping such as { name: auth, match: { path: { prefix: /auth/ } }, service: auth-service }",
            ],
        ),
        (
            "routes:\n- {}\n",
            &[
                "f:3:3 routes[0].name: is missing; write a name of 1 to 63 of A-Z, a-z, 0-9, '.', '_' and '-'",
                "f:3:3 routes[0].service: is missing; write one of the names under `services`",
            ],
        ),
        (
            "routes:\n- { name: r, sevice: a }\n",
            &["f:3:14 routes[0].sevice: is an unknown key; did you mean `service`?"],
        ),
        (
            "routes:\n- { name: r, service: b }\n",
            &[
                r#"f:3:23 routes[0].service: "b" is not a service; write one of the names under `services`"#,
            ],
        ),
        (
            "routes:\n- { name: a b, service: a }\n",
            &[
                r#"f:3:11 routes[0].name: "a b" is not a name; write a name of 1 to 63 of A-Z, a-z, 0-9, '.', '_' and '-'"#,
            ],
        ),
        (
            "routes:\n- { name: r, service: a }\n- { name: r, service: a }\n",
            &[
                r#"f:4:11 routes[1].name: "r" is the name of routes[0] too; give each route its own name"#,
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: /x } }\n",
            &[
                "f:3:41 routes[0].match.path: is a single value here; write { prefix: /x }, { exact: /x } or { regex: '/x/[0-9]+' }",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: [] }\n",
            &[
                "f:3:26 routes[0].match: is an empty list; write a mapping such as { path: { prefix: /auth/ } }, or a list of them",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: } }\n",
            &[
                "f:3:35 routes[0].match.path: has no value; write { prefix: /x }, { exact: /x } or { regex: '/x/[0-9]+' }",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: {} } }\n",
            &[
                "f:3:35 routes[0].match.path: is empty; write { prefix: /x }, { exact: /x } or { regex: '/x/[0-9]+' }",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: { prefix: /x, exact: /x } } }\n",
            &[
                "f:3:55 routes[0].match.path.exact: can't stand beside `prefix`; write { prefix: /x }, { exact: /x } or { regex: '/x/[0-9]+' }",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: { prefix: x } } }\n",
            &[
                r#"f:3:51 routes[0].match.path.prefix: "x" doesn't begin with /; write a path that begins with /"#,
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: { prefix: } } }\n",
            &["f:3:43 routes[0].match.path.prefix: has no value; write a path that begins with /"],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: { exact: /a?b } } }\n",
            &[
                r#"f:3:50 routes[0].match.path.exact: "/a?b" contains a ?, which ends a path; leave the query out; it is passed on untouched"#,
            ],
        ),
        (
            "routes:\n- { name: r, service: a, rewrite: {} }\n",
            &[
                "f:3:26 routes[0].rewrite: is empty; write one of { strip_prefix: /x }, { replace_prefix: /x }, { replace_path: /x } and { host: x }",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, rewrite: }\n",
            &[
                "f:3:26 routes[0].rewrite: has no value; write one of { strip_prefix: /x }, { replace_prefix: /x }, { replace_path: /x } and { host: x }",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, rewrite: { strip_prefix: /x, replace_path: /y } }\n",
            &[
                r#"f:3:51 routes[0].rewrite.strip_prefix: "/x" is not how every path that "/" takes begins; write the segments that the path in `match` begins with"#,
                "f:3:55 routes[0].rewrite.replace_path: can't stand beside `strip_prefix`; write one of strip_prefix, replace_prefix and replace_path",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, rewrite: { strip_prefix: / } }\n",
            &[
                "f:3:51 routes[0].rewrite.strip_prefix: strips nothing; write the segments to take off, such as /api, or leave the rewrite out",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: { prefix: /apix } }, rewrite: { strip_prefix: /api } }\n",
            &[
                r#"f:3:87 routes[0].rewrite.strip_prefix: "/api" is not how every path that "/apix" takes begins; write the segments that the path in `match` begins with"#,
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: { prefix: /api } }, rewrite: { strip_prefix: /api/users } }\n",
            &[
                r#"f:3:86 routes[0].rewrite.strip_prefix: "/api/users" is not how every path that "/api" takes begins; write the segments that the path in `match` begins with"#,
            ],
        ),
        (
            "routes:\n- { name: r, service: a, rewrite: { strip_prefix: /api } }\n",
            &[
                r#"f:3:51 routes[0].rewrite.strip_prefix: "/api" is not how every path that "/" takes begins; write the segments that the path in `match` begins with"#,
            ],
        ),
        (
            "routes:\n- { name: r, service: a, match: { path: { exact: /x } }, rewrite: { replace_prefix: /y } }\n",
            &[
                "f:3:85 routes[0].rewrite.replace_prefix: needs a prefix in `match`, which has an exact path; write replace_path instead",
            ],
        ),
        (
            "routes:\n- { name: r, service: a, rewrite: { replace_path: x } }\n",
            &[
                r#"f:3:51 routes[0].rewrite.replace_path: "x" doesn't begin with /; write a path that begins with /"#,
            ],
        ),
        (
            "routes:\n- { service: a }\n- { name: q }\n",
            &[
                "f:3:3 routes[0].name: is missing; write a name of 1 to 63 of A-Z, a-z, 0-9, '.', '_' and '-'",
                "f:4:3 routes[1].service: is missing; write one of the names under `services`",
            ],
        ),
    ];
    for (text, expected) in table {
        check(&format!("{SERVICES}{text}"), expected);
    }
}
