//! `api-gateway check` and `schema`, run as the operator runs them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the program in the crate's directory with no variables set.
fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_api-gateway"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Writes a file for one test, in the directory Cargo keeps for that.
fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

/// The exit code, and the lines on stderr without the directory.
fn check(path: &Path, flags: &[&str]) -> (Option<i32>, String) {
    let mut arguments = vec!["check", "--config", path.to_str().unwrap()];
    arguments.extend(flags);
    let output = run(&arguments);
    assert_eq!(text(&output.stdout), "");
    let directory = format!("{}/", path.parent().unwrap().display());
    let lines = text(&output.stderr).replace(&directory, "");
    (output.status.code(), lines)
}

#[test]
fn all_mistakes_are_printed_at_once() {
    let path = file(
        "five-mistakes.yaml",
        r#"server:
  lisen: "0.0.0.0:8000"
services:
  auth-service:
    url: "${AUTH_URL}"
    timeouts:
      connect: 1
  blog-service:
    url: "http://10.0.0.1:8005/blog"
routes:
  - name: auth
    match: { path: { prefix: /blog/api/ } }
    rewrite: { strip_prefix: /auth }
    service: auth-service
  - name: blog
    service: blog-servce
"#,
    );
    let expected = "\
five-mistakes.yaml:2:3 server.lisen: is an unknown key; did you mean `listen`?
five-mistakes.yaml:5:10 services.auth-service.url: needs the environment variable AUTH_URL, which is not set; set it, or write ${AUTH_URL:-default}
five-mistakes.yaml:7:16 services.auth-service.timeouts.connect: \"1\" has no unit; write 1s, 500ms or off
five-mistakes.yaml:9:10 services.blog-service.url: \"http://10.0.0.1:8005/blog\" contains a path; leave it out; a route's rewrite: replace_prefix sets the path
five-mistakes.yaml:13:30 routes[0].rewrite.strip_prefix: \"/auth\" is not how every path that \"/blog/api/\" takes begins; write the segments that the path in `match` begins with
five-mistakes.yaml:16:14 routes[1].service: \"blog-servce\" is not a service; did you mean `blog-service`?
";
    assert_eq!(check(&path, &[]), (Some(1), expected.to_owned()));
}

#[test]
fn a_path_that_is_never_matched_is_said_beside_other_mistakes() {
    let path = file(
        "never-and-nope.yaml",
        "server: { path_normalization: base }\nservices: { a: { url: http://a } }\nroutes:\n\
         - { name: r, match: { path: { prefix: /a/./b } }, service: nope }\n\
         - { name: s, match: [{ path: { exact: /c } }, { path: { exact: /a/../c } }], service: a }\n",
    );
    let (code, lines) = check(&path, &[]);
    assert_eq!(code, Some(1));
    let keys: Vec<_> = lines.lines().filter_map(|l| l.split(' ').nth(1)).collect();
    let expected = [
        "routes[0].match.path.prefix:",
        "routes[0].service:",
        "routes[1].match[1].path.exact:",
    ];
    assert_eq!(keys, expected, "{lines}");
}

#[test]
fn routes_that_take_no_request_and_redirects_that_come_back_are_warned_of() {
    let path = file(
        "shadows.yaml",
        "services: { a: { url: http://a } }\nroutes:\n\
         - { name: sub, match: { path: { prefix: /api/ } }, service: a }\n\
         - { name: open, match: { path: { regex: '/api/.*' } }, service: a }\n\
         - { name: users, match: { path: { regex: '/api/users/.*' } }, service: a }\n\
         - { name: health, match: { path: { regex: /health } }, service: a }\n\
         - { name: never, match: { path: { regex: '/%61bc.*' } }, service: a }\n\
         - { name: loop, match: { path: { prefix: /docs } }, redirect: { path: /docs/new } }\n",
    );
    let (code, lines) = check(&path, &[]);
    assert_eq!(code, Some(0));
    let expected = "\
shadows.yaml:5:18 routes[2].match: warning: takes no request: route \"open\" takes them all; remove one of the two or change what it matches
shadows.yaml:6:19 routes[3].match: warning: takes no request: the built-in endpoint /health takes them all; remove one of the two or change what it matches
shadows.yaml:7:42 routes[4].match.path.regex: warning: takes no request: no path begins with \"/%61bc\" once it is normalised (server.path_normalization); begin it with /abc
shadows.yaml:8:53 routes[5].redirect: warning: sends \"/docs\" to \"/docs/new\", which the same route takes again; write another path, or a host
shadows.yaml: ok, 1 service, 6 routes
";
    assert_eq!(lines, expected);
}

#[test]
fn warnings_fail_only_when_denied() {
    let path = file(
        "warnings.yaml",
        "services:\n  a:\n    url: http://127.0.0.1:1\n  b: { url: http://b }\n\
         routes: [{ name: r, service: a }]\n",
    );
    let warnings = "\
warnings.yaml:3:10 services.a.url: warning: is an address, for which a sidecar has no virtual host; write the service's name, as in http://auth-service:8002
warnings.yaml:4:3 services.b: warning: is used by no route; add a route with this service, or remove it
";
    let ok = "warnings.yaml: ok, 2 services, 1 route\n";
    assert_eq!(check(&path, &[]), (Some(0), format!("{warnings}{ok}")));
    assert_eq!(
        check(&path, &["--deny-warnings"]),
        (Some(1), warnings.to_owned())
    );
}

#[test]
fn an_operator_s_address_for_everybody_is_warned_of() {
    let path = file(
        "operator.yaml",
        "admin: { operator: \"0.0.0.0:9001\" }\n\
         services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]\n",
    );
    let warning = "operator.yaml:1:20 admin.operator: warning: can be reached from other machines and asks for no password; use 127.0.0.1 and a port-forward\n";
    let ok = "operator.yaml: ok, 1 service, 1 route\n";
    assert_eq!(check(&path, &[]), (Some(0), format!("{warning}{ok}")));
    assert_eq!(
        check(&path, &["--deny-warnings"]),
        (Some(1), warning.to_owned())
    );
}

#[test]
fn files_that_cannot_be_read_are_mistakes_too() {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let directory = tmp.join("directory.yaml");
    fs::create_dir_all(&directory).unwrap();
    let big = "#".repeat((1 << 20) + 1);
    for (path, line) in [
        (
            tmp.join("none.yaml"),
            "none.yaml:1:1 (file): doesn't exist; check the name after --config\n",
        ),
        (
            directory,
            "directory.yaml:1:1 (file): is a directory; name the file inside it\n",
        ),
        (
            file("latin1.yaml", b"# first\na: \xfcber\n"),
            "latin1.yaml:2:4 (file): is not UTF-8 text here; save the file as UTF-8\n",
        ),
        (
            file("big.yaml", big),
            "big.yaml:1:1 (file): is larger than 1 MiB; make it smaller\n",
        ),
    ] {
        assert_eq!(check(&path, &[]), (Some(1), line.to_owned()));
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in [&["check"][..], &["chek"], &["check", "--config"], &[]] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

/// Every YAML file we ship.
fn shipped() -> Vec<PathBuf> {
    let conf = Path::new(env!("CARGO_MANIFEST_DIR")).join("conf");
    let files: Vec<PathBuf> = fs::read_dir(conf)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    assert!(files.len() >= 2, "{files:?}");
    files
}

#[test]
fn shipped_configurations_pass_the_check() {
    for path in shipped() {
        let (code, lines) = check(&path, &["--deny-warnings"]);
        assert_eq!(code, Some(0), "{lines}");
    }
    let (_, lines) = check(Path::new("conf/gateway.yaml"), &[]);
    assert_eq!(lines, "gateway.yaml: ok, 3 services, 4 routes\n");
    let (_, lines) = check(Path::new("conf/titanium.yaml"), &[]);
    assert_eq!(lines, "titanium.yaml: ok, 3 services, 5 routes\n");
}

#[test]
fn shipped_configurations_fit_the_schema() {
    let schema = api_gateway::config::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for path in shipped() {
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next();
        assert_eq!(
            first,
            Some("# yaml-language-server: $schema=./schema.json"),
            "{path:?}"
        );
        let value: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        let mistakes: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(mistakes, [""; 0], "{path:?}");
    }
}

#[test]
fn the_schema_agrees_with_the_check() {
    let validator = jsonschema::validator_for(&api_gateway::config::schema()).unwrap();
    let service = "services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]\n";
    let long_socket = format!("server: {{ upgrade_socket: /{} }}", "x".repeat(107));
    for (extra, good) in [
        ("", true),
        ("server:\ndns:\n", true),
        ("server: { threads: 4 }", true),
        ("server: { threads: '4' }", true),
        ("server: { threads: '${NO:-4}' }", true),
        ("server: { listen: ['0.0.0.0:1', '[::1]:${NO:-2}'] }", true),
        ("dns: { servers: system, timeout: 1.5s }", true),
        ("dns: { servers: [10.0.0.1, '[::1]:53'] }", true),
        ("errors: { proxy_status: off }", true),
        ("server: { h2c: true }", true),
        (
            "server: { timeouts: { request_header: 500ms, idle: off } }",
            true,
        ),
        ("server: { timeouts: , limits: }", true),
        (
            "server: { limits: { connections: 1, in_flight: off, headers: '256', header_bytes: 1MiB, target_bytes: 1KB, request_body: off } }",
            true,
        ),
        (
            "server: { limits: { connections: '${NO:-1}', request_body: '${NO:-1}MiB' } }",
            true,
        ),
        (
            "server: { drain: { delay: 0s, timeout: 1h }, runtime_dir: /x, upgrade_socket: /y/s, pid_file: '/${NO:-p}' }",
            true,
        ),
        ("server: { drain: }\nadmin:", true),
        (
            "admin: { listen: off, operator: '[::1]:0', sidecar_ready: 'http://127.0.0.1:15021/healthz/ready' }",
            true,
        ),
        (
            "admin: { listen: '127.0.0.1:${NO:-1}', operator: 'off', sidecar_ready: 'http://${NO:-a}/' }",
            true,
        ),
        (
            "access_log: { output: off, sample: 0.5, on_full: block, headers: [Referer], redact_query: [pin, a%20b] }",
            true,
        ),
        (
            "access_log: { output: '/${NO:-x}', sample: '${NO:-0.1}', on_full: '${NO:-drop}' }",
            true,
        ),
        ("access_log:", true),
        ("access_log: { headers: [], redact_query: [] }", true),
        ("access_log: { output: stderr }", false),
        ("access_log: { output: /x/ }", false),
        ("access_log: { sample: 1.1 }", false),
        ("access_log: { sample: -1 }", false),
        ("access_log: { sample: 10% }", false),
        ("access_log: { on_full: wait }", false),
        ("access_log: { headers: Referer }", false),
        ("access_log: { headers: ['a b'] }", false),
        ("access_log: { redact_query: ['a b'] }", false),
        ("server: { drain: off }", false),
        ("server: { drain: { delay: off } }", false),
        ("server: { drain: { timeout: 20 } }", false),
        ("server: { runtime_dir: x }", false),
        ("server: { runtime_dir: }", false),
        ("server: { pid_file: /x/ }", false),
        (&long_socket, false),
        ("admin: off", false),
        ("admin: { listen: 9000 }", false),
        ("admin: { operator: ['127.0.0.1:1'] }", false),
        ("admin: { operator: localhost:1 }", false),
        ("admin: { sidecar_ready: on }", false),
        ("admin: { sidecar_ready: 'http://a:1' }", false),
        ("admin: { sidecar_ready: 'http://me@a/b' }", false),
        ("admin: { sidecar_ready: 'http://a/b#c' }", false),
        ("server: { h2c: on }", false),
        ("server: { threads: 0 }", false),
        ("server: { threads: }", false),
        ("server: { lisen: '0.0.0.0:1' }", false),
        ("server: { listen: [] }", false),
        ("server: [a]", false),
        ("dns: { timeout: 1 }", false),
        ("dns: { servers: 10.0.0.1 }", false),
        ("errors: { proxy_status: yes }", false),
        ("server: { builtin_endpoints: { health: /a?b } }", false),
        ("server: { timeouts: off }", false),
        ("server: { timeouts: { idle: 60 } }", false),
        ("server: { limits: { connections: off } }", false),
        ("server: { limits: { connections: 0 } }", false),
        ("server: { limits: { in_flight: 1.5 } }", false),
        ("server: { limits: { headers: 257 } }", false),
        ("server: { limits: { header_bytes: 65536 } }", false),
        ("server: { limits: { target_bytes: off } }", false),
        ("server: { limits: { request_body: 16Mi } }", false),
    ] {
        agree(&validator, &format!("{extra}\n{service}"), good);
    }
}

/// A route, and whether it is good beside the others that make a whole file.
const ROUTES: &[(&str, bool)] = &[
    ("service: a", true),
    ("match: , service: a", true),
    ("match: {}, service: a", true),
    (
        "match: [{}, { hosts: [a, '*.b', '[::1]'], methods: [GET] }], service: a",
        true,
    ),
    ("match: { path: { regex: '/a|/b' } }, service: a", true),
    (
        "match: { headers: [{ name: X-A, exact: '' }, { name: X-B, regex: b }] }, service: a",
        true,
    ),
    (
        "match: { query: [{ name: q, exact: 1 }, { name: r, regex: r }] }, service: a",
        true,
    ),
    (
        "match: { hosts: ['${NO:-h}'], methods: ['${NO:-GET}'] }, service: a",
        true,
    ),
    (
        "rewrite: { replace_path: /x, host: 'h:1' }, service: a",
        true,
    ),
    ("rewrite: { host: '${NO:-h}' }, service: a", true),
    (
        "request_headers: { set: { X-A: 1, X-B: '' }, add: {}, remove: [X-C] }, service: a",
        true,
    ),
    (
        "response_headers: , timeouts: { response_header: off }, service: a",
        true,
    ),
    (
        "redirect: { status: 301, scheme: https, host: h, port: 1, path: /x }",
        true,
    ),
    (
        "redirect: { status: '301', port: '1' }, response_headers: { remove: [X-A] }",
        true,
    ),
    ("match: [], service: a", false),
    ("match: [x], service: a", false),
    ("match: { path: {} }, service: a", false),
    (
        "match: { path: { prefix: /x, regex: /y } }, service: a",
        false,
    ),
    ("match: { hosts: [] }, service: a", false),
    ("match: { hosts: ['*'] }, service: a", false),
    ("match: { hosts: ['a:80'] }, service: a", false),
    ("match: { methods: [] }, service: a", false),
    ("match: { methods: [get] }, service: a", false),
    ("match: { methods: [CONNECT] }, service: a", false),
    ("match: { headers: [{ name: X-A }] }, service: a", false),
    ("match: { headers: [{ exact: v }] }, service: a", false),
    (
        "match: { headers: [{ name: X-A, exact: v, regex: v }] }, service: a",
        false,
    ),
    (
        "match: { headers: [{ name: 'X A', exact: v }] }, service: a",
        false,
    ),
    (
        "match: { query: [{ name: a b, exact: v }] }, service: a",
        false,
    ),
    ("rewrite: {}, service: a", false),
    (
        "rewrite: { strip_prefix: /x, replace_path: /y }, service: a",
        false,
    ),
    ("rewrite: { host: preserve }, service: a", false),
    ("request_headers: { set: { 'X A': v } }, service: a", false),
    (
        "request_headers: { set: { X-A: \"a\\n\" } }, service: a",
        false,
    ),
    (
        "timeouts: { body_idle: 5s, request: off }, limits: { request_body: 1MiB }, service: a",
        true,
    ),
    ("limits: { request_body: off }, service: a", true),
    ("timeouts: { response_header: 5 }, service: a", false),
    ("limits: { request_body: 5 }, service: a", false),
    ("limits: { in_flight: 5 }, service: a", false),
    ("redirect: {}", false),
    ("redirect: { status: 301 }", false),
    ("redirect: { status: 200, path: /x }", false),
    ("redirect: { scheme: ftp }", false),
    ("redirect: { host: 'a:80' }", false),
    ("redirect: { port: 0 }", false),
    ("redirect: { path: /x, replace_prefix: /y }", false),
    ("redirect: { path: /x }, service: a", false),
    ("redirect: { path: /x }, rewrite: { host: h }", false),
    ("redirect: { path: /x }, timeouts: {}", false),
    ("redirect: { path: /x }, limits: {}", false),
    ("redirect: { path: /x }, request_headers: {}", false),
];

/// A list of tests, and whether it is good.
const TESTS: &[(&str, bool)] = &[
    ("[]", true),
    (
        "[{ request: GET /?q, host: 'a:1', headers: { X-A: 1 }, expect: { status: 404 } }]",
        true,
    ),
    (
        "[{ request: GET /, expect: { route: q, service: a, host: a, path: / } }]",
        true,
    ),
    (
        "[{ request: GET /, expect: { location: 'https://a/', status: '302' } }]",
        true,
    ),
    ("[{ request: GET / }]", false),
    ("[{ expect: { status: 404 } }]", false),
    ("[{ request: GET /, expect: {} }]", false),
    ("[{ request: GET /, expect: { status: 99 } }]", false),
    ("[{ request: GET /, expect: { location: x } }]", false),
    ("[{ request: get /, expect: { status: 404 } }]", false),
    ("[{ request: /, expect: { status: 404 } }]", false),
    ("{ request: GET / }", false),
];

#[test]
fn the_schema_agrees_with_the_check_about_routes() {
    let validator = jsonschema::validator_for(&api_gateway::config::schema()).unwrap();
    let start = "services: { a: { url: http://a } }\nroutes: [{ name: q, service: a }";
    for (route, good) in ROUTES {
        agree(
            &validator,
            &format!("{start}, {{ name: r, {route} }}]\n"),
            *good,
        );
    }
    for (tests, good) in TESTS {
        agree(&validator, &format!("{start}]\ntests: {tests}\n"), *good);
    }
}

fn agree(validator: &jsonschema::Validator, text: &str, good: bool) {
    let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
    assert_eq!(validator.is_valid(&value), good, "schema: {text}");
    let (config, report) = api_gateway::config::parse("f", text, &|_| None);
    assert_eq!(config.is_some(), good, "check: {text}: {report}");
}

#[test]
fn the_shipped_schema_is_current() {
    let output = run(&["schema"]);
    assert!(output.status.success());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("conf/schema.json");
    assert!(
        fs::read(path).unwrap() == output.stdout,
        "conf/schema.json is old: run `make reference`"
    );
}
