//! What the operator's listener tells of the configuration.

use std::fs;

use serde_json::Value;

use super::watched::{OPERATED, Operator, Watched, ask};
use crate::support::gateway::program;
use crate::support::{Config, Gateway, Service, eventually, ok};

fn config(url: &str, server: &str, keys: &str) -> String {
    let route = format!(
        "request_headers: {{ set: {{ X-Team: \"${{TEAM:-blog}}\", X-Pass: \"${{WORD}}\", {keys} }} }}"
    );
    Config::new()
        .server(server)
        .top("admin: { listen: \"127.0.0.1:0\", operator: \"127.0.0.1:0\" }")
        .top("access_log: { output: off }")
        .service("svc", url, "timeouts: { response_header: 1500ms }")
        .route("all", "svc", &route)
        .text()
}

fn shown(operator: Operator) -> Value {
    let answer = operator.get("/config");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.head.get("content-type"), Some("application/json"));
    answer.json()
}

#[test]
fn the_configuration_in_use_is_told_without_secrets_and_after_a_reload() {
    let service = Service::hello();
    let url = "${SERVICE_URL}";
    let mut run = program();
    run.env("SERVICE_URL", service.url()).env("WORD", "sesame");
    let text = config(url, "h2c: false", "Authorization: Bearer sesame");
    let gateway = Gateway::start_by(&mut run, &text);
    let operator = Operator::on(&gateway);
    let before = shown(operator);
    assert_eq!(before["generation"], 1, "{before}");
    assert_eq!(
        before["source"],
        gateway.config().to_str().unwrap(),
        "{before}"
    );
    assert!(before["last_reload"].is_null(), "{before}");
    let of = |all: &Value| all["config"].clone();
    let svc = &of(&before)["services"]["svc"];
    assert_eq!(svc["url"], service.url(), "{before}");
    assert_eq!(svc["timeouts"]["response_header"], "1500ms", "{before}");
    assert_eq!(svc["timeouts"]["connect"], "1s", "{before}");
    assert_eq!(of(&before)["server"]["drain"]["timeout"], "20s", "{before}");
    let set = &of(&before)["routes"][0]["request_headers"]["set"];
    for name in ["authorization", "x-pass", "x-team"] {
        assert_eq!(set[name], "[redacted]", "{before}");
    }
    assert!(!before.to_string().contains("sesame"), "{before}");
    // The values themselves reach the service.
    assert_eq!(gateway.get("/").status(), 200);
    let head = service.head();
    assert_eq!(head.get("authorization"), Some("Bearer sesame"));
    assert_eq!(head.get("x-pass"), Some("sesame"));

    // What needs a new process isn't in use, whatever the file says.
    let text = config(url, "h2c: true", "X-A: b");
    fs::write(gateway.config(), text.replace("threads: 2", "threads: 7")).unwrap();
    let after = eventually("the next configuration is in use", || {
        Some(shown(operator)).filter(|shown| shown["generation"] == 2)
    });
    let set = &of(&after)["routes"][0]["request_headers"]["set"];
    assert_eq!(set["x-a"], "b", "{after}");
    let server = &of(&after)["server"];
    assert_eq!(
        (&server["h2c"], &server["threads"]),
        (&true.into(), &2.into())
    );
    let reload = &after["last_reload"];
    assert_eq!(reload["needs_new_process"][0], "server.threads", "{after}");
    let status = operator.get("/status").json();
    assert_eq!(
        status["configuration"]["source"], after["source"],
        "{status}"
    );

    // What is refused changes nothing.
    fs::write(gateway.config(), "routes: [").unwrap();
    let refused = eventually("the file is refused", || {
        Some(shown(operator)).filter(|shown| shown["last_reload"]["result"] == "refused")
    });
    assert_eq!(
        (&refused["generation"], of(&refused)),
        (&2.into(), of(&after))
    );
}

/// Reports quote what is wrong with a file, and are shown and logged.
#[test]
fn a_configuration_that_is_refused_tells_no_secret() {
    let service = Service::hello();
    let mut run = program();
    run.env("WORD", "sesame\n").env("API_PATH", "sesame/x");
    let gateway = Gateway::start_by(&mut run, &Config::to(&service).top(OPERATED).text());
    let operator = Operator::on(&gateway);
    let route = "match: { path: { prefix: \"${API_PATH}\" }, \
                 headers: [{ name: X-Key, exact: \"${WORD}\" }, { name: X-Key, regex: \"sesame(\" }], \
                 query: [{ name: k, exact: \"sesame é\" }, { name: k, exact: \"${WORD}\" }] }, \
                 request_headers: { set: { X-A: \"Bearer ${WORD}\", X-B: \" sesame\" } }";
    let text = Config::new()
        .service("svc", &service.url(), "timeouts: { connect: \"${WORD}\" }")
        .route("all", "svc", route)
        .text();
    fs::write(gateway.config(), text).unwrap();
    let refused = eventually("the file is refused", || {
        Some(shown(operator)).filter(|shown| shown["last_reload"]["result"] == "refused")
    });
    let errors = &refused["last_reload"]["errors"];
    assert_eq!(errors.as_array().unwrap().len(), 11, "{errors}");
    let named = errors.to_string();
    assert!(
        named.contains("the value of $API_PATH doesn't begin with /"),
        "{named}"
    );
    assert!(
        named.contains("contains a control character (from $WORD)"),
        "{named}"
    );
    let status = operator.get("/status").json().to_string();
    let log = gateway.logged(&["configuration refused"]) + &gateway.log().join("\n");
    for told in [refused.to_string(), status, log] {
        assert!(told.contains("$API_PATH"), "{told}");
        assert!(!told.contains("sesame"), "{told}");
    }
}

#[test]
fn the_configuration_is_the_operator_s() {
    let service = Service::hello();
    let watched = Watched::operated(&Config::to(&service));
    let operator = Operator::of(&watched);
    let answer = operator.ask_as("GET /config", "evil.example", &[]);
    assert_eq!(answer.status(), 421);
    assert_eq!(operator.ask("POST /config", &[]).status(), 405);
    let text = config(&service.url(), "h2c: true", "X-A: b");
    let gateway = Gateway::start_by(program().env("WORD", "sesame"), &text);
    let public = Operator::named(&gateway, "admin on ");
    for path in ["/config", "/status", "/log-level", "/drain"] {
        assert_eq!(public.get(path).status(), 404, "{path}");
        assert_eq!(
            public.ask(&format!("POST {path}"), &[]).status(),
            404,
            "{path}"
        );
    }
    assert_eq!(public.get("/metrics").status(), 200);
}

#[test]
fn the_state_names_what_an_operator_looks_for_first() {
    let service = Service::answering(|head, _| match head.second() {
        "/broken?token=x" => {
            b"HTTP/1.1 503 Sorry\r\nServer: app\r\nContent-Length: 0\r\n\r\n".to_vec()
        }
        _ => ok("hello"),
    });
    let config = Config::to(&service)
        .service("gone", "http://127.0.0.1:1", "")
        .route("gone", "gone", "match: { path: { prefix: /gone } }")
        .route("all", "svc", "");
    let watched = Watched::operated(&config);
    let operator = Operator::of(&watched);
    let mut client = watched.gateway.connect();
    for (path, status) in [("/a", 200), ("/broken?token=x", 503), ("/gone", 502)] {
        client.send(ask(path));
        assert_eq!(client.response().status(), status);
    }
    watched.line_of("/gone");
    let status = operator.get("/status").json();
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"), "{status}");
    assert!(status["uptime_seconds"].is_u64(), "{status}");
    assert_eq!(status["configuration"]["generation"], 1, "{status}");
    assert_eq!(status["connections"]["refused"], 0, "{status}");
    let routes = &status["routes"];
    assert_eq!(
        (&routes[0]["name"], &routes[0]["service"]),
        (&"gone".into(), &"gone".into())
    );
    let svc = &status["services"][0];
    assert_eq!(svc["name"], "svc", "{status}");
    assert_eq!(svc["addresses"][0], service.address.to_string(), "{status}");
    assert_eq!(svc["in_flight"], 0, "{status}");
    assert_eq!(
        svc["connections"],
        serde_json::json!({ "new": 1, "reused": 1 }),
        "{status}"
    );
    assert!(svc["dns"].is_null(), "{status}");
    let told = |at: usize, key: &str| status["failures"][at][key].clone();
    assert_eq!(
        (told(0, "path"), told(0, "flag"), told(0, "origin")),
        ("/gone".into(), "UF".into(), "gateway".into())
    );
    assert_eq!(
        (told(1, "path"), told(1, "flag"), told(1, "origin")),
        ("/broken".into(), Value::Null, "application".into())
    );
    assert!(!status.to_string().contains("token"), "{status}");
}
