//! What a dump, or Envoy, leaves open.

use serde_json::{Value, json};

use super::*;

/// With a mode in the DestinationRule Istio doesn't say of the endpoints what they take.
#[test]
fn plaintext_by_a_rule_is_not_called_routed() {
    let of = |host: &str, config: Value| {
        let mut parts = Parts::new();
        parts.cluster["metadata"] = json!({ "filter_metadata": { "istio": {
            "config": config, "services": [{ "host": host, "name": "a", "namespace": "ns" }],
        } } });
        parts
    };
    let rule = "/apis/networking.istio.io/v1/namespaces/ns/destination-rule/plain";
    let inside = "a.ns.svc.cluster.local";
    let trace = of(inside, json!(rule)).follow();
    assert_eq!(trace.verdict, Verdict::Unknown);
    assert!(
        trace.why.contains("the DestinationRule plain"),
        "{}",
        trace.why
    );
    let mut mutual = of(inside, json!(rule));
    mutual.cluster["transport_socket"] = json!({ "name": "tls", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
    } });
    for well in [
        mutual,
        of("api.example.com", json!(rule)),
        of(inside, json!("/apis/x/virtual-service/plain")),
        of(inside, json!(7)),
    ] {
        assert_eq!(well.follow().verdict, Verdict::Routed);
    }
    let mut starved = of(inside, json!(rule));
    starved.endpoints = json!([]);
    assert_eq!(starved.follow().status, Some(503));
}

#[test]
fn what_does_not_pass_the_sidecar_is_unknown() {
    let mut parts = Parts::new();
    let dump = parts.dump();
    let ask = |dump: &Dump, address: &str| ask(dump, address, &http::HeaderMap::new());
    for address in ["127.0.0.1", "::1"] {
        let trace = ask(&dump, address);
        assert_eq!(trace.verdict, Verdict::Unknown);
        assert!(
            trace.why.contains("doesn't pass the sidecar"),
            "{}",
            trace.why
        );
    }
    parts.listener["address"]["socket_address"] =
        json!({ "address": "::", "port_value": 80, "ipv4_compat": true });
    let dump = parts.dump();
    assert_eq!(ask(&dump, "fd00::1").verdict, Verdict::Routed);
    let trace = ask(&dump, "10.0.0.1");
    assert!(
        trace.why.contains("takes IPv4 along with IPv6"),
        "{}",
        trace.why
    );
}

/// From some version on Envoy drops a referer that is a URL with more than a page's address.
#[test]
fn a_referer_that_may_be_taken_away_is_unknown() {
    let mut parts = Parts::new();
    parts.route()["match"]["headers"] = json!([{ "name": "referer" }]);
    let dump = parts.dump();
    for (referer, verdict) in [
        ("http://a/x?y", Verdict::Routed),
        ("/x", Verdict::Routed),
        ("http://a/x#y", Verdict::Unknown),
        ("http://u@a/x", Verdict::Unknown),
    ] {
        let mut headers = http::HeaderMap::new();
        headers.insert("referer", referer.parse().unwrap());
        let trace = ask(&dump, "10.96.0.1", &headers);
        assert_eq!(trace.verdict, verdict, "{referer}");
    }
}
