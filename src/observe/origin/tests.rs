use http::{HeaderMap, HeaderName, HeaderValue};

use super::{BODY, Evidence, Origin, looks_like_host_mismatch, text};
use Origin::{Application, Sidecar, Unknown};

const RESET: &str = "upstream connect error or disconnect/reset before headers. reset reason: connection termination";

/// `NAME: VALUE` a line.
fn headers(fields: &str) -> HeaderMap {
    let fields = fields.lines().map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    fields.collect()
}

fn judged(status: u16, fields: &str, body: &str, cut: bool) -> (Origin, bool) {
    let headers = headers(fields);
    let evidence = Evidence {
        status,
        headers: (&headers).into(),
        body: body.as_bytes(),
        cut,
    };
    let origin = Origin::of(&evidence);
    (origin, looks_like_host_mismatch(&evidence))
}

fn origin(status: u16, fields: &str, body: &str) -> Origin {
    judged(status, fields, body, false).0
}

const ENVOY: &str = "server: envoy\ncontent-type: text/plain";
const TIMED: &str = "server: envoy\ncontent-type: text/plain\nx-envoy-upstream-service-time: 3";

#[test]
fn one_answer_with_and_without_each_sign() {
    assert_eq!(judged(503, ENVOY, RESET, false), (Sidecar, true));
    assert_eq!(judged(503, TIMED, RESET, false), (Sidecar, false));
    assert_eq!(
        judged(503, "content-type: text/plain", RESET, false),
        (Sidecar, true)
    );
    assert_eq!(judged(503, "", RESET, false), (Unknown, false));
    assert_eq!(origin(503, "", ""), Application);
    assert_eq!(origin(503, "server: envoy", ""), Sidecar);
    assert_eq!(origin(503, TIMED, ""), Application);
}

#[test]
fn another_server_with_a_text_of_envoy_is_a_contradiction() {
    let other = "server: nginx\ncontent-type: text/plain";
    assert_eq!(judged(503, other, RESET, false), (Unknown, false));
    assert_eq!(origin(503, other, "sorry"), Application);
}

#[test]
fn servers_that_disagree_are_a_contradiction() {
    let both = "server: envoy\nserver: nginx\ncontent-type: text/plain";
    assert_eq!(judged(503, both, RESET, false), (Unknown, false));
    let hops = "server: envoy\nserver: istio-envoy\ncontent-type: text/plain";
    assert_eq!(origin(503, hops, RESET), Sidecar);
}

#[test]
fn a_text_of_envoy_with_a_status_that_it_has_not_is_a_contradiction() {
    assert_eq!(origin(200, ENVOY, "no healthy upstream"), Unknown);
    assert_eq!(origin(500, TIMED, "RBAC: access denied"), Unknown);
}

#[test]
fn a_text_of_envoy_in_another_form_is_a_contradiction() {
    let html = "server: envoy\ncontent-type: text/html\nx-envoy-upstream-service-time: 3";
    assert_eq!(origin(503, html, "no healthy upstream"), Unknown);
    assert_eq!(origin(503, html, "<p>no healthy upstream"), Application);
    // Go's http.Error ends it with a line feed.
    assert_eq!(origin(503, TIMED, "no healthy upstream\n"), Application);
}

#[test]
fn a_text_that_others_use_too_only_counts_without_a_time() {
    assert_eq!(origin(400, ENVOY, "Bad Request"), Sidecar);
    assert_eq!(origin(400, TIMED, "Bad Request"), Unknown);
    assert_eq!(
        origin(400, "content-type: text/plain", "Bad Request"),
        Application
    );
    assert_eq!(origin(404, ENVOY, "Bad Request"), Unknown);
}

#[test]
fn a_limit_of_the_services_sidecar_has_a_header() {
    let limited = "x-envoy-ratelimited: true\nx-envoy-upstream-service-time: 0\nserver: envoy";
    assert_eq!(origin(429, limited, ""), Sidecar);
    assert_eq!(origin(429, limited, "slow down"), Application);
    let other = "x-envoy-ratelimited: true\nserver: nginx";
    assert_eq!(origin(429, other, ""), Application);
}

#[test]
fn an_empty_answer_counts_by_its_status() {
    assert_eq!(judged(502, "server: envoy", "", false), (Sidecar, true));
    assert_eq!(judged(404, "server: envoy", "", false), (Sidecar, false));
    assert_eq!(judged(422, "server: envoy", "", false), (Unknown, false));
}

#[test]
fn an_answer_whose_body_was_not_seen_is_not_empty() {
    let head = "server: envoy\ncontent-type: text/plain\ncontent-length: 95";
    assert_eq!(judged(502, head, "", false), (Unknown, false));
    assert_eq!(
        origin(
            503,
            &format!("{head}\nx-envoy-upstream-service-time: 1"),
            ""
        ),
        Unknown
    );
    assert_eq!(
        origin(502, "server: envoy\ntransfer-encoding: chunked", ""),
        Unknown
    );
}

#[test]
fn a_body_that_was_cut_is_known_by_what_came() {
    let cut = |status, fields, body| judged(status, fields, body, true).0;
    assert_eq!(cut(503, TIMED, "no heal"), Unknown);
    assert_eq!(cut(503, TIMED, "no idea"), Application);
    assert_eq!(cut(503, TIMED, RESET), Sidecar);
    assert_eq!(cut(503, ENVOY, ""), Unknown);
    assert_eq!(cut(503, "", "sor"), Application);
}

#[test]
fn a_success_that_was_cut_is_nobodys_behind_a_sidecar() {
    assert_eq!(judged(200, TIMED, "he", true), (Unknown, false));
    assert_eq!(judged(200, "server: envoy", "he", true), (Unknown, false));
    assert_eq!(
        judged(200, "server: app/1", "he", true),
        (Application, false)
    );
    assert_eq!(judged(200, "", "", true), (Application, false));
}

#[test]
fn only_a_first_try_in_plaintext_looks_like_a_host_mismatch() {
    let reason = |reason: &str| {
        let begin = "upstream connect error or disconnect/reset before headers. ";
        judged(503, ENVOY, &format!("{begin}{reason}"), false)
    };
    for older in [
        "reset reason: connection failure",
        "reset reason: remote connection failure, transport failure reason: delayed connect error: 104",
    ] {
        assert_eq!(reason(older), (Sidecar, true), "{older}");
    }
    for other in [
        "retried and the latest reset reason: connection termination",
        "reset reason: remote connection failure, transport failure reason: TLS_error:|268435703",
        "reset reason: connection timeout",
        "reset reason: overflow",
        "reset reason: protocol error",
    ] {
        assert_eq!(reason(other), (Sidecar, false), "{other}");
    }
}

#[test]
fn the_message_of_grpc_stands_for_the_body() {
    let grpc = |message| {
        let fields = format!("server: envoy\ngrpc-status: 14\ngrpc-message: {message}");
        judged(200, &fields, "", false)
    };
    assert_eq!(grpc(RESET), (Sidecar, true));
    assert_eq!(grpc("Bad Request"), (Unknown, false));
    let app = "server: envoy\ngrpc-status: 5\nx-envoy-upstream-service-time: 1";
    assert_eq!(origin(200, app, ""), Application);
}

#[test]
fn the_kept_bytes_are_enough() {
    let longest = "upstream connect error or disconnect/reset before headers. retried and the \
                   latest reset reason: remote connection failure, transport failure reason: \
                   delayed connect error: Connection refused";
    assert!(longest.len() < BODY);
    // What is longer than the kept bytes isn't one of the texts that end.
    let long = format!("no healthy upstream{}", " ".repeat(BODY));
    assert_eq!(origin(503, TIMED, &long[..BODY]), Application);
}

#[test]
fn the_page_names_every_text_and_status() {
    let page = include_str!("../../../docs/origin.md");
    for known in &text::ALL {
        let dots = if known.open { "..." } else { "" };
        let named = format!("`{}{dots}`", known.text);
        assert!(page.contains(&named), "{named}");
    }
    let statuses: Vec<String> = (100..600)
        .filter(|status| text::is_sent_empty(*status))
        .map(|status| status.to_string())
        .collect();
    assert!(page.contains(&format!("({})", statuses.join(", "))));
    assert!(page.contains(&format!("first {BODY} bytes")));
}
