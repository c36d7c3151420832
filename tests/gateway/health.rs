//! `health`, which asks the gateway that serves.

use std::net::{SocketAddr, TcpListener};

use crate::support::gateway::{file, program};
use crate::support::{Gateway, Service};

const SERVED: &str = "server: { listen: \"127.0.0.1:0\" }\n\
    services: { svc: { url: \"http://127.0.0.1:1\" } }\n\
    routes: [{ name: all, service: svc }]\n";

fn gateway(admin: &str) -> (Gateway, SocketAddr) {
    let gateway = Gateway::start(&format!("{SERVED}admin: {{ {admin}, operator: off }}\n"));
    let line = gateway.logged(&["admin on "]);
    let (_, at) = line.split_once("admin on ").unwrap();
    let at = at.split_whitespace().next().unwrap().parse().unwrap();
    (gateway, at)
}

/// What it exits with and says, of a file with these lines.
fn health(text: &str) -> (Option<i32>, String) {
    let file = file(text);
    let mut command = program();
    command.args(["health", "--config"]).arg(file.path());
    let output = command.env("TOLD", "127.0.0.1").output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn health_at(at: SocketAddr) -> (Option<i32>, String) {
    health(&format!("{SERVED}admin: {{ listen: \"{at}\" }}"))
}

#[test]
fn a_gateway_that_is_ready_is_healthy() {
    let (gateway, at) = gateway("listen: \"127.0.0.1:0\"");
    gateway.logged(&[" ready"]);
    assert_eq!(health_at(at), (Some(0), "ready\n".to_owned()));
    let every = format!("admin: {{ listen: \"0.0.0.0:{}\" }}", at.port());
    assert_eq!(health(&every).0, Some(0), "on loopback");
    let variable = format!("admin: {{ listen: \"${{TOLD}}:{}\" }}", at.port());
    assert_eq!(health(&variable).0, Some(0));
    let operator = format!("admin: {{ listen: off, operator: \"{at}\" }}");
    assert_eq!(health(&operator).0, Some(0));
}

#[test]
fn a_mistake_that_the_gateway_has_not_taken_over_does_not_make_it_unhealthy() {
    let (gateway, at) = gateway("listen: \"127.0.0.1:0\"");
    gateway.logged(&[" ready"]);
    let (code, said) = health(&format!("admin: {{ listen: \"{at}\" }}\nnonsense: 1\n"));
    assert_eq!((code, &*said), (Some(0), "ready\n"));
}

#[test]
fn what_is_waited_for_is_said() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let sidecar = silent.local_addr().unwrap();
    let admin = format!("listen: \"127.0.0.1:0\", sidecar_ready: \"http://{sidecar}/\"");
    let (_gateway, at) = gateway(&admin);
    let (code, said) = health_at(at);
    assert_eq!(code, Some(1));
    assert!(
        said.starts_with("not ready: ") && said.contains("sidecar"),
        "{said}"
    );
}

#[test]
fn nobody_and_somebody_else_are_unhealthy() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = silent.local_addr().unwrap();
    let (code, said) = health_at(at);
    assert_eq!(code, Some(1));
    assert_eq!(
        said,
        format!("no gateway answers at {at}: no whole answer within 1 s\n")
    );
    drop(silent);
    let (code, said) = health_at(at);
    assert_eq!(code, Some(1));
    assert!(said.contains("Connection refused"), "{said}");

    let other = Service::start(|mut conn| {
        conn.request();
        conn.send("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nelse");
    });
    let (code, said) = health_at(other.address);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("answers 404 Not Found, and not as a gateway"),
        "{said}"
    );
}

#[test]
fn where_nothing_can_be_asked_it_says_so() {
    let (code, said) = health("admin: { listen: off, operator: off }");
    assert_eq!(code, Some(1));
    assert!(said.contains("there is nothing to ask"), "{said}");
    let (code, said) = health("admin: { listen: \"127.0.0.1:0\" }");
    assert_eq!(code, Some(1));
    assert!(said.contains("write a number"), "{said}");
    // Nor is the wrong name of a file passed over.
    let output = program()
        .args(["health", "--config", "/does/not/exist"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("/does/not/exist") && said.contains("doesn't exist"),
        "{said}"
    );
}
