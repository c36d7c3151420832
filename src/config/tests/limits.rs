//! What the keys of `timeouts` and `limits` mean.

use std::time::Duration;

use super::super::{
    ClientTimeouts, Config, Limits, RouteLimits, RouteTimeouts, ServiceLimits, ServiceTimeouts,
};
use super::read;

#[track_caller]
fn good(text: &str) -> Config {
    let (config, report) = read(text);
    assert_eq!(report.to_string(), "");
    config.unwrap()
}

/// A file with this in it.
fn file(server: &str, service: &str, route: &str) -> String {
    format!(
        "server: {{ {server} }}\n\
         services: {{ a: {{ url: http://a, {service} }} }}\n\
         routes: [{{ name: r, service: a, {route} }}]\n"
    )
}

const fn seconds(count: u64) -> Option<Duration> {
    Some(Duration::from_secs(count))
}

#[test]
fn the_defaults_are_those_that_the_schema_describes() {
    let clients = ClientTimeouts {
        request_header: seconds(2),
        request_body_idle: seconds(30),
        idle: seconds(60),
        write_idle: seconds(30),
    };
    let limits = Limits {
        connections: 10_000,
        in_flight: Some(5000),
        headers: 100,
        header_bytes: 65_536,
        target_bytes: 8192,
        request_body: Some(16_777_216),
    };
    let service = ServiceTimeouts {
        connect: seconds(1),
        response_header: seconds(2),
        body_idle: None,
        idle: seconds(30),
        request: None,
    };
    let in_flight = Some(1024);
    let empty = "timeouts: {}, limits: {}";
    let nothing = "timeouts: , limits:";
    for keys in ["", empty, nothing] {
        let config = good(&file(keys, keys, keys));
        assert_eq!(config.server.timeouts, clients, "{keys}");
        assert_eq!(config.server.limits, limits, "{keys}");
        assert_eq!(config.services[0].timeouts, service, "{keys}");
        assert_eq!(config.services[0].limits, ServiceLimits { in_flight });
        assert_eq!(config.routes[0].timeouts, RouteTimeouts::default());
        assert_eq!(config.routes[0].limits, RouteLimits { request_body: None });
    }
}

#[test]
fn what_is_left_out_keeps_its_default() {
    let config = good(&file(
        "timeouts: { idle: 5s }, limits: { headers: 7 }",
        "timeouts: { request: 9s }",
        "timeouts: { body_idle: 3s }",
    ));
    let clients = ClientTimeouts {
        idle: seconds(5),
        ..ClientTimeouts::default()
    };
    let limits = Limits {
        headers: 7,
        ..Limits::default()
    };
    let service = ServiceTimeouts {
        request: seconds(9),
        ..ServiceTimeouts::default()
    };
    let route = RouteTimeouts {
        body_idle: Some(seconds(3)),
        ..RouteTimeouts::default()
    };
    assert_eq!(config.server.timeouts, clients);
    assert_eq!(config.server.limits, limits);
    assert_eq!(config.services[0].timeouts, service);
    assert_eq!(config.routes[0].timeouts, route);
}

#[test]
fn every_key_reaches_the_model() {
    let config = good(&file(
        "timeouts: { request_header: 1s, request_body_idle: 2s, idle: 3s, write_idle: 4s }, \
         limits: { connections: 1, in_flight: 2, headers: 256, header_bytes: 1MiB, target_bytes: 1KB, request_body: 2GiB }",
        "timeouts: { connect: 1s, response_header: 2s, body_idle: 3s, idle: 4s, request: 5s }, \
         limits: { in_flight: 3 }",
        "timeouts: { response_header: 6s, body_idle: 7s, request: 8s }, \
         limits: { request_body: 1B }",
    ));
    let clients = ClientTimeouts {
        request_header: seconds(1),
        request_body_idle: seconds(2),
        idle: seconds(3),
        write_idle: seconds(4),
    };
    let limits = Limits {
        connections: 1,
        in_flight: Some(2),
        headers: 256,
        header_bytes: 1 << 20,
        target_bytes: 1000,
        request_body: Some(2 << 30),
    };
    let service = ServiceTimeouts {
        connect: seconds(1),
        response_header: seconds(2),
        body_idle: seconds(3),
        idle: seconds(4),
        request: seconds(5),
    };
    let route = RouteTimeouts {
        response_header: Some(seconds(6)),
        body_idle: Some(seconds(7)),
        request: Some(seconds(8)),
    };
    assert_eq!(config.server.timeouts, clients);
    assert_eq!(config.server.limits, limits);
    assert_eq!(config.services[0].timeouts, service);
    assert_eq!(config.services[0].limits.in_flight, Some(3));
    assert_eq!(config.routes[0].timeouts, route);
    assert_eq!(config.routes[0].limits.request_body, Some(Some(1)));
}

#[test]
fn what_may_be_off_can_be_turned_off() {
    let config = good(&file(
        "timeouts: { request_header: off, request_body_idle: off, idle: off, write_idle: off }, \
         limits: { in_flight: off, request_body: off }",
        "timeouts: { connect: off, response_header: off, body_idle: off, idle: off, request: off }, \
         limits: { in_flight: off }",
        "timeouts: { response_header: off, body_idle: off, request: off }, \
         limits: { request_body: off }",
    ));
    let clients = ClientTimeouts {
        request_header: None,
        request_body_idle: None,
        idle: None,
        write_idle: None,
    };
    let limits = Limits {
        in_flight: None,
        request_body: None,
        ..Limits::default()
    };
    let service = ServiceTimeouts {
        connect: None,
        response_header: None,
        body_idle: None,
        idle: None,
        request: None,
    };
    let route = RouteTimeouts {
        response_header: Some(None),
        body_idle: Some(None),
        request: Some(None),
    };
    assert_eq!(config.server.timeouts, clients);
    assert_eq!(config.server.limits, limits);
    assert_eq!(config.services[0].timeouts, service);
    assert_eq!(config.services[0].limits.in_flight, None);
    assert_eq!(config.routes[0].timeouts, route);
    assert_eq!(config.routes[0].limits.request_body, Some(None));
}

#[test]
fn a_small_header_is_taken_with_a_smaller_target() {
    let config = good(&file(
        "limits: { header_bytes: \"${NO:-1}KiB\", target_bytes: 1023B }",
        "",
        "",
    ));
    let limits = config.server.limits;
    assert_eq!((limits.header_bytes, limits.target_bytes), (1024, 1023));
}
