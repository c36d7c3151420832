//! How one process stops, without load.

use std::time::Duration;

use super::alone;
use super::instance::Instance;
use super::plan::Plan;
use crate::support::gateway::get;
use crate::support::{Service, Stopwatch, Wire, eventually, ok, pause, until};

const NONE: Duration = Duration::ZERO;
const WINDOW: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(20);

/// So long that a test that waits for it fails.
const FAR: Duration = Duration::from_secs(60);

fn start(service: &Service, delay: Duration, timeout: Duration) -> Instance {
    Instance::start(&Plan::draining(&service.url(), delay, timeout))
}

/// The gateway has taken note of the signal.
fn becomes_unready(gateway: &Instance) {
    until("it is not ready", || !gateway.is_ready());
}

/// A connection with one request behind it.
fn used(gateway: &Instance) -> Wire {
    let mut client = gateway.connect();
    client.send(get("/x"));
    let answer = client.response();
    assert_eq!(answer.status(), 200);
    assert_ne!(answer.head.get("connection"), Some("close"));
    client
}

/// Ends only when the gateway gives up.
fn hanging() -> Service {
    Service::start(|mut conn| {
        conn.request();
        conn.drain();
    })
}

#[test]
fn an_idle_gateway_without_a_delay_ends_at_once() {
    let _alone = alone();
    let service = Service::hello();
    let mut gateway = start(&service, NONE, TIMEOUT);
    let watch = Stopwatch::start();
    gateway.signal("TERM");
    assert_eq!(gateway.wait().code(), Some(0));
    watch.assert_within(NONE);
}

#[test]
fn a_request_in_flight_is_answered_and_then_the_gateway_ends() {
    let _alone = alone();
    let service = Service::answering(|_, _| {
        pause(Duration::from_secs(3));
        ok("late")
    });
    let mut gateway = start(&service, NONE, TIMEOUT);
    let mut client = gateway.connect();
    client.send(get("/x"));
    service.received(1);
    gateway.signal("TERM");
    eventually("the port closes", || {
        std::net::TcpStream::connect(gateway.address).err()
    });
    assert!(!gateway.has_ended());
    let answer = client.response();
    let watch = Stopwatch::start();
    assert_eq!((answer.status(), answer.text()), (200, "late"));
    assert_eq!(answer.head.get("connection"), Some("close"));
    assert_eq!(gateway.wait().code(), Some(0));
    watch.assert_within(Duration::from_millis(200));
}

#[test]
fn a_second_sigterm_ends_it_at_once_and_says_so_by_its_code() {
    let _alone = alone();
    let service = hanging();
    let mut gateway = start(&service, WINDOW, FAR);
    let mut client = gateway.connect();
    client.send(get("/x"));
    service.received(1);
    gateway.signal("TERM");
    becomes_unready(&gateway);
    let watch = Stopwatch::start();
    gateway.signal("TERM");
    let code = gateway.wait().code();
    watch.assert_within(NONE);
    assert!(code.is_some_and(|code| code != 0), "{code:?}");
}

#[test]
fn sigint_ends_it_without_the_delay() {
    let _alone = alone();
    let service = Service::hello();
    let mut gateway = start(&service, FAR, TIMEOUT);
    let _silent = used(&gateway);
    let watch = Stopwatch::start();
    gateway.signal("INT");
    assert_eq!(gateway.wait().code(), Some(0));
    watch.assert_within(NONE);
}

#[test]
fn a_silent_connection_is_closed_when_the_window_ends() {
    let _alone = alone();
    let service = Service::hello();
    let mut gateway = start(&service, WINDOW, TIMEOUT);
    let mut silent = used(&gateway);
    let watch = Stopwatch::start();
    gateway.signal("TERM");
    assert_eq!(gateway.wait().code(), Some(0));
    watch.assert_about(WINDOW);
    silent.assert_closed();
}

#[test]
fn what_outlasts_the_timeout_is_cut() {
    let _alone = alone();
    let service = hanging();
    let mut gateway = start(&service, NONE, WINDOW);
    let mut client = gateway.connect();
    client.send(get("/x"));
    service.received(1);
    let watch = Stopwatch::start();
    gateway.signal("TERM");
    gateway.wait();
    watch.assert_about(WINDOW);
    assert!(client.drain());
}

#[test]
fn sigquit_without_a_successor_is_refused() {
    let _alone = alone();
    let service = Service::hello();
    let mut gateway = start(&service, NONE, TIMEOUT);
    let mut kept = used(&gateway);
    gateway.signal("QUIT");
    gateway.logged("SIGQUIT");
    kept.send(get("/x"));
    let answer = kept.response();
    assert_eq!(answer.status(), 200);
    assert_ne!(answer.head.get("connection"), Some("close"));
    drop(used(&gateway));
    assert!(gateway.is_ready());
    assert!(!gateway.has_ended());
}
