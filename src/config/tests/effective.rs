//! The configuration in use as a document.

use serde_json::Value;

use super::super::{Config, effective, parse};

fn read(text: &str) -> Config {
    let env = |name: &str| match name {
        "SECRET" => Some("sesame".to_owned()),
        "URL" => Some("http://prod-a:8002".to_owned()),
        _ => None,
    };
    let (config, report) = parse("f.yaml", text, &env);
    config.unwrap_or_else(|| panic!("{report}"))
}

/// What it shows, read as a file again.
fn again(config: &Config) -> Config {
    let mut again = read(&effective(config).to_string());
    // The document names everything, and leaves the tests out.
    again.server.runtime.written = config.server.runtime.written;
    again.admin.clone_from(&config.admin);
    again.tests.clone_from(&config.tests);
    again.from_variables.clone_from(&config.from_variables);
    again
}

#[test]
fn what_we_ship_is_shown_so_that_it_means_the_same() {
    for text in [
        include_str!("../../../conf/gateway.yaml"),
        include_str!("../../../conf/minimal.yaml"),
        include_str!("../../../conf/titanium.yaml"),
    ] {
        let config = read(text);
        // Services come in the order of their names.
        assert_eq!(effective(&again(&config)), effective(&config));
    }
}

const EVERYTHING: &str = r#"
server:
  listen: ["127.0.0.1:8000", "[::1]:8000"]
  threads: 3
  h2c: true
  path_normalization: decode_and_merge_slashes
  trusted_proxies: [127.0.0.6/32, "fd00::/8"]
  builtin_endpoints: { health: off, stats: /s, metrics: /metrics }
  timeouts: { request_header: 1.5s, request_body_idle: off, idle: 90s, write_idle: 2m }
  limits: { connections: 7, in_flight: off, headers: 256, header_bytes: 1MiB, target_bytes: 1000B, request_body: off }
  drain: { delay: 0s, timeout: 1h }
  runtime_dir: /run/x
  upgrade_socket: /run/y/z
  pid_file: /run/p
admin: { listen: off, operator: "127.0.0.1:0", sidecar_ready: "http://127.0.0.1:15021/healthz/ready" }
dns: { servers: ["127.0.0.1:5353"], timeout: 500ms, min_ttl: 2s, max_ttl: 1m, max_stale: 24h }
errors: { proxy_status: always }
access_log: { output: /var/log/a.log, sample: 0.25, on_full: block, headers: [X-Team], redact_query: [pin] }
services:
  a: { url: "${URL}", host: preserve, protocol: h2c, limits: { in_flight: off },
       timeouts: { connect: off, response_header: off, body_idle: 1s, idle: off, request: 1h } }
  b: { url: "http://[::1]", host: "b.example:80" }
routes:
- name: r
  service: a
  match:
  - path: { regex: "/users/[0-9]+" }
    hosts: [blog.example, "*.blog.example"]
    methods: [GET, PURGE]
    headers: [{ name: X-A, exact: "" }, { name: X-B, regex: "a|b" }, { name: X-C, exact: "$${x}$$${y" }]
    query: [{ name: q, exact: "1" }, { name: r, regex: "[0-9]+" }]
  - path: { exact: /x }
  rewrite: { replace_path: /y, host: c.example }
  request_headers: { set: { X-Team: blog, X-U: é, X-V: "a$${URL}" }, add: { X-B: b }, remove: [X-C] }
  response_headers: { remove: [Server] }
  timeouts: { response_header: off, request: 1s }
  limits: { request_body: 1MiB }
- { name: s, service: b, match: { path: { prefix: /s } }, rewrite: { strip_prefix: /s } }
- { name: t, service: b, match: { path: { prefix: /t } }, rewrite: { replace_prefix: /u } }
- { name: u, match: { path: { prefix: /u } }, redirect: { status: 308, scheme: https, host: d.example, port: 8443, replace_prefix: /v } }
- { name: v, match: { path: { exact: /v } }, redirect: { path: /w } }
"#;

#[test]
fn each_key_is_shown_so_that_it_means_the_same() {
    let config = read(EVERYTHING);
    assert_eq!(again(&config), config);
    let shown = effective(&config);
    // The schema's required keys and all others: none is forgotten.
    let schema = super::super::schema();
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let mut of_file = keys(&schema["properties"]);
    of_file.retain(|key| key != "tests");
    assert_eq!(keys(&shown), of_file);
    assert_eq!(shown["server"]["timeouts"]["request_header"], "1500ms");
    assert_eq!(shown["services"]["a"]["url"], "http://prod-a:8002");
}

#[test]
fn no_secret_is_shown() {
    let secrets = r#"
services: { a: { url: http://a } }
access_log: { redact_query: [x-pin] }
routes:
- name: r
  service: a
  match:
    headers:
    - { name: X-Api-Key, exact: sesame1 }
    - { name: X-Edge, exact: "${SECRET}2" }
    - { name: X-Session, regex: "sesame3|x" }
    query: [{ name: access_token, exact: sesame4 }, { name: xPin, exact: sesame5 }, { name: sid, exact: sesame6 }]
  request_headers:
    set:
      Authorization: Basic sesame7
      Cookie: a=sesame8
      X-Internal: "${SECRET}"
      X-Any: bearer sesame9
      X-Callback: http://h/?token=sesame10
      X-Upstream: http://me:sesame11@h/
      X-Params: token=sesame17
      X-Escaped: "http%3A%2F%2Fme%3Asesame18%40h"
      X-Both: "http://h/ http://me:sesame19@h/"
      X-Nested: "/cb?next=%2F%3Fcode%3Dsesame20"
      X-Scheme: Token sesame21
      X-Scheme2: ApiKey sesame22
      X-Sig: sesame23
      X-Origin-Verify: sesame24
      X-Creds: sesame25
      X-Form: "a[sid]=sesame26"
    add: { X-Auth-Token: sesame12, "X-Jwt": sesame13, X-Password2: sesame14 }
  response_headers: { set: { Set-Cookie: sesame15, Location: "/a;sig=sesame16" } }
- { name: s, service: a, match: { path: { prefix: "/${SECRET}27/" } }, rewrite: { strip_prefix: "/${SECRET}27/" } }
- { name: t, service: a, rewrite: { replace_path: "/${SECRET}28" } }
- { name: u, match: { path: { exact: /x } }, redirect: { path: "/${SECRET}29" } }
admin: { sidecar_ready: "http://127.0.0.1:15021/ready?sesame30" }
tests:
- { request: GET /, headers: { Authorization: sesame31 }, expect: { route: r } }
"#;
    let shown = effective(&read(secrets));
    let text = shown.to_string();
    assert!(!text.contains("sesame"), "{shown:#}");
    assert_eq!(text.matches("[redacted]").count(), 32, "{shown:#}");
}

#[test]
fn what_is_no_secret_is_shown() {
    let open = r#"
services: { a: { url: "${URL}" } }
routes:
- name: r
  service: a
  match: { path: { prefix: "/sesame" }, headers: [{ name: X-Version, exact: v2 }], query: [{ name: q, regex: "a|b" }] }
  request_headers: { set: { X-Team: blog, X-Url: "http://h/?a=b", Cookie: "" } }
  response_headers: { set: { Cache-Control: "max-age=60, private" } }
"#;
    let shown = effective(&read(open));
    assert!(!shown.to_string().contains("redacted"), "{shown:#}");
}
