//! Mistakes in `routes[].request_headers:` and `response_headers:`.

use super::{SERVICES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "service: a, request_headers: []",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:38 routes[0].request_headers: is a list here; write a mapping such as { set: { X-Team: blog }, remove: [X-Debug] }",
            ],
        ),
        (
            "service: a, request_headers: { drop: [X-A] }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:57 routes[0].request_headers.drop: is an unknown key; the keys here are set, add, remove",
            ],
        ),
        (
            "service: a, request_headers: { set: }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:57 routes[0].request_headers.set: has no value; write a mapping such as { X-Team: blog }",
            ],
        ),
        (
            "service: a, request_headers: { set: [X-A] }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:57 routes[0].request_headers.set: is a list here; write a mapping such as { X-Name: value }",
            ],
        ),
        (
            "service: a, request_headers: { set: { X-A: } }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                r#"f:3:64 routes[0].request_headers.set.X-A: has no value; write a value for the header, "" for an empty one"#,
            ],
        ),
        (
            "service: a, request_headers: { set: { X-A: [v] } }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                r#"f:3:64 routes[0].request_headers.set.X-A: is a list here; write a value for the header, "" for an empty one"#,
            ],
        ),
        (
            r#"service: a, request_headers: { set: { "X A": v } }"#,
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                r#"f:3:64 routes[0].request_headers.set."X A": "X A" is not the name of a header; write the name of a header such as X-Team"#,
            ],
        ),
        (
            r#"service: a, request_headers: { set: { X-A: "a\r\nX-B: b" } }"#,
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                r#"f:3:69 routes[0].request_headers.set.X-A: contains a control character; leave it out; a header's value is one line of text"#,
            ],
        ),
        (
            r#"service: a, request_headers: { add: { X-A: " v" } }"#,
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                r#"f:3:69 routes[0].request_headers.add.X-A: begins or ends with a space; leave it out; it isn't part of a header's value"#,
            ],
        ),
        (
            r#"service: a, request_headers: { set: { ":authority": a } }"#,
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                r#"f:3:64 routes[0].request_headers.set.":authority": ":authority" is a pseudo-header, not a header; leave it out; paths, hosts and methods have keys of their own"#,
            ],
        ),
        (
            r#"service: a, request_headers: { set: { X-A: "${NO}" } }"#,
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:69 routes[0].request_headers.set.X-A: needs the environment variable NO, which is not set; set it, or write ${NO:-default}",
            ],
        ),
        (
            "service: a, request_headers: { remove: }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:57 routes[0].request_headers.remove: has no value; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            "service: a, request_headers: { remove: X-A }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:65 routes[0].request_headers.remove: is a single value here; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            r#"service: a, request_headers: { remove: [~, "", "X A"] }"#,
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:66 routes[0].request_headers.remove[0]: has no value; write the name of a header such as X-Team",
                "f:3:69 routes[0].request_headers.remove[1]: is empty; write the name of a header such as X-Team",
                r#"f:3:73 routes[0].request_headers.remove[2]: "X A" is not the name of a header; write the name of a header such as X-Team"#,
            ],
        ),
        (
            "service: a, request_headers: { set: { X-A: v, x-a: w } }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:72 routes[0].request_headers.set.x-a: is the header of routes[0].request_headers.set.X-A again; remove one of the two",
            ],
        ),
        (
            "service: a, request_headers: { set: { X-A: v }, remove: [x-a] }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:83 routes[0].request_headers.remove[0]: is the header of routes[0].request_headers.set.X-A again; remove one of the two",
            ],
        ),
        (
            "service: a, request_headers: { set: { X-A: v }, add: { X-A: w } }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:81 routes[0].request_headers.add.X-A: is the header of routes[0].request_headers.set.X-A again; remove one of the two",
            ],
        ),
        (
            "service: a, request_headers: { remove: [X-A, X-B, X-A] }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:76 routes[0].request_headers.remove[2]: is the header of routes[0].request_headers.remove[0] again; remove one of the two",
            ],
        ),
        (
            "service: a, request_headers: { set: { Host: a } }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:64 routes[0].request_headers.set.Host: is the Host header, which decides where a mesh sends the request; write rewrite: { host: blog.example }, or host in the service",
            ],
        ),
        (
            "service: a, request_headers: { remove: [host] }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:66 routes[0].request_headers.remove[0]: is the Host header, which decides where a mesh sends the request; write rewrite: { host: blog.example }, or host in the service",
            ],
        ),
        (
            "service: a, request_headers: { set: { Content-Length: 1 }, remove: [TE] }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:64 routes[0].request_headers.set.Content-Length: is the length of the body, which stays as it is; leave it out",
                "f:3:94 routes[0].request_headers.remove[0]: belongs to one connection and is never passed on; leave it out",
            ],
        ),
        (
            "service: a, request_headers: { set: { Connection: v, Keep-Alive: v, Proxy-Connection: v, Proxy-Authenticate: v, Proxy-Authorization: v } }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:64 routes[0].request_headers.set.Connection: belongs to one connection and is never passed on; leave it out",
                "f:3:79 routes[0].request_headers.set.Keep-Alive: belongs to one connection and is never passed on; leave it out",
                "f:3:94 routes[0].request_headers.set.Proxy-Connection: belongs to one connection and is never passed on; leave it out",
                "f:3:115 routes[0].request_headers.set.Proxy-Authenticate: belongs to one connection and is never passed on; leave it out",
                "f:3:138 routes[0].request_headers.set.Proxy-Authorization: belongs to one connection and is never passed on; leave it out",
            ],
        ),
        (
            "service: a, request_headers: { add: { Trailer: v, Transfer-Encoding: v, Upgrade: v, HTTP2-Settings: v, TE: v } }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:64 routes[0].request_headers.add.Trailer: belongs to one connection and is never passed on; leave it out",
                "f:3:76 routes[0].request_headers.add.Transfer-Encoding: belongs to one connection and is never passed on; leave it out",
                "f:3:98 routes[0].request_headers.add.Upgrade: belongs to one connection and is never passed on; leave it out",
                "f:3:110 routes[0].request_headers.add.HTTP2-Settings: belongs to one connection and is never passed on; leave it out",
                "f:3:129 routes[0].request_headers.add.TE: belongs to one connection and is never passed on; leave it out",
            ],
        ),
        (
            "service: a, request_headers: { set: { X-Forwarded-For: v, X-Forwarded-Proto: v, X-Forwarded-Host: v }, add: { X-Request-Id: v }, remove: [via] }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:64 routes[0].request_headers.set.X-Forwarded-For: is written by the gateway itself, after these rules; leave it out; server.trusted_proxies says whose is kept",
                "f:3:84 routes[0].request_headers.set.X-Forwarded-Proto: is written by the gateway itself, after these rules; leave it out; server.trusted_proxies says whose is kept",
                "f:3:106 routes[0].request_headers.set.X-Forwarded-Host: is written by the gateway itself, after these rules; leave it out; server.trusted_proxies says whose is kept",
                "f:3:136 routes[0].request_headers.add.X-Request-Id: is written by the gateway itself, after these rules; leave it out; server.trusted_proxies says whose is kept",
                "f:3:164 routes[0].request_headers.remove[0]: is written by the gateway itself, after these rules; leave it out; server.trusted_proxies says whose is kept",
            ],
        ),
        (
            "service: a, response_headers: { set: { Connection: close }, add: { Content-Length: 1 }, remove: [Transfer-Encoding] }",
            &[
                "f:3:26 routes[0].service: is a duplicate of the key on line 3; keep one of the two",
                "f:3:65 routes[0].response_headers.set.Connection: belongs to one connection and is never passed on; leave it out",
                "f:3:93 routes[0].response_headers.add.Content-Length: is the length of the body, which stays as it is; leave it out",
                "f:3:123 routes[0].response_headers.remove[0]: belongs to one connection and is never passed on; leave it out",
            ],
        ),
    ];
    for (text, expected) in table {
        check(
            &format!("{SERVICES}routes:\n- {{ name: r, service: a, {text} }}\n"),
            expected,
        );
    }
}
