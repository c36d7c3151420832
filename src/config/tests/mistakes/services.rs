//! Mistakes in `services:`.

use super::{ROUTES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "services: { a: }",
            &[
                r#"f:1:13 services.a: has no value; write a mapping such as { url: "http://auth-service:8002" }"#,
            ],
        ),
        (
            "services: { a: {} }",
            &["f:1:13 services.a.url: is missing; write a URL such as http://auth-service:8002"],
        ),
        (
            "services: { a: { urll: http://a } }",
            &["f:1:18 services.a.urll: is an unknown key; did you mean `url`?"],
        ),
        (
            "services: { a: { url: } }",
            &["f:1:18 services.a.url: has no value; write a URL such as http://auth-service:8002"],
        ),
        (
            "services: { a: { url: [http://a] } }",
            &[
                "f:1:18 services.a.url: is a list here; write a URL such as http://auth-service:8002",
            ],
        ),
        (
            r#"services: { a: { url: "${PASSWORD}" } }"#,
            &[
                "f:1:23 services.a.url: contains a user before the @ (from $PASSWORD); leave it out; the gateway sends no credentials of its own",
            ],
        ),
        (
            r#"services: { a: { url: "https://a" } }"#,
            &[
                r#"f:1:23 services.a.url: "https://a" is not http; write http://; the sidecar makes the mTLS of the mesh"#,
            ],
        ),
        (
            r#"services: { a: { url: "http://a/api" } }"#,
            &[
                r#"f:1:23 services.a.url: "http://a/api" contains a path; leave it out; a route's rewrite: replace_prefix sets the path"#,
            ],
        ),
        (
            r#"services: { a: { url: "a:80" } }"#,
            &[
                r#"f:1:23 services.a.url: "a:80" doesn't begin with http://; write a URL such as http://auth-service:8002"#,
            ],
        ),
        (
            r#"services: { a: { url: "http://10.0.0.1:80" } }"#,
            &[
                "f:1:23 services.a.url: warning: is an address, for which a sidecar has no virtual host; write the service's name, as in http://auth-service:8002",
            ],
        ),
        (
            r#"services: { a: { url: "http://localhost:80" } }"#,
            &[
                "f:1:23 services.a.url: warning: is this machine, for which a sidecar has no virtual host; write the service's name, as in http://auth-service:8002",
            ],
        ),
        (
            r#"services: { a: { url: "http://a.localhost" } }"#,
            &[
                "f:1:23 services.a.url: warning: is this machine, for which a sidecar has no virtual host; write the service's name, as in http://auth-service:8002",
            ],
        ),
        (
            "services: { a: { url: http://a }, b: { url: http://b } }",
            &[
                "f:1:35 services.b: warning: is used by no route; add a route with this service, or remove it",
            ],
        ),
        (
            r#"services: { a: { url: http://a, host: "http://x" } }"#,
            &[
                r#"f:1:39 services.a.host: "http://x" is a URL; write service, preserve or a host such as auth-service:8002"#,
            ],
        ),
        (
            "services: { a: { url: http://a, timeouts: 1s } }",
            &[
                "f:1:43 services.a.timeouts: is a single value here; write a mapping such as { connect: 1s }",
            ],
        ),
        (
            "services: { a: { url: http://a, timeouts: { connect: 1, conect: 2s, response_header: 0s, idle: } } }",
            &[
                r#"f:1:54 services.a.timeouts.connect: "1" has no unit; write 1s, 500ms or off"#,
                "f:1:57 services.a.timeouts.conect: is an unknown key; did you mean `connect`?",
                r#"f:1:86 services.a.timeouts.response_header: "0s" is shorter than 1ms; write 1s, 500ms or off"#,
                "f:1:90 services.a.timeouts.idle: has no value; write a duration such as 1s or 500ms, or off",
            ],
        ),
        (
            "services: { a: { url: http://a }, a: { url: http://b } }",
            &["f:1:35 services.a: is a duplicate of the key on line 1; keep one of the two"],
        ),
        (
            r#"services: { a: { url: http://a }, "b c": { url: http://b } }"#,
            &[
                r#"f:1:35 services."b c": "b c" is not a name; write a name of 1 to 63 of A-Z, a-z, 0-9, '.', '_' and '-'"#,
                r#"f:1:35 services."b c": warning: is used by no route; add a route with this service, or remove it"#,
            ],
        ),
        (
            "services: { a: { url: http://a, protocol: h2 } }",
            &[
                r#"f:1:43 services.a.protocol: "h2" is not a choice; did you mean h2c? write http1 or h2c"#,
            ],
        ),
        (
            "services: { a: { url: http://a, retries: 3, timeouts: { body: 1s } } }",
            &[
                "f:1:33 services.a.retries: is an unknown key; the keys here are url, host, protocol, timeouts, limits",
                "f:1:57 services.a.timeouts.body: is an unknown key; the keys here are connect, response_header, body_idle, idle, request",
            ],
        ),
        (
            "services: { A: { url: http://a } }",
            &[r#"f:2:30 routes[0].service: "a" is not a service; did you mean `A`?"#],
        ),
        (
            "services: { a: http://a }",
            &[
                r#"f:1:16 services.a: is a single value here; write a mapping such as { url: "http://auth-service:8002" }"#,
            ],
        ),
    ];
    for (text, expected) in table {
        check(&format!("{text}\n{ROUTES}"), expected);
    }
}
