//! What a line says.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::json;

use super::super::rules::Rules;
use super::{Config, address, exchange, headers, logged, text};
use crate::config::Share;
use crate::failure::Failure;
use crate::observe::{Exchange, Origin};

#[test]
fn a_request_of_which_all_is_known() {
    let request = headers(&[
        ("user-agent", b"curl/8"),
        ("x-forwarded-for", b"10.0.0.1"),
        ("x-forwarded-for", b"10.0.0.2, 10.0.0.3"),
        (
            "traceparent",
            b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("referer", b"https://me:p@h/cb?code=x&a=1"),
    ]);
    let response = headers(&[("x-envoy-upstream-service-time", b"11")]);
    let exchange = Exchange {
        first_byte: Some(Duration::from_millis(12)),
        target: b"/users/7?q=1&token=abc",
        authority: b"blog.example:8000",
        request_headers: Some((&request).into()),
        response_headers: Some((&response).into()),
        client: Some(IpAddr::from([127, 0, 0, 6])),
        request_id: Some(b"id-1"),
        route: Some((0, "users")),
        service: Some((1, "user-service")),
        upstream: Some(address("10.1.2.3:8001")),
        retries: 1,
        status: 503,
        origin: Some(Origin::Sidecar),
        received: 5,
        sent: 95,
        ..exchange()
    };
    let config = Config {
        headers: vec!["referer".parse().unwrap(), "x-team".parse().unwrap()],
        ..Config::default()
    };
    assert_eq!(
        text(&exchange, &config),
        concat!(
            r#"{"start_time":"2023-11-14T22:13:20.123Z","method":"GET","#,
            r#""path":"/users/7?q=1&token=[redacted]","protocol":"HTTP/1.1","#,
            r#""authority":"blog.example:8000","#,
            r#""x_forwarded_for":"10.0.0.1,10.0.0.2, 10.0.0.3","#,
            r#""user_agent":"curl/8","request_id":"id-1","response_code":503,"#,
            r#""response_flags":"-","response_code_details":"via_upstream","#,
            r#""bytes_received":5,"bytes_sent":95,"duration":12,"#,
            r#""upstream_service_time":"11","upstream_host":"10.1.2.3:8001","#,
            r#""upstream_cluster":"user-service","#,
            r#""downstream_remote_address":"127.0.0.6","route_name":"users","#,
            r#""service":"user-service","error_origin":"sidecar","#,
            r#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","retries":1,"ttfb":12,"#,
            r#""headers":{"referer":"https://[redacted]@h/cb?code=[redacted]&a=1","#,
            r#""x-team":null}}"#,
            "\n"
        )
    );
}

#[test]
fn what_is_not_known_is_null() {
    let exchange = Exchange {
        method: b"",
        target: b"",
        protocol: "",
        status: 408,
        failure: Some(Failure::RequestTimeout),
        ended_by: Some("timeouts.request_header"),
        origin: Some(Origin::Gateway),
        ..exchange()
    };
    let line = logged(&exchange, &Config::default());
    for (key, value) in &line {
        let known = match key.as_str() {
            "start_time" => json!("2023-11-14T22:13:20.123Z"),
            "response_code" => json!(408),
            "response_flags" => json!("DT"),
            "response_code_details" => json!("request_timeout{timeouts.request_header}"),
            "duration" => json!(12),
            "bytes_received" | "bytes_sent" | "retries" => json!(0),
            "error_origin" => json!("gateway"),
            _ => json!(null),
        };
        assert_eq!(*value, known, "{key}");
    }
    assert_eq!(line.len(), 24);
}

#[test]
fn an_answer_of_our_own_that_is_no_failure_is_direct() {
    let line = logged(&exchange(), &Config::default());
    assert_eq!(line["response_code_details"], "direct_response");
}

#[test]
fn a_service_time_that_is_no_number_is_null() {
    for value in [
        &b"1.5"[..],
        b"-1",
        b"",
        b"1 ",
        b"123456789012345678901",
        b"a",
    ] {
        let response = headers(&[("x-envoy-upstream-service-time", value)]);
        let exchange = Exchange {
            response_headers: Some((&response).into()),
            ..exchange()
        };
        let line = logged(&exchange, &Config::default());
        assert!(line["upstream_service_time"].is_null(), "{value:?}");
    }
}

#[test]
fn long_fields_are_cut() {
    let target = format!("/{}?token=secret", "x".repeat(9000));
    let agent = "é".repeat(600);
    let request = headers(&[("user-agent", agent.as_bytes())]);
    let exchange = Exchange {
        target: target.as_bytes(),
        request_headers: Some((&request).into()),
        ..exchange()
    };
    let line = logged(&exchange, &Config::default());
    let path = format!("/{}...[822 bytes cut]", "x".repeat(8191));
    assert_eq!(line["path"], json!(path));
    let agent = format!("{}...[176 bytes cut]", "é".repeat(512));
    assert_eq!(line["user_agent"], json!(agent));
}

#[test]
fn a_user_before_the_host_is_not_logged() {
    let exchange = Exchange {
        target: b"http://me:hidden@h/",
        authority: b"me:hidden@h",
        ..exchange()
    };
    let line = logged(&exchange, &Config::default());
    assert_eq!(line["path"], "http://[redacted]@h/");
    assert_eq!(line["authority"], "[redacted]@h");
}

#[test]
fn of_requests_that_went_well_a_share_is_logged() {
    let count = |millionths, exchange: &Exchange<'_>| {
        let rules = Rules::new(&Config {
            sample: Share::of_millionths(millionths).unwrap(),
            ..Config::default()
        });
        (0..10_000).filter(|_| rules.want(exchange)).count()
    };
    let good = exchange();
    assert_eq!(count(0, &good), 0);
    assert_eq!(count(1_000_000, &good), 10_000);
    // Eight times the deviation.
    assert!((2150..2850).contains(&count(250_000, &good)));
    let (mut bad, mut failed) = (good, good);
    bad.status = 400;
    failed.failure = Some(Failure::ResponseTimeout);
    assert_eq!(count(0, &bad), 10_000);
    assert_eq!(count(0, &failed), 10_000);
}
