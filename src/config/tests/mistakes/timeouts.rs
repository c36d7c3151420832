//! Mistakes in `timeouts:` of the server, a service and a route.

use super::{ROUTES, SERVICES, check};

#[test]
fn each_mistake_of_the_server_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "timeouts: off",
            &[
                "f:1:21 server.timeouts: is a single value here; write a mapping such as { request_header: 2s }",
            ],
        ),
        (
            "timeouts: { request_headers: 1s, connect: 1s }",
            &[
                "f:1:23 server.timeouts.request_headers: is an unknown key; did you mean `request_header`?",
                "f:1:44 server.timeouts.connect: is an unknown key; the keys here are request_header, request_body_idle, idle, write_idle",
            ],
        ),
        (
            "timeouts: { request_header: 2, request_body_idle: 0s, idle: 2d, write_idle: }",
            &[
                r#"f:1:39 server.timeouts.request_header: "2" has no unit; write 1s, 500ms or off"#,
                r#"f:1:61 server.timeouts.request_body_idle: "0s" is shorter than 1ms; write 1s, 500ms or off"#,
                r#"f:1:71 server.timeouts.idle: "2d" has the unit "d", which is not ms, s, m or h; write 1s, 500ms or off"#,
                "f:1:75 server.timeouts.write_idle: has no value; write a duration such as 1s or 500ms, or off",
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
fn each_mistake_of_a_service_or_a_route_has_its_line() {
    check(
        "services: { a: { url: http://a, timeouts: { body_idle: 1, request: 25h } } }\n\
         routes: [{ name: r, service: a, timeouts: { body_idle: no, request: } }]\n",
        &[
            r#"f:1:56 services.a.timeouts.body_idle: "1" has no unit; write 1s, 500ms or off"#,
            r#"f:1:68 services.a.timeouts.request: "25h" is longer than 24h; write 1s, 500ms or off"#,
            r#"f:2:56 routes[0].timeouts.body_idle: "no" is not a duration; write 1s, 500ms or off"#,
            "f:2:60 routes[0].timeouts.request: has no value; write a duration such as 1s or 500ms, or off",
        ],
    );
}
