//! `api-gateway test` and `explain`, run as the operator runs them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use program::{program, ran};
use serde_json::{Value, json};

#[path = "support/program.rs"]
mod program;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    ran(&mut program(arguments))
}

fn explain(arguments: &[&str]) -> (Option<i32>, Value) {
    let mut all = vec![
        "explain",
        "--config",
        "conf/gateway.yaml",
        "--output",
        "json",
    ];
    all.extend(arguments);
    let (code, out, err) = run(&all);
    assert_eq!(err, "");
    (code, serde_json::from_str(&out).unwrap())
}

fn file(name: &str, content: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_whole_go_table_passes_its_own_tests() {
    let (code, out, err) = run(&["test", "--config", "conf/titanium.yaml"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let last = out.lines().last().unwrap();
    assert!(last.ends_with(" passed, 0 failed"), "{last}");
}

#[test]
fn a_test_that_fails_shows_what_came_and_why() {
    let path = file(
        "failing.yaml",
        "services: { a: { url: http://a }, b: { url: http://b } }\n\
         routes:\n\
         - { name: all, service: a }\n\
         - { name: api, match: { path: { prefix: /api } }, service: b }\n\
         tests:\n\
         - { request: GET /apis, expect: { route: api } }\n\
         - { request: GET /api/x, expect: { route: api, path: /x, service: b } }\n\
         - { request: GET /x, expect: { route: all, host: a } }\n",
    );
    let (code, out, _) = run(&["test", "--config", &path]);
    assert_eq!(code, Some(1));
    let expected = "\
FAILED  GET /apis
        route: expected api, got all
        all won by its prefix /
        api lost: is for another path: prefix /api
FAILED  GET /api/x
        path: expected /x, got /api/x
        api won by its prefix of 4 bytes
        all lost: matches too, but its prefix is shorter
ok      GET /x
1 passed, 2 failed
";
    assert_eq!(out, expected);
    let (code, _, err) = run(&["test", "--config", "conf/minimal.yaml"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("has no tests; write one such as"), "{err}");
}

#[test]
fn the_json_has_the_fields_of_the_contract() {
    let (code, answer) = explain(&["-X", "POST", "http://shop.example/blog/api/login?a=1"]);
    assert_eq!(code, Some(0));
    let mut without_trace = answer.clone();
    without_trace.as_object_mut().unwrap().remove("considered");
    assert_eq!(
        without_trace,
        json!({
            "action": "proxy",
            "status": null,
            "route": "auth",
            "service": "auth-service",
            "upstream": {
                "host": "auth-service:8002",
                "path": "/login?a=1",
                "address": null,
                "addresses": [],
            },
            "timeouts_ms": {
                "connect": 1000,
                "response_header": 2000,
                "body_idle": null,
                "idle": 30000,
                "request": null,
            },
            "location": null,
            "allow": null,
            "mesh": null,
        })
    );
    assert_eq!(
        answer["considered"][0],
        "auth won by its prefix of 10 bytes"
    );
}

#[test]
fn the_deadlines_are_the_route_s_before_the_service_s() {
    let path = file(
        "deadlines.yaml",
        "services: { a: { url: http://a, timeouts: { body_idle: 5s, idle: off, request: 1m } } }\n\
         routes: [{ name: r, service: a, timeouts: { response_header: off, body_idle: off, request: 9s } }]\n",
    );
    let (_, out, _) = run(&["explain", "--config", &path, "--output", "json", "/"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        answer["timeouts_ms"],
        json!({
            "connect": 1000,
            "response_header": null,
            "body_idle": null,
            "idle": null,
            "request": 9000,
        })
    );
    let (_, out, _) = run(&["explain", "--config", &path, "/"]);
    let line = "  deadlines  connect 1000 ms, response header off, body idle off, request 9000\n             \
                ms\n";
    assert!(out.contains(line), "{out}");
}

#[test]
fn what_reaches_no_service_exits_with_1() {
    for (url, action, status) in [
        ("/api/users", "redirect", 307),
        ("/health", "builtin", 200),
        ("/nowhere", "reject", 404),
        ("/../etc", "reject", 400),
        ("http://..shop.example/", "reject", 400),
    ] {
        let (code, answer) = explain(&[url]);
        assert_eq!(code, Some(1), "{url}");
        assert_eq!(
            (&answer["action"], &answer["status"]),
            (&json!(action), &json!(status))
        );
    }
}

#[test]
fn an_address_in_the_url_is_the_address() {
    let path = file(
        "address.yaml",
        "services: { a: { url: \"http://127.0.0.1:81\" } }\nroutes: [{ name: r, service: a }]\n",
    );
    let (code, out, _) = run(&["explain", "--config", &path, "--output", "json", "/"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(answer["upstream"]["address"], "127.0.0.1:81");
    assert_eq!(answer["upstream"]["addresses"], json!(["127.0.0.1:81"]));
}

#[test]
fn a_question_that_makes_no_sense_exits_with_2() {
    for arguments in [
        ["-H", "no colon", "/"],
        ["-X", "GET", "ftp//x"],
        ["-X", "G T", "/"],
        ["-X", "GET", "ftp://shop.example/x"],
        ["-X", "GET", "http://me:pw@shop.example/x"],
        ["-X", "GET", "http://"],
    ] {
        let mut all = vec!["explain", "--config", "conf/gateway.yaml"];
        all.extend(arguments);
        let (code, out, err) = run(&all);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!err.is_empty());
    }
}

/// The answer's action and status, and the first reason.
fn refused(arguments: &[&str]) -> (Value, Value, String) {
    let (code, answer) = explain(arguments);
    assert_eq!(code, Some(1), "{arguments:?}");
    let why = answer["considered"][0].as_str().unwrap().to_owned();
    (answer["action"].clone(), answer["status"].clone(), why)
}

#[test]
fn what_run_refuses_before_routing_is_refused_with_a_reason() {
    for (arguments, status, why) in [
        (
            &["-H", "Via: 1.1 api-gateway", "/blog/api/login"][..],
            508,
            "its Via says that it has passed this gateway before",
        ),
        (
            &["-H", "Host: [::1", "/blog/api/login"],
            400,
            "the Host header is not one host with or without a port",
        ),
        (
            &["-H", "Host: a", "-H", "Host: b", "/blog/api/login"],
            400,
            "the Host header is not one host with or without a port",
        ),
        (
            &["-H", "Host:", "/"],
            400,
            "the Host header is not one host with or without a port",
        ),
        (&["/../etc"], 400, "the path climbs above the root"),
        (
            &["-X", "CONNECT", "/blog/api/login"],
            405,
            "CONNECT asks for a tunnel, and the gateway is none",
        ),
    ] {
        let why = format!("refused before any route is asked: {why}");
        assert_eq!(refused(arguments), (json!("reject"), json!(status), why));
    }
}

#[test]
fn a_fragment_is_cut_off_as_a_client_does() {
    for url in [
        "/blog/api/login#top",
        "http://shop.example/blog/api/login#top?x",
    ] {
        let (code, answer) = explain(&[url]);
        assert_eq!(code, Some(0), "{url}");
        assert_eq!(answer["upstream"]["path"], "/login");
    }
}

#[test]
fn a_builtin_endpoint_is_said_to_win_over_the_routes_that_match_too() {
    let path = file(
        "builtin.yaml",
        "services: { a: { url: http://a } }\nroutes:\n\
         - { name: x, match: { path: { prefix: /x } }, service: a }\n\
         - { name: all, match: { path: { regex: '/h.*' } }, service: a }\n\
         tests: [{ request: GET /health, expect: { route: all } }]\n",
    );
    let json = ["explain", "--config", &path, "--output", "json", "/health"];
    let answer: Value = serde_json::from_str(&run(&json).1).unwrap();
    assert_eq!(answer["action"], "builtin");
    let lines = [
        "the gateway answers /health itself",
        "all lost: matches too, but the built-in endpoint /health wins over it",
        "x lost: is for another path: prefix /x",
    ];
    assert_eq!(answer["considered"], json!(lines));
    for arguments in [
        &["explain", "--config", &path, "/health"][..],
        &["test", "--config", &path],
    ] {
        let (code, out, _) = run(arguments);
        assert_eq!(code, Some(1));
        for line in lines {
            assert!(out.contains(line), "{out}");
        }
    }
}

#[test]
fn a_redirect_without_a_host_goes_to_a_path() {
    let path = file(
        "hostless.yaml",
        "services: { a: { url: http://a } }\nroutes:\n\
         - { name: all, service: a }\n\
         - { name: r, match: { path: { prefix: /r } }, redirect: { path: /x } }\n\
         tests:\n\
         - { request: GET /r, expect: { location: /x } }\n\
         - { request: GET /r, host: 'h:80', expect: { location: 'http://h/x' } }\n\
         - { request: GET /r, headers: { Via: 1.1 api-gateway }, expect: { status: 508 } }\n\
         - { request: 'GET /r#x', expect: { status: 400 } }\n",
    );
    let (code, out, _) = run(&["test", "--config", &path]);
    assert_eq!(code, Some(0), "{out}");
}
