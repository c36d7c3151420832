//! Mistakes in `admin:`.

use super::{ROUTES, SERVICES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "admin: off",
            &[
                r#"f:1:8 admin: is a single value here; write a mapping such as { listen: "0.0.0.0:9000", operator: "127.0.0.1:9001" }"#,
            ],
        ),
        (
            "admin: { lisen: off, metrics: off }",
            &[
                "f:1:10 admin.lisen: is an unknown key; did you mean `listen`?",
                "f:1:22 admin.metrics: is an unknown key; the keys here are listen, operator, sidecar_ready",
            ],
        ),
        (
            "admin: { listen: 9000, operator: ':9001', sidecar_ready: true }",
            &[
                r#"f:1:18 admin.listen: "9000" is not an IP address and a port; write 0.0.0.0:9000"#,
                r#"f:1:34 admin.operator: ":9001" is not an IP address and a port; write 127.0.0.1:9001"#,
                r#"f:1:58 admin.sidecar_ready: "true" doesn't begin with http://; write a URL such as http://127.0.0.1:15021/healthz/ready, or off"#,
            ],
        ),
        (
            "admin: { listen: , operator: ['127.0.0.1:1'], sidecar_ready: {} }",
            &[
                "f:1:10 admin.listen: has no value; write an IP address and a port such as 0.0.0.0:9000, or off",
                "f:1:20 admin.operator: is a list here; write an IP address and a port such as 127.0.0.1:9001, or off",
                "f:1:47 admin.sidecar_ready: is a mapping here; write a URL such as http://127.0.0.1:15021/healthz/ready, or off",
            ],
        ),
        (
            "admin: { operator: 'localhost:9001', sidecar_ready: 'http://${PASSWORD}/' }",
            &[
                r#"f:1:20 admin.operator: "localhost:9001" is not an IP address and a port; write an IP address and a port such as 127.0.0.1:9001, or off"#,
                "f:1:53 admin.sidecar_ready: has no port from 1 to 65535 after its colon (from $PASSWORD); write a URL such as http://127.0.0.1:15021/healthz/ready, or off",
            ],
        ),
        (
            "admin: { sidecar_ready: 'https://a/b' }",
            &[
                r#"f:1:25 admin.sidecar_ready: "https://a/b" is not http; write http://; the sidecar answers without TLS"#,
            ],
        ),
        (
            "admin: { sidecar_ready: 'http://a:15021' }",
            &[
                r#"f:1:25 admin.sidecar_ready: "http://a:15021" has no path; write a URL such as http://127.0.0.1:15021/healthz/ready, or off"#,
            ],
        ),
        (
            "admin: { sidecar_ready: 'http://me:secret@a/b#c' }",
            &[
                "f:1:25 admin.sidecar_ready: contains a user before the @; leave it out; the gateway sends no credentials of its own",
            ],
        ),
        (
            "admin: { sidecar_ready: 'http://a/b#c' }",
            &[
                r#"f:1:25 admin.sidecar_ready: "http://a/b#c" contains a fragment; leave the # and what follows out"#,
            ],
        ),
    ];
    for (text, expected) in table {
        check(&format!("{text}\n{SERVICES}{ROUTES}"), expected);
    }
}
