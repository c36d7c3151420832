//! What HTTP/2 spells in its own way.

use http::Request;

use super::client::{send, try_send};
use super::raw;
use crate::support::config::Config;
use crate::support::service::Service;

/// The index of `:status: 200` and `:status: 400` (RFC 7541, appendix A).
const OK: u8 = 0x88;
const BAD_REQUEST: u8 = 0x8c;

fn to(service: &Service) -> Config {
    Config::to(service).server("h2c: true")
}

#[test]
fn an_authority_that_is_no_host_is_refused() {
    let service = Service::hello();
    let gateway = to(&service)
        .redirect(
            "old",
            "match: { path: { exact: /old } }, redirect: { path: /new }",
        )
        .route("all", "svc", "")
        .start();
    for path in ["/x", "/old"] {
        let answer = send(&gateway, Request::get(format!("http://x,y{path}")));
        assert_eq!(answer.status(), 400, "{path}");
        assert_eq!(answer.get("location"), None);
    }
    assert!(service.heads().is_empty());
    assert_eq!(
        send(&gateway, Request::get("http://[::1]:80/x")).status(),
        200
    );
}

#[test]
fn a_cookie_in_crumbs_is_one_again() {
    let service = Service::hello();
    let wanted = "match: { headers: [{ name: Cookie, exact: \"a=1; b=2; c=3\" }] }";
    let gateway = to(&service).route("r", "svc", wanted).start();
    let crumbs = Request::get("http://h/x")
        .header("cookie", "a=1")
        .header("cookie", "b=2; c=3");
    assert_eq!(send(&gateway, crumbs).status(), 200);
    assert_eq!(service.head().all("cookie"), ["a=1; b=2; c=3"]);
}

#[test]
fn a_fragment_is_cut_before_the_gateway_sees_it() {
    let service = Service::hello();
    let gateway = to(&service).start();
    let fields = [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "h"),
        (":path", "/a#b/../c"),
    ];
    assert_eq!(raw::ask(&gateway, &fields)[0], OK);
    assert_eq!(service.head().second(), "/a");
}

#[test]
fn a_request_for_no_host_is_refused() {
    let service = Service::hello();
    let gateway = to(&service).start();
    let fields = [(":method", "GET"), (":scheme", "http"), (":path", "/a")];
    assert_eq!(raw::ask(&gateway, &fields)[0], BAD_REQUEST);
    assert!(service.heads().is_empty());
}

#[test]
fn a_tunnel_is_refused() {
    let service = Service::hello();
    let gateway = to(&service).start();
    let request = Request::builder().method("CONNECT").uri("h:443");
    let answer = try_send(&gateway, request, None).unwrap();
    assert_eq!(answer.status(), 405);
    assert!(service.heads().is_empty());
}
