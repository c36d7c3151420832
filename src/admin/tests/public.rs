use super::*;

#[test]
fn it_lives_and_says_no_more_than_that() {
    let running = running();
    let answer = ask(running.public, "GET /livez", &[]);
    answer.is(200, "ok\n");
    let mut names: Vec<&str> = answer.headers.iter().map(|(n, _)| n.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "cache-control",
            "connection",
            "content-length",
            "content-type",
            "date",
            "x-content-type-options"
        ]
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn it_is_ready_when_nothing_is_pending() {
    let running = running();
    let ready = ask(running.public, "GET /readyz", &[]);
    ready.is(200, r#"{"ready":true,"pending":[]}"#);
    assert_eq!(ready.header("content-type"), Some("application/json"));

    *running.subject.pending.lock() = vec!["dns".into(), "sidecar".into()];
    let unready = ask(running.public, "GET /readyz?verbose", &[]);
    unready.is(503, r#"{"ready":false,"pending":["dns","sidecar"]}"#);
    assert_eq!(unready.header("content-type"), Some("application/json"));
    ask(running.public, "GET /livez", &[]).is(200, "ok\n");
}

#[test]
fn head_is_get_without_the_body() {
    let running = running();
    *running.subject.pending.lock() = vec!["dns".into()];
    let paths = [
        (running.public, "/livez"),
        (running.public, "/readyz"),
        (running.public, "/metrics"),
        (running.operator, "/status"),
    ];
    for (to, path) in paths {
        let get = ask(to, &format!("GET {path}"), &[]);
        let head = ask(to, &format!("HEAD {path}"), &[]);
        head.is(get.status, "");
        for name in ["content-length", "content-type"] {
            assert_eq!(head.header(name), get.header(name), "{path}");
        }
    }
}

#[test]
fn other_methods_are_told_which_ones_there_are() {
    let running = running();
    for path in ["/livez", "/readyz", "/metrics"] {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"] {
            let answer = ask(running.public, &format!("{method} {path}"), &[]);
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some("GET, HEAD"));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
}

#[test]
fn there_is_nothing_else() {
    let running = running();
    let requests = [
        "GET /",
        "GET /livez/",
        "GET //livez",
        "GET /%6civez",
        "GET /status",
        "POST /drain",
        "POST /reload",
        "OPTIONS *",
        "CONNECT localhost:1",
    ];
    for request in requests {
        let answer = ask(running.public, request, &[]);
        assert_eq!(answer.status, 404, "{request}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    assert_eq!(running.subject.asked(), (0, 0));
}

/// The kubelet asks an address, a sidecar may ask a name.
#[test]
fn health_is_told_whatever_the_host() {
    let running = running();
    ask(
        running.public,
        "GET /livez",
        &["Host: gateway.titanium.svc"],
    )
    .is(200, "ok\n");
}

#[test]
fn a_connection_is_kept_for_the_next_request() {
    let running = running();
    let mut client = connect(running.public);
    for _ in 0..3 {
        let answer = ask_on(&mut client, "GET /livez");
        answer.is(200, "ok\n");
        assert_eq!(answer.header("connection"), None);
    }
}

#[test]
fn metrics_come_in_their_own_type() {
    let running = running();
    for to in [running.public, running.operator] {
        let page = ask(to, "GET /metrics", &[]);
        page.is(200, "requests 7\n");
        let kind = page.header("content-type");
        assert_eq!(kind, Some("text/plain; version=0.0.4"));
    }
}
