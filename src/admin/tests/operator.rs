use super::*;

#[test]
fn it_tells_health_and_the_state() {
    let running = running();
    ask(running.operator, "GET /livez", &[]).is(200, "ok\n");
    ask(running.operator, "GET /readyz", &[]).is(200, r#"{"ready":true,"pending":[]}"#);
    let status = ask(running.operator, "GET /status", &[]);
    status.is(200, r#"{"generation":7}"#);
    assert_eq!(status.header("content-type"), Some("application/json"));
    assert_eq!(status.header("cache-control"), Some("no-store"));
    ask(running.operator, "GET /config", &[]).is(200, r#"{"config":{}}"#);
    ask(running.operator, "GET /nothing", &[]).is(404, "There is nothing here.\n");
}

/// As curl -X POST does it: no word of an origin.
#[test]
fn a_post_without_an_origin_is_done() {
    let running = running();
    let operator = running.operator;
    ask(operator, "POST /drain", &[]).is(202, "draining\n");
    assert_eq!(running.subject.asked(), (1, 0));
    ask(operator, "POST /reload", &["Content-Length: 0"]).is(202, "reloading\n");
    assert_eq!(running.subject.asked(), (1, 1));
}

#[test]
fn a_page_of_its_own_may_ask() {
    let running = running();
    let origin = format!("Origin: http://{}", running.operator);
    let lines = ["Sec-Fetch-Site: same-origin", &origin];
    assert_eq!(ask(running.operator, "POST /drain", &lines).status, 202);
    assert_eq!(running.subject.asked(), (1, 0));
}

#[test]
fn a_page_of_another_site_is_refused_and_nothing_is_done() {
    let running = running();
    for line in [
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Origin: http://evil.example",
        "Origin: null",
    ] {
        for path in ["/drain", "/reload"] {
            let answer = ask(running.operator, &format!("POST {path}"), &[line]);
            answer.is(403, "A page of another site can't ask for this.\n");
        }
    }
    assert_eq!(running.subject.asked(), (0, 0));
}

#[test]
fn what_changes_something_takes_post_only() {
    let running = running();
    for method in ["GET", "HEAD", "PUT", "OPTIONS"] {
        for path in ["/drain", "/reload"] {
            let answer = ask(running.operator, &format!("{method} {path}"), &[]);
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some("POST"));
        }
    }
    for path in ["/status", "/config"] {
        let answer = ask(running.operator, &format!("POST {path}"), &[]);
        assert_eq!(answer.status, 405);
        assert_eq!(answer.header("allow"), Some("GET, HEAD"));
    }
    assert_eq!(running.subject.asked(), (0, 0));
}

#[test]
fn a_name_that_was_rebound_is_refused_everything() {
    let running = running();
    let text = "Use an IP address or localhost: a name could be anybody's.\n";
    for host in ["Host: evil.example", "Host: evil.example:9001", "Host:"] {
        for request in [
            "GET /livez",
            "GET /status",
            "GET /config",
            "GET /nothing",
            "POST /drain",
        ] {
            let lines = [host, "Sec-Fetch-Site: same-origin"];
            ask(running.operator, request, &lines).is(421, text);
        }
    }
    assert_eq!(running.subject.asked(), (0, 0));
    ask(running.operator, "GET /livez", &["Host: localhost"]).is(200, "ok\n");
    ask(running.operator, "GET /livez", &["Host: [::1]:9001"]).is(200, "ok\n");
}

#[test]
fn a_body_is_neither_waited_for_nor_asked_for() {
    let running = running();
    for expect in ["Expect: 100-continue", "X-Any: 1"] {
        for length in ["Content-Length: 1000000000", "Transfer-Encoding: chunked"] {
            let mut client = connect(running.operator);
            let head = format!("POST /drain HTTP/1.1\r\nHost: localhost\r\n{expect}\r\n{length}");
            client.write_all((head + "\r\n\r\n").as_bytes()).unwrap();
            let answer = Answer::new(&rest(&mut client));
            answer.is(202, "draining\n");
            assert_eq!(answer.header("connection"), Some("close"));
        }
    }
}

#[test]
fn the_log_level_is_told_and_changed_by_the_operator_only() {
    let running = running();
    let operator = running.operator;
    let before = log::max_level();
    ask(operator, "POST /log-level?level=warn", &[]).is(200, r#"{"level":"warn"}"#);
    ask(operator, "GET /log-level", &[]).is(200, r#"{"level":"warn"}"#);
    for wrong in ["", "?level=", "?level=loud", "?warn"] {
        let answer = ask(operator, &format!("POST /log-level{wrong}"), &[]);
        assert_eq!(answer.status, 400, "{wrong}");
    }
    let foreign = ["Origin: http://evil.example"];
    let answer = ask(operator, "POST /log-level?level=off", &foreign);
    assert_eq!(answer.status, 403);
    let answer = ask(operator, "PUT /log-level?level=off", &[]);
    assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
    assert_eq!(log::max_level(), log::LevelFilter::Warn);
    let answer = ask(running.public, "GET /log-level", &[]);
    assert_eq!(answer.status, 404);
    log::set_max_level(before);
}
