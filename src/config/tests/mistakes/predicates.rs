//! Mistakes in the headers and parameters of `routes[].match:`.

use super::{SERVICES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "{ headers: }",
            &[
                "f:3:35 routes[0].match.headers: has no value; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            "{ headers: { X-A: v } }",
            &[
                "f:3:35 routes[0].match.headers: is a mapping here; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            "{ headers: [X-A] }",
            &[
                "f:3:45 routes[0].match.headers[0]: is a single value here; write a mapping such as { name: X-Team, exact: blog }",
            ],
        ),
        (
            "{ headers: [~] }",
            &[
                "f:3:45 routes[0].match.headers[0]: has no value; write a mapping such as { name: X-Team, exact: blog }",
            ],
        ),
        (
            "{ headers: [{}] }",
            &[
                "f:3:45 routes[0].match.headers[0]: has neither exact nor regex; write a mapping such as { name: X-Team, exact: blog }",
                "f:3:45 routes[0].match.headers[0].name: is missing; write the name of a header such as X-Team",
            ],
        ),
        (
            "{ headers: [{ exact: v }] }",
            &[
                "f:3:45 routes[0].match.headers[0].name: is missing; write the name of a header such as X-Team",
            ],
        ),
        (
            "{ headers: [{ name: X-A }] }",
            &[
                "f:3:45 routes[0].match.headers[0]: has neither exact nor regex; write a mapping such as { name: X-Team, exact: blog }",
            ],
        ),
        (
            "{ headers: [{ name: X-A, value: v }] }",
            &[
                "f:3:58 routes[0].match.headers[0].value: is an unknown key; the keys here are name, exact, regex",
            ],
        ),
        (
            "{ headers: [{ name: X-A, exact: v, regex: v }] }",
            &[
                "f:3:68 routes[0].match.headers[0].regex: can't stand beside `exact`; write a mapping such as { name: X-Team, exact: blog }",
            ],
        ),
        (
            r#"{ headers: [{ name: "X A", exact: "a\n" }] }"#,
            &[
                r#"f:3:53 routes[0].match.headers[0].name: "X A" is not the name of a header; write the name of a header such as X-Team"#,
                r#"f:3:67 routes[0].match.headers[0].exact: contains a control character; leave it out; a header's value is one line of text"#,
            ],
        ),
        (
            r#"{ headers: [{ name: X-A, exact: " a" }] }"#,
            &[
                r#"f:3:65 routes[0].match.headers[0].exact: begins or ends with a space; leave it out; it isn't part of a header's value"#,
            ],
        ),
        (
            "{ headers: [{ name: X-A, exact: }] }",
            &[
                r#"f:3:58 routes[0].match.headers[0].exact: has no value; write a value for the header, "" for an empty one"#,
            ],
        ),
        (
            r#"{ headers: [{ name: X-A, regex: "[" }] }"#,
            &[
                r#"f:3:65 routes[0].match.headers[0].regex: is not an expression: unclosed character class; correct it; the syntax is that of Rust's regex crate, without look-around and backreferences"#,
            ],
        ),
        (
            r#"{ headers: [{ name: ":path", exact: / }] }"#,
            &[
                r#"f:3:53 routes[0].match.headers[0].name: ":path" is a pseudo-header, not a header; leave it out; paths, hosts and methods have keys of their own"#,
            ],
        ),
        (
            "{ headers: [{ name: host, exact: a }] }",
            &[
                "f:3:53 routes[0].match.headers[0].name: is the Host header, which is matched as a host; write it under `hosts`",
            ],
        ),
        (
            "{ headers: [{ name: X-A, exact: v }, { name: x-a, exact: w }] }",
            &[
                "f:3:72 routes[0].match.headers[1].name: is the header of routes[0].match.headers[0].name again; remove one of the two",
            ],
        ),
        (
            "{ query: { q: v } }",
            &[
                "f:3:35 routes[0].match.query: is a mapping here; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            "{ query: [{ name: q }] }",
            &[
                "f:3:43 routes[0].match.query[0]: has neither exact nor regex; write a mapping such as { name: q, exact: x }",
            ],
        ),
        (
            "{ query: [{ exact: v }] }",
            &[
                "f:3:43 routes[0].match.query[0].name: is missing; write the name of a query parameter as it stands in the URL",
            ],
        ),
        (
            r#"{ query: [{ name: "a b", exact: "a&b" }] }"#,
            &[
                r#"f:3:51 routes[0].match.query[0].name: "a b" contains ' ', which can't stand there in a URL; write it as %20"#,
                r#"f:3:65 routes[0].match.query[0].exact: contains '&', which can't stand there in a URL; write it as %26"#,
            ],
        ),
        (
            r#"{ query: [{ name: "a=b", exact: é }] }"#,
            &[
                r#"f:3:51 routes[0].match.query[0].name: "a=b" contains '=', which can't stand there in a URL; write it as %3D"#,
                r#"f:3:65 routes[0].match.query[0].exact: contains 'é', which can't stand there in a URL; write it as %C3%A9"#,
            ],
        ),
        (
            r#"{ query: [{ name: q, regex: "*" }] }"#,
            &[
                r#"f:3:61 routes[0].match.query[0].regex: is not an expression: repetition operator missing expression; correct it; the syntax is that of Rust's regex crate, without look-around and backreferences"#,
            ],
        ),
        (
            "{ query: [{ name: q, exact: 1 }, { name: q, exact: 2 }] }",
            &[
                "f:3:68 routes[0].match.query[1].name: is the parameter of routes[0].match.query[0].name again; remove one of the two",
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
