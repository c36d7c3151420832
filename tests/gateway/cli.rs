//! Starting, and failing to start.

use std::net::TcpListener;
use std::process::{Output, Stdio};

use crate::support::gateway::{collect, file, program, signal, wait};
use crate::support::{Config, Wire, eventually};

fn run(text: &str) -> Output {
    let file = file(text);
    program()
        .args(["run", "--config"])
        .arg(file.path())
        .output()
        .unwrap()
}

#[test]
fn a_port_in_use_is_an_error_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let text = Config::new()
        .service("svc", "http://127.0.0.1:1", "")
        .text();
    let output = run(&text.replace("127.0.0.1:0", &address));
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(
        err.contains(&format!("can't listen on {address}: ")),
        "{err}"
    );
    assert!(!err.contains("panicked"), "{err}");
}

#[test]
fn a_bad_configuration_is_told_and_nothing_starts() {
    let output = run(
        "services:\n  a: { url: \"https://a:1\" }\nroutes:\n  - { name: r, service: b }\nnonsense: 1\n",
    );
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    for part in [
        ":2:",
        "services.a.url",
        ":4:",
        "routes[0].service",
        ":5:",
        "nonsense",
    ] {
        assert!(err.contains(part), "{part} isn't in {err}");
    }
    assert!(
        !err.contains("listening") && !err.contains("panicked"),
        "{err}"
    );

    let output = program()
        .args(["run", "--config", "/does/not/exist"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("/does/not/exist")
    );
    let output = program().arg("run").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "wrong usage");
}

/// A quote in a printed command groups, as in a shell; nothing else is needed.
fn curl(line: &str) -> (String, String) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let post = words.contains(&"POST");
    let url = words.last().unwrap().strip_prefix("http://").unwrap();
    let (address, path) = url.split_at(url.find('/').unwrap());
    let method = if post { "POST" } else { "GET" };
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n");
    (address.to_owned(), request)
}

#[test]
fn the_demo_does_what_it_says() {
    let mut command = program();
    command.args(["demo", "--listen", "127.0.0.1:0"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (out, _) = collect(child.stdout.take().unwrap());
    let (err, _) = collect(child.stderr.take().unwrap());
    let told = || out.lock().unwrap().clone();
    eventually("the demo introduces itself", || {
        told()
            .iter()
            .any(|line| line.starts_with("Ctrl-C"))
            .then_some(())
    });
    let lines = told();
    let commands: Vec<&String> = lines
        .iter()
        .filter(|l| l.trim().starts_with("curl "))
        .collect();
    let expected = [
        (200, "\"path\":\"/login\""),
        (200, "\"path\":\"/42\""),
        (200, "\"path\":\"/blog/api/posts/7\""),
        (307, ""),
        (404, "\"title\":\"Not Found\""),
    ];
    assert_eq!(commands.len(), expected.len(), "{lines:#?}");
    for (line, (status, part)) in commands.into_iter().zip(expected) {
        let (address, request) = curl(line);
        let mut client = Wire::connect(address.parse().unwrap());
        client.send(request);
        let response = client.response();
        assert_eq!(response.status(), status, "{line}");
        assert!(response.text().contains(part), "{line}: {response:?}");
        if part.contains("login") {
            assert!(response.text().contains("\"host\":\"auth-service:8002\""));
        }
    }
    let operator = eventually("the log tells of the live page", || {
        let lines = err.lock().unwrap().clone();
        let told = |line: &String| Some(line.split_once("operator on ")?.1.to_owned());
        lines.iter().find_map(told)
    });
    let mut browser = Wire::connect(operator.parse().unwrap());
    browser.send(format!("GET / HTTP/1.1\r\nHost: {operator}\r\n\r\n"));
    assert!(browser.response().text().starts_with("<!doctype html>"));
    signal(&child, "INT");
    assert_eq!(wait(&mut child).code(), Some(0));
    assert!(
        !err.lock()
            .unwrap()
            .iter()
            .any(|line| line.contains("panicked"))
    );
}

#[test]
fn a_demo_without_its_port_says_which_option_helps() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = program()
        .args(["demo", "--listen", &address])
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(err.contains(&address) && err.contains("--listen"), "{err}");
}

#[test]
fn an_echo_service_by_itself_answers_and_stops_at_sigterm() {
    let mut child = program()
        .args(["demo", "--echo", "auth-service", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (out, _) = collect(child.stdout.take().unwrap());
    let line = eventually("it says where it listens", || {
        out.lock().unwrap().first().cloned()
    });
    let address = line.strip_prefix("auth-service echoes on ").unwrap();
    let mut client = Wire::connect(address.trim().parse().unwrap());
    client.send("GET /login HTTP/1.1\r\nHost: auth-service:8002\r\nConnection: close\r\n\r\n");
    let response = client.response();
    assert_eq!(response.status(), 200);
    for part in [
        "\"service\":\"auth-service\"",
        "\"path\":\"/login\"",
        "\"host\":\"auth-service:8002\"",
    ] {
        assert!(response.text().contains(part), "{response:?}");
    }
    signal(&child, "TERM");
    assert_eq!(wait(&mut child).code(), Some(0));
}
