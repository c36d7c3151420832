//! Mistakes in the file as a whole.

use super::check;

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "",
            &["f:1:1 (file): is empty; write the keys services and routes"],
        ),
        (
            "# nothing\n",
            &["f:1:1 (file): is empty; write the keys services and routes"],
        ),
        (
            "services\n",
            &[
                "f:1:1 (file): is a single value here; write a mapping with the keys services and routes",
            ],
        ),
        (
            "- a\n",
            &["f:1:1 (file): is a list here; write a mapping with the keys services and routes"],
        ),
        (
            "services: {}\nroutes: []\n",
            &[
                r#"f:1:1 services: is empty; write at least one, such as auth-service: { url: "http://auth-service:8002" }"#,
                "f:2:1 routes: is empty: every request would be answered 404; write at least one, such as - { name: auth, match: { path: { prefix: /auth/ } }, service: auth-service }",
            ],
        ),
        (
            "services:\nroutes:\n",
            &[
                r#"f:1:1 services: has no value; write at least one, such as auth-service: { url: "http://auth-service:8002" }"#,
                "f:2:1 routes: has no value; write at least one, such as - { name: auth, match: { path: { prefix: /auth/ } }, service: auth-service }",
            ],
        ),
        (
            "server: {}\n",
            &[
                r#"f:1:1 services: is missing; write at least one, such as auth-service: { url: "http://auth-service:8002" }"#,
                "f:1:1 routes: is missing; write at least one, such as - { name: auth, match: { path: { prefix: /auth/ } }, service: auth-service }",
            ],
        ),
        (
            "a: b: c\n",
            &[
                "f:1:5 (file): is not valid YAML here: mapping values are not allowed in this context; check the indentation, quotes and brackets up to this place",
            ],
        ),
        (
            "a: [1\n",
            &[
                "f:2:1 a[1]: is not valid YAML here: while parsing a flow sequence, expected ',' or ']'; check the indentation, quotes and brackets up to this place",
            ],
        ),
        (
            "services: { a: { url: http://a } }\nroutes: [}\n",
            &[
                "f:2:10 routes[0]: is not valid YAML here: while parsing a node, did not find expected node content; check the indentation, quotes and brackets up to this place",
            ],
        ),
        (
            "a: \t- b\n",
            &[
                "f:1:5 a: is not valid YAML here: block sequence entries are not allowed in this context; check the indentation, quotes and brackets up to this place",
            ],
        ),
        (
            "services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]\n---\nroutes: [{ name: r, service: a }]\n",
            &[
                "f:3:1 (file): contains a second YAML document; write one document, without `---` between its parts",
            ],
        ),
        (
            "services: *none\n",
            &[
                "f:1:11 services: is not valid YAML here: while parsing node, found unknown anchor; check the indentation, quotes and brackets up to this place",
            ],
        ),
        (
            "services: { a: { url: http://a } }\nroutes: !x []\n",
            &[
                "f:2:1 routes: is empty: every request would be answered 404; write at least one, such as - { name: auth, match: { path: { prefix: /auth/ } }, service: auth-service }",
                "f:2:9 routes: has a YAML tag; remove the tag; each key knows its type",
            ],
        ),
        (
            "services: { a: { url: http://a } }\nroutes:\n- <<: { name: x }\n  name: r\n  service: a\n",
            &[
                r#"f:3:3 routes[0]."<<": is a merge key, which YAML 1.2 doesn't have; write the keys out"#,
            ],
        ),
        (
            "services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]\n? [a]\n: b\n",
            &["f:3:3 (file): has a key that is not text; write a name before the colon"],
        ),
        (
            "services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]\nroutes: [{ name: r, service: a }]\n",
            &["f:3:1 routes: is a duplicate of the key on line 2; keep one of the two"],
        ),
        (
            "services: { a: { url: http://a } }\nroutes: a\n",
            &[
                "f:2:9 routes: is a single value here; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            "services: { a: { url: http://a } }\nroutes: { name: r }\n",
            &["f:2:1 routes: is a mapping here; write a list, its items in [ ] or after dashes"],
        ),
        (
            "services: [a]\nroutes: [{ name: r, service: a }]\n",
            &["f:1:1 services: is a list here; write a mapping with a name for each entry"],
        ),
        (
            "services: a\nroutes: [{ name: r, service: a }]\n",
            &[
                "f:1:11 services: is a single value here; write a mapping with a name for each entry",
            ],
        ),
        (
            "services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]\nserver:\n\tlisten: x\n",
            &[
                "f:4:2 server: is not valid YAML here: tabs disallowed within this context (block indentation); check the indentation, quotes and brackets up to this place",
            ],
        ),
    ];
    for (text, expected) in table {
        check(text, expected);
    }
}
