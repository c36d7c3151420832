//! What the operator's listener tells those who watch its page.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::watched::{OPERATED, Operator, Watched, ask};
use crate::support::{Config, Gateway, PATIENCE, Service, eventually, ok};

/// The next events of a gateway.
struct Events(BufReader<TcpStream>);

impl Events {
    fn of(gateway: &Gateway) -> Self {
        let address = Operator::on(gateway).address();
        let mut client = TcpStream::connect(address).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!("GET /events HTTP/1.1\r\nHost: {address}\r\n\r\n");
        client.write_all(head.as_bytes()).unwrap();
        Self(BufReader::new(client))
    }

    fn next(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "no event");
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }

    /// The first event for which this holds.
    fn until(&mut self, holds: impl Fn(&Value) -> bool) -> Value {
        eventually("such an event", || Some(self.next()).filter(&holds))
    }
}

fn route<'a>(event: &'a Value, name: &Value) -> &'a Value {
    let mut routes = event["routes"].as_array().unwrap().iter();
    routes.find(|route| route["name"] == *name).unwrap()
}

#[test]
fn events_count_requests_and_errors_by_route_and_tell_no_secret() {
    let service = Service::answering(|head, _| match head.second() {
        "/broken?token=sesame" => {
            b"HTTP/1.1 503 Sorry\r\nServer: app\r\nContent-Length: 0\r\n\r\n".to_vec()
        }
        _ => ok("hello"),
    });
    let config = Config::to(&service)
        .service("gone", "http://127.0.0.1:1", "")
        .route("gone", "gone", "match: { path: { prefix: /gone } }")
        .route(
            "all",
            "svc",
            "match: { methods: [GET] }, request_headers: { set: { Authorization: Bearer sesame } }",
        );
    let watched = Watched::operated(&config);
    let mut events = Events::of(&watched.gateway);
    let first = events.next();
    assert_eq!(route(&first, &"all".into())["requests"], 0, "{first}");
    assert!(first["drain"].is_null(), "{first}");
    let mut client = watched.gateway.connect();
    for (path, status) in [("/a", 200), ("/broken?token=sesame", 503), ("/gone", 502)] {
        client.send(ask(path));
        assert_eq!(client.response().status(), status);
    }
    let post = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(watched.gateway.ask(post).status(), 405);

    let unrouted = |event: &Value| route(event, &Value::Null)["requests"] == 1;
    let event = events.until(unrouted);
    let counts = |name: &str| {
        let route = route(&event, &name.into());
        (route["requests"].clone(), route["errors"].clone())
    };
    assert_eq!(counts("all"), (2.into(), 1.into()), "{event}");
    assert_eq!(counts("gone"), (1.into(), 1.into()), "{event}");
    // A client's mistake is no error of ours.
    assert_eq!(route(&event, &Value::Null)["errors"], 0, "{event}");
    let took = route(&event, &"all".into())["took"].as_array().unwrap();
    let bounds = event["bounds_ms"].as_array().unwrap();
    assert_eq!(took.len(), bounds.len() + 1, "{event}");
    assert_eq!(took[bounds.len()], 2, "{event}");
    assert_eq!(bounds[0], 0.5, "{event}");
    assert!(event["uptime_ms"].as_u64() > first["uptime_ms"].as_u64());
    assert_eq!(event["routes_left_out"], 0, "{event}");
    assert!(!event.to_string().contains("sesame"), "{event}");
    // What explains a failure is the same in /status.
    let failures = Operator::of(&watched).get("/status").json()["failures"].clone();
    assert_eq!(failures[0]["explain"], event["failures"][0]["explain"]);
    let explain = failures[0]["explain"].as_str().unwrap();
    assert!(
        explain.starts_with("api-gateway explain --config "),
        "{explain}"
    );
    assert!(explain.ends_with("/gone"), "{explain}");
}

#[test]
fn more_routes_than_a_page_can_show_are_left_out_those_without_requests_first() {
    let service = Service::hello();
    let mut config = Config::to(&service).top(OPERATED);
    for number in 0..310 {
        let path = format!("match: {{ path: {{ prefix: /r{number} }} }}");
        config = config.route(&format!("r{number}"), "svc", &path);
    }
    let gateway = config.start();
    assert_eq!(gateway.get("/r309").status(), 200);
    let mut events = Events::of(&gateway);
    let event = events.until(|event| event["routes"][0]["requests"] == 1);
    assert_eq!(event["routes"][0]["name"], "r309", "{event}");
    assert_eq!(event["routes"][1]["name"], "r0", "{event}");
    // And one more, of what no route took.
    assert_eq!(event["routes"].as_array().unwrap().len(), 301);
    assert_eq!(event["routes_left_out"], 10, "{event}");
}

#[test]
fn events_tell_how_far_a_drain_is() {
    let (service, go) = Service::on_command();
    let gateway = Config::to(&service)
        .server("drain: { delay: 100ms, timeout: 20s }")
        .top(OPERATED)
        .start();
    let mut events = Events::of(&gateway);
    let mut client = gateway.connect();
    client.send(ask("/"));
    service.received(1);
    gateway.signal("TERM");
    let event = events.until(|event| event["drain"]["accepting"] == false);
    assert_eq!(event["drain"]["timeout_seconds"], 20, "{event}");
    assert_eq!(event["connections"]["open"], 1, "{event}");
    assert_eq!(event["pending"][0], "draining", "{event}");
    go.send(()).unwrap();
    assert_eq!(client.response().status(), 200);
}
