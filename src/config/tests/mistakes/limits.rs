//! Mistakes in `limits:` of the server, a service and a route.

use super::{ROUTES, SERVICES, check};

#[test]
fn each_mistake_of_the_server_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "limits: off",
            &[
                "f:1:19 server.limits: is a single value here; write a mapping such as { request_body: 16MiB }",
            ],
        ),
        (
            "limits: { conections: 1, body: 1MiB }",
            &[
                "f:1:21 server.limits.conections: is an unknown key; did you mean `connections`?",
                "f:1:36 server.limits.body: is an unknown key; the keys here are connections, in_flight, headers, header_bytes, target_bytes, request_body",
            ],
        ),
        (
            "limits: { connections: 0, in_flight: 1.5, headers: -1 }",
            &[
                r#"f:1:34 server.limits.connections: "0" is less than 1; write a whole number from 1, such as 10000"#,
                r#"f:1:48 server.limits.in_flight: "1.5" is not a whole number; write a whole number from 1, such as 1024, or off"#,
                r#"f:1:62 server.limits.headers: "-1" is not a whole number; write a whole number from 1 to 256"#,
            ],
        ),
        (
            "limits: { connections: off, headers: off, header_bytes: off, target_bytes: off }",
            &[
                r#"f:1:34 server.limits.connections: "off" is not a whole number; write a whole number from 1, such as 10000"#,
                r#"f:1:48 server.limits.headers: "off" is not a whole number; write a whole number from 1 to 256"#,
                r#"f:1:67 server.limits.header_bytes: "off" is not a whole number and its unit; write a size from 1KiB to 1MiB, such as 64KiB"#,
                r#"f:1:86 server.limits.target_bytes: "off" is not a whole number and its unit; write a size such as 8KiB"#,
            ],
        ),
        (
            "limits: { connections: 10k, headers: 257, header_bytes: 2MiB }",
            &[
                r#"f:1:34 server.limits.connections: "10k" is not a whole number; write a whole number from 1, such as 10000"#,
                r#"f:1:48 server.limits.headers: "257" is more than the 256 that Pingora's parser takes; write a whole number from 1 to 256"#,
                r#"f:1:67 server.limits.header_bytes: "2MiB" is more than the 1MiB that Pingora's parser takes; write a size from 1KiB to 1MiB, such as 64KiB"#,
            ],
        ),
        (
            "limits: { header_bytes: 65536, target_bytes: 8192, request_body: 0 }",
            &[
                r#"f:1:35 server.limits.header_bytes: "65536" has no unit; write a unit after it: B, KiB, MiB or GiB"#,
                r#"f:1:56 server.limits.target_bytes: "8192" has no unit; write a unit after it: B, KiB, MiB or GiB"#,
                r#"f:1:76 server.limits.request_body: "0" has no unit; write a unit after it: B, KiB, MiB or GiB"#,
            ],
        ),
        (
            "limits: { header_bytes: 1023B, target_bytes: 0B, request_body: 16Mi }",
            &[
                r#"f:1:35 server.limits.header_bytes: "1023B" is less than 1KiB; write a size from 1KiB to 1MiB, such as 64KiB"#,
                r#"f:1:56 server.limits.target_bytes: "0B" is less than 1B; write a size such as 8KiB"#,
                r#"f:1:74 server.limits.request_body: "16Mi" has the unit "Mi", which is not B, KiB, MiB, GiB, KB, MB or GB; write a size such as 16MiB, or off"#,
            ],
        ),
        (
            "limits: { connections: , in_flight: [], headers: {}, header_bytes: , request_body: }",
            &[
                "f:1:21 server.limits.connections: has no value; write a whole number from 1, such as 10000",
                "f:1:36 server.limits.in_flight: is a list here; write a whole number from 1, such as 1024, or off",
                "f:1:51 server.limits.headers: is a mapping here; write a whole number from 1 to 256",
                "f:1:64 server.limits.header_bytes: has no value; write a size from 1KiB to 1MiB, such as 64KiB",
                "f:1:80 server.limits.request_body: has no value; write a size such as 16MiB, or off",
            ],
        ),
        (
            r#"limits: { connections: "${EMPTY}", request_body: "${PORT}" }"#,
            &[
                "f:1:34 server.limits.connections: is empty (from $EMPTY); write a whole number from 1, such as 10000",
                r#"f:1:60 server.limits.request_body: the value of $PORT has no unit; write a unit after it: B, KiB, MiB or GiB"#,
            ],
        ),
        (
            "limits: { header_bytes: 16KiB, target_bytes: 16KiB }",
            &[
                "f:1:56 server.limits.target_bytes: makes target_bytes 16KiB no smaller than header_bytes 16KiB; write a target_bytes that is smaller than header_bytes",
            ],
        ),
        (
            "limits: { target_bytes: 1GiB }",
            &[
                "f:1:35 server.limits.target_bytes: makes target_bytes 1GiB no smaller than header_bytes 64KiB (the default); write a target_bytes that is smaller than header_bytes",
            ],
        ),
        (
            "limits: { header_bytes: 4KiB }",
            &[
                "f:1:35 server.limits.header_bytes: makes target_bytes 8KiB (the default) no smaller than header_bytes 4KiB; write a target_bytes that is smaller than header_bytes",
            ],
        ),
        (
            "limits: { header_bytes: 4, target_bytes: 128KiB }",
            &[
                r#"f:1:35 server.limits.header_bytes: "4" has no unit; write a unit after it: B, KiB, MiB or GiB"#,
            ],
        ),
        (
            "limits: { headerbytes: 4KiB, target_bytes: 128KiB }",
            &["f:1:21 server.limits.headerbytes: is an unknown key; did you mean `header_bytes`?"],
        ),
        (
            "limits: { headers: 0, header_bytes: 4KiB }",
            &[
                r#"f:1:30 server.limits.headers: "0" is less than 1; write a whole number from 1 to 256"#,
                "f:1:47 server.limits.header_bytes: makes target_bytes 8KiB (the default) no smaller than header_bytes 4KiB; write a target_bytes that is smaller than header_bytes",
            ],
        ),
    ];
    for (text, expected) in table {
        check(
            &format!("server: {{ {text} }}\n{SERVICES}{ROUTES}"),
            expected,
        );
    }
}

#[test]
fn each_mistake_of_a_service_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "limits: 1024",
            &[
                "f:1:41 services.a.limits: is a single value here; write a mapping such as { in_flight: 1024 }",
            ],
        ),
        (
            "limits: { in_flight: 0, request_body: 1MiB }",
            &[
                r#"f:1:54 services.a.limits.in_flight: "0" is less than 1; write a whole number from 1, such as 1024, or off"#,
                "f:1:57 services.a.limits.request_body: is an unknown key; the keys here are in_flight",
            ],
        ),
        (
            "limits: { in_flight: 1000000001 }",
            &[
                r#"f:1:54 services.a.limits.in_flight: "1000000001" is more than 1000000000; write a whole number from 1, such as 1024, or off"#,
            ],
        ),
    ];
    for (text, expected) in table {
        let services = format!("services: {{ a: {{ url: http://a, {text} }} }}\n");
        check(&format!("{services}{ROUTES}"), expected);
    }
}

#[test]
fn each_mistake_of_a_route_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "service: a, limits: 1MiB",
            &[
                "f:2:41 routes[0].limits: is a single value here; write a mapping such as { request_body: 1MiB }",
            ],
        ),
        (
            "service: a, limits: { request_body: 1, in_flight: 1 }",
            &[
                r#"f:2:57 routes[0].limits.request_body: "1" has no unit; write a unit after it: B, KiB, MiB or GiB"#,
                "f:2:60 routes[0].limits.in_flight: is an unknown key; the keys here are request_body",
            ],
        ),
        (
            "service: a, limits: { request_body: 1025GiB }",
            &[
                r#"f:2:57 routes[0].limits.request_body: "1025GiB" is more than 1024GiB; write a size such as 16MiB, or off"#,
            ],
        ),
        (
            "redirect: { host: b }, limits: { request_body: 1MiB }",
            &[
                "f:2:44 routes[0].limits: is for a service, and a redirect sends nothing to one; leave it out",
            ],
        ),
    ];
    for (text, expected) in table {
        check(
            &format!("{SERVICES}routes: [{{ name: r, {text} }}]\n"),
            expected,
        );
    }
}
