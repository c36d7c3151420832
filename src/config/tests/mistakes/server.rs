//! Mistakes in `server:`, `dns:` and `errors:`.

use super::{ROUTES, SERVICES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "sever: {}",
            &["f:1:1 sever: is an unknown key; did you mean `server`?"],
        ),
        (
            r#"server: { lisen: "0.0.0.0:80" }"#,
            &["f:1:11 server.lisen: is an unknown key; did you mean `listen`?"],
        ),
        (
            "server: { port: 80 }",
            &[
                "f:1:11 server.port: is an unknown key; the keys here are listen, threads, h2c, path_normalization, trusted_proxies, builtin_endpoints, timeouts, limits, drain, runtime_dir, upgrade_socket, pid_file",
            ],
        ),
        (
            "server: { admin: 1, h2c: off }",
            &[
                "f:1:11 server.admin: is an unknown key; the keys here are listen, threads, h2c, path_normalization, trusted_proxies, builtin_endpoints, timeouts, limits, drain, runtime_dir, upgrade_socket, pid_file",
                r#"f:1:26 server.h2c: "off" is not a choice; write true or false"#,
            ],
        ),
        (
            "server: [a]",
            &[
                r#"f:1:1 server: is a list here; write a mapping such as { listen: "0.0.0.0:8000" }"#,
            ],
        ),
        (
            "server: on",
            &[
                r#"f:1:9 server: is a single value here; write a mapping such as { listen: "0.0.0.0:8000" }"#,
            ],
        ),
        (
            "server: { listen: 8000 }",
            &[
                r#"f:1:19 server.listen: "8000" is not an IP address and a port; write 0.0.0.0:8000"#,
            ],
        ),
        (
            r#"server: { listen: ":8000" }"#,
            &[
                r#"f:1:19 server.listen: ":8000" is not an IP address and a port; write 0.0.0.0:8000"#,
            ],
        ),
        (
            r#"server: { listen: "localhost:80" }"#,
            &[
                r#"f:1:19 server.listen: "localhost:80" is not an IP address and a port; write an IP address and a port such as 0.0.0.0:8000"#,
            ],
        ),
        (
            "server: { listen: [] }",
            &[
                "f:1:11 server.listen: is an empty list; write an IP address and a port such as 0.0.0.0:8000, or a list of them",
            ],
        ),
        (
            "server: { listen: { a: b } }",
            &[
                "f:1:11 server.listen: is a mapping here; write an IP address and a port such as 0.0.0.0:8000, or a list of them",
            ],
        ),
        (
            "server: { listen: }",
            &[
                "f:1:11 server.listen: has no value; write an IP address and a port such as 0.0.0.0:8000, or a list of them",
            ],
        ),
        (
            "server: { listen: [~] }",
            &[
                "f:1:20 server.listen[0]: has no value; write an IP address and a port such as 0.0.0.0:8000",
            ],
        ),
        (
            r#"server: { listen: ["0.0.0.0:80", "0.0.0.0:80"] }"#,
            &[
                "f:1:34 server.listen[1]: is the address of server.listen[0] again; remove one of the two",
            ],
        ),
        (
            r#"server: { listen: [[x], "0:1"] }"#,
            &[
                "f:1:20 server.listen[0]: is a list here; write an IP address and a port such as 0.0.0.0:8000",
                r#"f:1:25 server.listen[1]: "0:1" is not an IP address and a port; write an IP address and a port such as 0.0.0.0:8000"#,
            ],
        ),
        (
            "server: { threads: 0 }",
            &[
                r#"f:1:20 server.threads: "0" is not a number of threads; write auto or a number from 1 to 1024"#,
            ],
        ),
        (
            "server: { threads: [] }",
            &["f:1:11 server.threads: is a list here; write auto or a number from 1 to 1024"],
        ),
        (
            "server: { threads: ${PORT} }",
            &[
                "f:1:21 server: is not valid YAML here: while parsing a flow mapping, did not find expected ',' or '}'; put quotes around values with ${...}; inside { } and [ ] YAML takes the braces",
            ],
        ),
        (
            r#"server: { threads: "${EMPTY}" }"#,
            &[
                "f:1:20 server.threads: is empty (from $EMPTY); write auto or a number from 1 to 1024",
            ],
        ),
        (
            "server: { path_normalization: merge-slashes }",
            &[
                r#"f:1:31 server.path_normalization: "merge-slashes" is not a choice; did you mean merge_slashes? write none, base, merge_slashes or decode_and_merge_slashes"#,
            ],
        ),
        (
            "server: { path_normalization: MERGE }",
            &[
                r#"f:1:31 server.path_normalization: "MERGE" is not a choice; write none, base, merge_slashes or decode_and_merge_slashes"#,
            ],
        ),
        (
            "server: { trusted_proxies: 127.0.0.6 }",
            &[
                "f:1:28 server.trusted_proxies: is a single value here; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            "server: { trusted_proxies: [10.1.2.3/8, x, ~] }",
            &[
                r#"f:1:29 server.trusted_proxies[0]: "10.1.2.3/8" has address bits after its first 8; write 10.0.0.0/8 or 10.1.2.3"#,
                r#"f:1:41 server.trusted_proxies[1]: "x" is not a network; write a network such as 10.0.0.0/8, or an IP address"#,
                "f:1:44 server.trusted_proxies[2]: has no value; write a network such as 10.0.0.0/8, or an IP address",
            ],
        ),
        (
            "server: { builtin_endpoints: off }",
            &[
                "f:1:30 server.builtin_endpoints: is a single value here; write a mapping such as { health: /health, stats: off }",
            ],
        ),
        (
            "server: { builtin_endpoints: { health: health, stats: true } }",
            &[
                r#"f:1:40 server.builtin_endpoints.health: "health" doesn't begin with /; write a path that begins with /, or off"#,
                r#"f:1:55 server.builtin_endpoints.stats: "true" doesn't begin with /; write a path that begins with /, or off"#,
            ],
        ),
        (
            "server: { builtin_endpoints: { health: /x, stats: /x } }",
            &[
                r#"f:1:51 server.builtin_endpoints.stats: is "/x", as the health endpoint is; write another path, or off"#,
            ],
        ),
        (
            "server: { builtin_endpoints: { stats: /health } }",
            &[
                r#"f:1:39 server.builtin_endpoints.stats: is "/health", as the health endpoint is; write another path, or off"#,
            ],
        ),
        (
            "server: { builtin_endpoints: { version: off } }",
            &[
                "f:1:32 server.builtin_endpoints.version: is an unknown key; the keys here are health, stats, metrics",
            ],
        ),
        (
            "server: { builtin_endpoints: { metrics: /stats } }",
            &[
                r#"f:1:41 server.builtin_endpoints.metrics: is "/stats", as the stats endpoint is; write another path, or off"#,
            ],
        ),
        (
            "dns: { servers: 10.0.0.1 }",
            &[
                r#"f:1:17 dns.servers: "10.0.0.1" is neither system nor a list; write system, or a list such as ["10.0.0.10:53"]"#,
            ],
        ),
        (
            "dns: { servers: [] }",
            &[
                r#"f:1:8 dns.servers: is an empty list; write system, or a list such as ["10.0.0.10:53"]"#,
            ],
        ),
        (
            "dns: { servers: [system] }",
            &[
                r#"f:1:18 dns.servers[0]: "system" is not the address of a DNS server; write an IP address, and a port unless it is 53"#,
            ],
        ),
        (
            "dns: { servers: { a: b } }",
            &[
                r#"f:1:8 dns.servers: is a mapping here; write system, or a list such as ["10.0.0.10:53"]"#,
            ],
        ),
        (
            "dns: { servers: }",
            &[
                r#"f:1:8 dns.servers: has no value; write system, or a list such as ["10.0.0.10:53"]"#,
            ],
        ),
        (
            "dns: { timeout: 0s, min_ttl: off, max_ttl: 2d, max_stale: 5 }",
            &[
                r#"f:1:17 dns.timeout: "0s" is shorter than 1ms; write 1s or 500ms"#,
                r#"f:1:30 dns.min_ttl: "off" is not a duration; write 1s or 500ms"#,
                r#"f:1:44 dns.max_ttl: "2d" has the unit "d", which is not ms, s, m or h; write 1s or 500ms"#,
                r#"f:1:59 dns.max_stale: "5" has no unit; write 1s or 500ms"#,
            ],
        ),
        (
            "dns: { min_ttl: 1m }",
            &[
                "f:1:17 dns.min_ttl: makes min_ttl 60s longer than max_ttl 30s; write a min_ttl that is at most max_ttl",
            ],
        ),
        (
            "dns: { max_ttl: 500ms }",
            &[
                "f:1:17 dns.max_ttl: makes min_ttl 1s longer than max_ttl 500ms; write a min_ttl that is at most max_ttl",
            ],
        ),
        (
            "dns: { min_ttl: 2m, max_ttl: 1m }",
            &[
                "f:1:17 dns.min_ttl: makes min_ttl 120s longer than max_ttl 60s; write a min_ttl that is at most max_ttl",
            ],
        ),
        (
            "errors: { proxy_status: on }",
            &[r#"f:1:25 errors.proxy_status: "on" is not a choice; write trusted, always or off"#],
        ),
        (
            "errors: { proxy_status: alway }",
            &[
                r#"f:1:25 errors.proxy_status: "alway" is not a choice; did you mean always? write trusted, always or off"#,
            ],
        ),
        (
            "server: { threads: ${NO} }",
            &[
                "f:1:21 server: is not valid YAML here: while parsing a flow mapping, did not find expected ',' or '}'; put quotes around values with ${...}; inside { } and [ ] YAML takes the braces",
            ],
        ),
        (
            r#"server: { threads: "${}" }"#,
            &[
                r#"f:1:20 server.threads: has a bad variable name ""; write ${NAME} or ${NAME:-default}, NAME of A-Z, a-z, 0-9 and _ and not beginning with a digit"#,
            ],
        ),
        (
            r#"server: { listen: "0.0.0.0:${PORT" }"#,
            &[
                "f:1:19 server.listen: has a ${ without }; close the variable, or write $${ for a literal ${",
            ],
        ),
        (
            r#"server: { listen: "0.0.0.0:${NO:-x}" }"#,
            &[
                r#"f:1:19 server.listen: the value of $NO is not an IP address and a port; write an IP address and a port such as 0.0.0.0:8000"#,
            ],
        ),
        (
            r#"server: { listen: ["${NO}", "${NO}"] }"#,
            &[
                "f:1:20 server.listen[0]: needs the environment variable NO, which is not set; set it, or write ${NO:-default}",
                "f:1:29 server.listen[1]: needs the environment variable NO, which is not set; set it, or write ${NO:-default}",
            ],
        ),
    ];
    for (text, expected) in table {
        check(&format!("{text}\n{SERVICES}{ROUTES}"), expected);
    }
}
