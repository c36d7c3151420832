//! HTTP filters and the connection manager.

use super::*;

#[test]
fn a_fault_is_seen_wherever_it_is_asked_for() {
    type Change = fn(&mut Parts);
    let answered = (Verdict::DirectResponse, Some(418));
    let routed = (Verdict::Routed, None);
    let cases: [(Change, (Verdict, Option<u16>)); 14] = [
        (
            |p| p.manager["http_filters"][0]["typed_config"] = abort(100, 418)[FAULT].take(),
            answered,
        ),
        (
            |p| p.routes["typed_per_filter_config"] = abort(100, 418),
            answered,
        ),
        (
            |p| p.routes["virtual_hosts"][0]["typed_per_filter_config"] = abort(100, 418),
            answered,
        ),
        (
            |p| p.route()["typed_per_filter_config"] = abort(100, 418),
            answered,
        ),
        // Each of them hides those around it.
        (
            |p| {
                p.routes["typed_per_filter_config"] = abort(100, 418);
                p.route()["typed_per_filter_config"] = abort(0, 418);
            },
            routed,
        ),
        // Off.
        (
            |p| {
                p.routes["typed_per_filter_config"] = abort(100, 418);
                p.manager["http_filters"][0]["disabled"] = json!(true);
            },
            answered,
        ),
        (
            |p| {
                p.manager["http_filters"][0]["typed_config"] = abort(100, 418)[FAULT].take();
                p.manager["http_filters"][0]["disabled"] = json!(true);
            },
            routed,
        ),
        (
            |p| {
                p.manager["http_filters"][0]["typed_config"] = abort(100, 418)[FAULT].take();
                p.route()["typed_per_filter_config"] = json!({ FAULT: {
                    "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig",
                    "disabled": true } });
            },
            routed,
        ),
        // Within something.
        (
            |p| {
                p.route()["typed_per_filter_config"] = json!({ FAULT: {
                    "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig",
                    "config": abort(100, 418)[FAULT] } });
            },
            answered,
        ),
        // A share alone, and all of them.
        (
            |p| {
                p.route()["route"] = json!({ "weighted_clusters": { "clusters": [
                    { "name": "c", "weight": 1, "typed_per_filter_config": abort(100, 418) },
                    { "name": "c", "weight": 1 },
                ] } });
            },
            (Verdict::Unknown, None),
        ),
        (
            |p| {
                p.route()["route"] = json!({ "weighted_clusters": { "clusters": [
                    { "name": "c", "weight": 1, "typed_per_filter_config": abort(100, 418) },
                    { "name": "d", "weight": 1, "typed_per_filter_config": abort(100, 418) },
                ] } });
            },
            answered,
        ),
        // Before a route that isn't there, and before one that answers.
        (
            |p| {
                p.manager["http_filters"][0]["typed_config"] = abort(100, 418)[FAULT].take();
                p.route()["match"]["prefix"] = json!("/other");
            },
            answered,
        ),
        (
            |p| {
                p.route()["typed_per_filter_config"] = abort(100, 418);
                p.route().as_object_mut().unwrap().remove("route");
                p.route()["direct_response"] = json!({ "status": 200 });
            },
            answered,
        ),
        // A filter that isn't there does nothing.
        (
            |p| {
                p.route()["typed_per_filter_config"] = abort(100, 418);
                p.manager["http_filters"].as_array_mut().unwrap().remove(0);
            },
            routed,
        ),
    ];
    for (index, (change, expected)) in cases.into_iter().enumerate() {
        let mut parts = Parts::new();
        change(&mut parts);
        let trace = parts.follow();
        assert_eq!(
            (trace.verdict, trace.status),
            expected,
            "{index}: {}",
            trace.why
        );
    }
}

#[test]
fn a_delay_is_told_and_changes_nothing_else() {
    let mut parts = Parts::new();
    parts.routes["typed_per_filter_config"] = json!({ FAULT: {
        "@type": format!("{HTTP}.fault.v3.HTTPFault"),
        "delay": { "fixed_delay": "5s", "percentage": { "numerator": 50 } },
    } });
    let trace = parts.follow();
    assert_eq!(trace.verdict, Verdict::Routed, "{}", trace.why);
    let told = trace.steps.last().unwrap();
    assert_eq!(
        told.why,
        "fault injection keeps 50% of the requests for 5s first"
    );
}

/// What becomes of a request with a header, in this version of HTTP.
fn with_header(parts: &Parts, name: &'static str, http2: bool) -> Trace {
    with_values(&parts.dump(), name, &["1"], http2)
}

fn with_values(dump: &Dump, name: &'static str, values: &[&'static str], http2: bool) -> Trace {
    let mut headers = http::HeaderMap::new();
    for value in values {
        headers.append(name, http::HeaderValue::from_static(value));
    }
    follow(
        dump,
        &Query {
            address: Some([10, 96, 0, 1].into()),
            port: 80,
            method: &http::Method::GET,
            authority: b"a",
            target: b"/x",
            headers: &headers,
            http2,
            normalize: |path, _| Some(path.to_vec()),
        },
    )
}

#[test]
fn underscores_in_names_are_let_in_refused_or_dropped() {
    let mut parts = Parts::new();
    parts.route()["match"]["headers"] = json!([{ "name": "x_a" }]);
    let verdict = |parts: &Parts, http2| {
        let trace = with_header(parts, "x_a", http2);
        (trace.verdict, trace.status)
    };
    assert_eq!(verdict(&parts, false), (Verdict::Routed, None));
    let set = |parts: &mut Parts, action: &str| {
        let options = json!({ "headers_with_underscores_action": action });
        parts.manager["common_http_protocol_options"] = options;
    };
    set(&mut parts, "DROP_HEADER");
    assert_eq!(verdict(&parts, false), (Verdict::NoRoute, Some(404)));
    set(&mut parts, "REJECT_REQUEST");
    assert_eq!(verdict(&parts, false), (Verdict::DirectResponse, Some(400)));
    assert_eq!(verdict(&parts, true), (Verdict::DirectResponse, None));
    assert_eq!(parts.follow().status, Some(404));
}

#[test]
fn headers_for_requests_from_inside_are_not_guessed() {
    let mut parts = Parts::new();
    parts.routes["internal_only_headers"] = json!(["X-Inside"]);
    parts.route()["match"]["headers"] = json!([{ "name": "x-inside" }]);
    // Without it there is nothing to take away.
    assert_eq!(parts.follow().status, Some(404));
    let trace = with_header(&parts, "x-inside", false);
    assert_eq!(trace.verdict, Verdict::Unknown);
    assert!(trace.why.contains("header x-inside"), "{}", trace.why);
}

#[test]
fn a_status_that_the_manager_may_change_is_not_said() {
    let mut parts = Parts::new();
    parts.route()["match"]["prefix"] = json!("/other");
    parts.manager["local_reply_config"] = json!({ "mappers": [{}] });
    let trace = parts.follow();
    assert_eq!((trace.verdict, trace.status), (Verdict::NoRoute, None));
    assert!(trace.why.contains("makes of it"), "{}", trace.why);
}

#[test]
fn a_repeated_header_is_joined_or_not_or_unknown() {
    let routed = |name: &'static str, envoy| {
        let mut parts = Parts::new();
        parts.route()["match"]["headers"] =
            json!([{ "name": name, "string_match": { "exact": "b" } }]);
        let mut dump = parts.dump();
        dump.envoy = envoy;
        with_values(&dump, name, &["a", "b"], false).verdict
    };
    let (older, newer) = (Some((1, 28)), Some((1, 40)));
    assert_eq!(routed("x-a", newer), Verdict::Routed);
    assert_eq!(routed("x-a", older), Verdict::NoRoute);
    assert_eq!(routed("x-a", None), Verdict::Unknown);
    for version in [older, newer, None] {
        assert_eq!(routed("via", version), Verdict::NoRoute);
    }
    assert_eq!(routed("accept", newer), Verdict::Unknown);
    assert_eq!(routed("accept", older), Verdict::NoRoute);
}
