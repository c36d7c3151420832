use std::io::{BufRead, BufReader};
use std::time::Instant;

use super::*;

const PAGE: &str = include_str!("../page/page.html");

fn soon() -> Limits {
    Limits {
        look: Duration::from_millis(20),
        ..Limits::default()
    }
}

/// Somebody who watches.
struct Watcher(BufReader<TcpStream>);

impl Watcher {
    fn begin(operator: SocketAddr) -> Self {
        let mut client = connect(operator);
        let head = format!("GET /events HTTP/1.1\r\nHost: {operator}\r\n\r\n");
        client.write_all(head.as_bytes()).unwrap();
        Self(BufReader::new(client))
    }

    /// The head of the answer.
    fn head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).unwrap(), 0, "{head}");
        }
        head
    }

    /// The data of the next event; `None` when there is none any more.
    fn next(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(data.trim().to_owned());
            }
        }
    }
}

/// Asks until there is a place again.
fn watch_when_free(operator: SocketAddr) -> Watcher {
    let started = Instant::now();
    loop {
        let mut watcher = Watcher::begin(operator);
        if watcher.head().starts_with("HTTP/1.1 200 ") {
            return watcher;
        }
        assert!(started.elapsed() < HANGS);
    }
}

#[test]
fn the_page_is_the_operator_s_and_runs_nothing_but_its_own_script() {
    let running = running();
    let first = ask(running.operator, "GET /", &[]);
    assert_eq!(first.status, 200);
    let header = |name: &str| first.header(name).unwrap_or_default();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin");
    let policy = header("content-security-policy");
    for directive in [
        "default-src 'none'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let nonce = |policy: &str| {
        let (_, rest) = policy.split_once("script-src 'nonce-").unwrap();
        rest.split('\'').next().unwrap().to_owned()
    };
    let nonce_of_first = nonce(policy);
    assert_eq!(nonce_of_first.len(), 32);
    let mark = format!("nonce=\"{nonce_of_first}\"");
    assert_eq!(first.body.matches(&mark).count(), 2);
    assert!(!first.body.contains("{nonce}"));
    let second = ask(running.operator, "GET /", &[]);
    let second = second.header("content-security-policy").unwrap();
    assert_ne!(nonce(second), nonce_of_first);

    ask(running.public, "GET /", &[]).is(404, "There is nothing here.\n");
    assert_eq!(ask(running.operator, "POST /", &[]).status, 405);
    let rebound = ask(running.operator, "GET /", &["Host: evil.example"]);
    assert_eq!(rebound.status, 421);
}

#[test]
fn the_page_asks_for_nothing_elsewhere_and_makes_no_markup_of_a_text() {
    let namespace = "http://www.w3.org/2000/svg";
    let rest = PAGE.replace(namespace, "");
    for outside in [
        "http:", "https:", "src=", "@import", "url(", "//cdn", "<form", "<iframe", "fetch(",
    ] {
        assert!(!rest.contains(outside), "{outside}");
    }
    for markup in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "eval(",
        "new Function",
        "style=",
        "onclick=",
    ] {
        assert!(!rest.contains(markup), "{markup}");
    }
}

#[test]
fn who_watches_is_told_again_and_again() {
    let running = running_with(soon());
    let mut watcher = Watcher::begin(running.operator);
    let head = watcher.head().to_lowercase();
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    assert!(head.contains("connection: close"), "{head}");
    for look in 0..3 {
        assert_eq!(watcher.next(), Some(format!(r#"{{"look":{look}}}"#)));
    }
}

#[test]
fn nobody_looks_while_nobody_watches() {
    let running = running_with(soon());
    let looks = || running.subject.looks.load(Ordering::SeqCst);
    ask(running.operator, "GET /", &[]);
    ask(running.operator, "HEAD /events", &[]);
    assert_eq!(looks(), 0);
    let mut watcher = watch_when_free(running.operator);
    watcher.next().unwrap();
    drop(watcher);
    // Who looked has gone with its client when all places are free again.
    let all: Vec<_> = (0..8).map(|_| watch_when_free(running.operator)).collect();
    assert_eq!(all.len(), Limits::default().watchers);
}

#[test]
fn all_who_watch_in_one_moment_cost_one_look() {
    let running = running_with(Limits {
        // Each of them gets its first event, and no second one.
        look: 2 * HANGS,
        ..Limits::default()
    });
    let mut all: Vec<_> = (0..8).map(|_| Watcher::begin(running.operator)).collect();
    for watcher in &mut all {
        assert_eq!(watcher.next().as_deref(), Some(r#"{"look":0}"#));
    }
    assert_eq!(running.subject.looks.load(Ordering::SeqCst), 1);
}

#[test]
fn one_watcher_too_many_is_refused_until_another_one_goes() {
    let running = running_with(soon());
    let mut all: Vec<_> = (0..8).map(|_| Watcher::begin(running.operator)).collect();
    for watcher in &mut all {
        watcher.next().unwrap();
    }
    let refused = ask(running.operator, "GET /events", &[]);
    refused.is(503, "As many watch as may. Close a page.\n");
    assert_eq!(refused.header("retry-after"), Some("5"));
    // Nothing else is kept out.
    ask(running.operator, "GET /livez", &[]).is(200, "ok\n");
    all.pop();
    watch_when_free(running.operator).next().unwrap();
}

#[test]
fn who_watches_outlasts_what_an_answer_may_take_as_long_as_it_listens() {
    let short = Duration::from_millis(200);
    let running = running_with(Limits {
        head: short,
        idle: short,
        answer: short,
        ..soon()
    });
    let started = Instant::now();
    let mut watcher = Watcher::begin(running.operator);
    while started.elapsed() < 4 * short {
        watcher.next().unwrap();
    }
}

#[test]
fn a_page_of_another_site_gets_no_events() {
    let running = running();
    for line in [
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Origin: http://evil.example",
    ] {
        let answer = ask(running.operator, "GET /events", &[line]);
        answer.is(403, "A page of another site can't ask for this.\n");
    }
    let rebound = ask(running.operator, "GET /events", &["Host: evil.example"]);
    assert_eq!(rebound.status, 421);
    ask(running.public, "GET /events", &[]).is(404, "There is nothing here.\n");
    assert_eq!(ask(running.operator, "POST /events", &[]).status, 405);
    assert_eq!(running.subject.looks.load(Ordering::SeqCst), 0);
}

#[test]
fn events_end_when_the_listener_stops() {
    let running = running_with(soon());
    let mut watcher = Watcher::begin(running.operator);
    watcher.next().unwrap();
    running.admin.stop_accepting();
    while watcher.next().is_some() {}
}
