//! What a new configuration changes of a running gateway, and what it leaves as it is.

use std::net::Ipv4Addr;

use serde_json::Value;

use super::alone;
use super::instance::Instance;
use crate::support::dns::{Dns, Says};
use crate::support::gateway::get;
use crate::support::{Service, Wire, until};

/// A gateway whose file is written anew.
struct Changing {
    gateway: Instance,
    operator: std::net::SocketAddr,
    generation: usize,
}

const ADMIN: &str =
    "access_log: { output: off }\nadmin: { listen: off, operator: \"127.0.0.1:0\" }\n";

impl Changing {
    fn start(text: &str) -> Self {
        let mut gateway = Instance::start_with(&whole(text));
        let operator = gateway.finds("operator on ");
        Self {
            gateway,
            operator,
            generation: 1,
        }
    }

    fn change(&mut self, text: &str) {
        self.gateway.place.rename(&whole(text));
        self.gateway.signal("HUP");
        self.generation += 1;
        self.gateway
            .logged(&format!("configuration {} is in use", self.generation));
    }

    fn status(&self) -> Value {
        let mut operator = Wire::connect(self.operator);
        operator.send(get("/status").replace("client.example", "127.0.0.1"));
        operator.response().json()
    }
}

/// With what all of them have.
fn whole(text: &str) -> String {
    let server = "listen: \"127.0.0.1:0\", threads: 2, drain: { delay: 0s }";
    match text.strip_prefix("server: ") {
        Some(rest) => {
            let (own, rest) = rest.split_once('\n').unwrap();
            format!("server: {{ {server}, {own} }}\n{ADMIN}{rest}")
        }
        None => format!("server: {{ {server} }}\n{ADMIN}{text}"),
    }
}

fn to(service: &Service, routes: &str) -> String {
    let url = service.url();
    format!("services: {{ svc: {{ url: \"{url}\" }} }}\nroutes:\n{routes}")
}

const ALL: &str = "  - { name: all, service: svc }\n";

#[test]
fn connections_to_a_service_that_stays_are_kept() {
    let _alone = alone();
    let service = Service::hello();
    let mut gateway = Changing::start(&to(&service, ALL));
    let mut client = gateway.gateway.connect();
    for path in ["/a", "/b", "/c"] {
        client.send(get("/x"));
        assert_eq!(client.response().status(), 200);
        let more =
            format!("  - {{ name: m, match: {{ path: {{ exact: {path} }} }}, service: svc }}\n");
        gateway.change(&to(&service, &format!("{more}{ALL}")));
    }
    client.send(get("/x"));
    assert_eq!(client.response().status(), 200);
    assert_eq!(service.connections(), 1);
}

#[test]
fn a_name_that_stays_is_not_asked_for_again() {
    let _alone = alone();
    let service = Service::hello();
    let dns = Dns::start(Says::Addresses(3600, vec![Ipv4Addr::LOCALHOST]));
    let text = |routes: &str| {
        let (port, server) = (service.address.port(), dns.address);
        format!(
            "dns: {{ servers: [\"{server}\"], max_ttl: 1h }}\n\
             services: {{ svc: {{ url: \"http://svc.test:{port}\" }} }}\nroutes:\n{routes}"
        )
    };
    let mut gateway = Changing::start(&text(ALL));
    until("it is resolved", || {
        gateway.gateway.get("/x").status() == 200
    });
    let asked = dns.asked();
    gateway.change(&text(
        "  - { name: all, service: svc, response_headers: { set: { X-New: y } } }\n",
    ));
    let answer = gateway.gateway.get("/x");
    assert_eq!(answer.head.get("x-new"), Some("y"));
    assert_eq!(dns.asked(), asked);
}

#[test]
fn a_new_service_has_its_address_before_its_first_request() {
    let _alone = alone();
    let service = Service::hello();
    let dns = Dns::start(Says::Addresses(3600, vec![Ipv4Addr::LOCALHOST]));
    let (port, server) = (service.address.port(), dns.address);
    let text = |names: &[&str]| {
        let services = names
            .iter()
            .map(|name| format!("  {name}: {{ url: \"http://{name}.test:{port}\" }}\n"));
        let routes = names.iter().map(|name| {
            format!("  - {{ name: {name}, match: {{ path: {{ prefix: /{name} }} }}, service: {name} }}\n")
        });
        format!(
            "dns: {{ servers: [\"{server}\"] }}\nservices:\n{}routes:\n{}",
            services.collect::<String>(),
            routes.collect::<String>()
        )
    };
    let mut gateway = Changing::start(&text(&["one"]));
    gateway.change(&text(&["one", "two"]));
    assert_eq!(gateway.gateway.get("/two").status(), 200);
}

#[test]
fn a_request_in_flight_ends_as_it_began() {
    let _alone = alone();
    let (service, go) = Service::on_command();
    let route = |value: &str| {
        to(
            &service,
            &format!(
                "  - {{ name: {value}, service: svc, response_headers: {{ set: {{ X-Table: {value} }} }} }}\n"
            ),
        )
    };
    let mut gateway = Changing::start(&route("old"));
    let mut client = gateway.gateway.connect();
    client.send(get("/x"));
    service.received(1);
    gateway.change(&route("new"));
    go.send(()).unwrap();
    let answer = client.response();
    assert_eq!(answer.head.get("x-table"), Some("old"));
    client.send(get("/x"));
    go.send(()).unwrap();
    assert_eq!(client.response().head.get("x-table"), Some("new"));
}

#[test]
fn limits_and_deadlines_hold_for_connections_that_are_open() {
    let _alone = alone();
    let service = Service::hello();
    let mut gateway = Changing::start(&to(&service, ALL));
    let mut client = gateway.gateway.connect();
    client.send(get("/x"));
    assert_eq!(client.response().status(), 200);
    let rest = to(&service, ALL);
    gateway.change(&format!(
        "server: limits: {{ target_bytes: 1KiB, connections: 1 }}\n{rest}"
    ));
    client.send(get(&format!("/{}", "x".repeat(1100))));
    assert_eq!(client.response().status(), 414);
    client.assert_closed();
    let _first = gateway.gateway.connect();
    until("one more is refused", || {
        gateway
            .gateway
            .connect()
            .try_response("GET")
            .is_ok_and(|answer| answer.status() == 503)
    });
}

#[test]
fn requests_in_flight_count_against_a_new_limit() {
    let _alone = alone();
    let (service, go) = Service::on_command();
    let url = service.url();
    let mut gateway = Changing::start(&to(&service, ALL));
    let mut first = gateway.gateway.connect();
    first.send(get("/x"));
    service.received(1);
    gateway.change(&format!(
        "services: {{ svc: {{ url: \"{url}\", limits: {{ in_flight: 1 }} }} }}\nroutes:\n{ALL}"
    ));
    assert_eq!(gateway.gateway.get("/x").status(), 503);
    go.send(()).unwrap();
    assert_eq!(first.response().status(), 200);
    go.send(()).unwrap();
    until("there is room again", || {
        gateway.gateway.get("/x").status() == 200
    });
}

#[test]
fn operators_see_what_is_in_use_what_was_refused_and_what_has_to_wait() {
    let _alone = alone();
    let service = Service::hello();
    let gateway = Changing::start(&to(&service, ALL));
    let status = gateway.status();
    assert_eq!(status["configuration"]["generation"], 1);
    assert!(status["configuration"]["last_reload"].is_null());

    gateway.gateway.place.rename("routes: [");
    gateway.gateway.logged("configuration refused");
    let reload = &gateway.status()["configuration"]["last_reload"];
    assert_eq!(reload["result"], "refused");
    assert!(!reload["errors"].as_array().unwrap().is_empty(), "{reload}");

    let threads = whole(&to(&service, ALL)).replace("threads: 2", "threads: 1");
    gateway.gateway.place.rename(&threads);
    gateway
        .gateway
        .logged("server.threads has changed: it takes a new process");
    until("it is told", || {
        let configuration = &gateway.status()["configuration"];
        configuration["generation"] == 2
            && configuration["last_reload"]["needs_new_process"][0] == "server.threads"
    });

    gateway.gateway.place.rename(&whole(&to(&service, ALL)));
    until("it is as it was", || {
        let configuration = &gateway.status()["configuration"];
        let waiting = configuration["last_reload"]["needs_new_process"].as_array();
        configuration["generation"] == 3 && waiting.is_some_and(Vec::is_empty)
    });
}
