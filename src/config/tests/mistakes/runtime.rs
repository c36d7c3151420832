//! Mistakes in `server.drain` and in the paths of the runtime directory.

use super::{ROUTES, SERVICES, check};

#[track_caller]
fn check_server(keys: &str, expected: &[&str]) {
    check(
        &format!("server: {{ {keys} }}\n{SERVICES}{ROUTES}"),
        expected,
    );
}

#[test]
fn each_mistake_of_the_drain_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "drain: off",
            &[
                "f:1:18 server.drain: is a single value here; write a mapping such as { delay: 5s, timeout: 20s }",
            ],
        ),
        (
            "drain: { timout: 1s, grace: 1s }",
            &[
                "f:1:20 server.drain.timout: is an unknown key; did you mean `timeout`?",
                "f:1:32 server.drain.grace: is an unknown key; the keys here are delay, timeout",
            ],
        ),
        (
            "drain: { delay: 5, timeout: off }",
            &[
                r#"f:1:27 server.drain.delay: "5" has no unit; write 5s, or 0s for none"#,
                r#"f:1:39 server.drain.timeout: "off" is not a duration; write a duration such as 20s, at most 1h"#,
            ],
        ),
        (
            "drain: { delay: 2h, timeout: 0s }",
            &[
                r#"f:1:27 server.drain.delay: "2h" is longer than 1h; write 5s, or 0s for none"#,
                r#"f:1:40 server.drain.timeout: "0s" is shorter than 1ms; write a duration such as 20s, at most 1h"#,
            ],
        ),
        (
            "drain: { delay: , timeout: 61m }",
            &[
                "f:1:20 server.drain.delay: has no value; write a duration such as 5s, or 0s for none",
                r#"f:1:38 server.drain.timeout: "61m" is longer than 1h; write a duration such as 20s, at most 1h"#,
            ],
        ),
    ];
    for (keys, expected) in table {
        check_server(keys, expected);
    }
}

#[test]
fn each_mistake_of_a_path_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "runtime_dir: run, upgrade_socket: ./s, pid_file: ~/p",
            &[
                r#"f:1:24 server.runtime_dir: "run" is not an absolute path; write an absolute path such as /run/api-gateway"#,
                r#"f:1:45 server.upgrade_socket: "./s" is not an absolute path; write an absolute path such as /run/api-gateway/upgrade.sock"#,
                r#"f:1:60 server.pid_file: "~/p" is not an absolute path; write an absolute path such as /run/api-gateway/api-gateway.pid"#,
            ],
        ),
        (
            r#"runtime_dir: "/a\0b", upgrade_socket: off, pid_file: /p/"#,
            &[
                r"f:1:24 server.runtime_dir: contains the control character '\0'; remove it",
                r#"f:1:49 server.upgrade_socket: "off" is not an absolute path; write an absolute path such as /run/api-gateway/upgrade.sock"#,
                r#"f:1:64 server.pid_file: "/p/" ends in a /, as a directory does; write an absolute path such as /run/api-gateway/api-gateway.pid"#,
            ],
        ),
        (
            "runtime_dir: '${EMPTY}', upgrade_socket: , pid_file: []",
            &[
                "f:1:24 server.runtime_dir: is empty (from $EMPTY); write an absolute path such as /run/api-gateway",
                "f:1:36 server.upgrade_socket: has no value; write an absolute path such as /run/api-gateway/upgrade.sock",
                "f:1:54 server.pid_file: is a list here; write an absolute path such as /run/api-gateway/api-gateway.pid",
            ],
        ),
        (
            "upgrade_socket: /x, pid_file: /x",
            &[
                "f:1:41 server.pid_file: is also the path of server.upgrade_socket; write another path",
            ],
        ),
        (
            "runtime_dir: /x, upgrade_socket: /x/api-gateway.pid",
            &[
                "f:1:44 server.upgrade_socket: is also the path of server.pid_file (the default); write another path",
            ],
        ),
        (
            "pid_file: /run//api-gateway",
            &[
                "f:1:21 server.pid_file: is also the path of server.runtime_dir (the default); write another path",
            ],
        ),
    ];
    for (keys, expected) in table {
        check_server(keys, expected);
    }
}

#[test]
fn a_socket_s_path_has_107_bytes() {
    let path = |bytes: usize| format!("/{}", "x".repeat(bytes - 1));
    check_server(&format!("upgrade_socket: {}", path(107)), &[]);
    let shown = "x".repeat(59);
    check_server(
        &format!("upgrade_socket: {}", path(108)),
        &[&format!(
            r#"f:1:27 server.upgrade_socket: "/{shown}..." is 108 bytes long, and a socket's path has room for 107; write a shorter path"#
        )],
    );
    let name = "/upgrade.sock".len();
    check_server(&format!("runtime_dir: {}", path(107 - name)), &[]);
    check_server(
        &format!("runtime_dir: {}", path(108 - name)),
        &[
            "f:1:24 server.runtime_dir: makes the path of upgrade.sock 108 bytes long, and a socket's path has room for 107; write a shorter path, or an upgrade_socket elsewhere",
        ],
    );
}
