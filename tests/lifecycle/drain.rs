//! What clients and the platform are told in the window between SIGTERM and the end.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use super::alone;
use super::frames::Watched;
use super::instance::Instance;
use super::plan::Plan;
use crate::support::gateway::get;
use crate::support::{PATIENCE, Service, until};

/// Nothing here waits for its end.
const WINDOW: Duration = Duration::from_secs(30);

fn start(service: &Service) -> Instance {
    let gateway = Instance::start(&Plan::draining(&service.url(), WINDOW, WINDOW));
    until("it is ready", || gateway.is_ready());
    gateway
}

fn stop(gateway: &Instance) {
    gateway.signal("TERM");
    until("it is not ready", || !gateway.is_ready());
}

#[test]
fn the_platform_is_told_by_readyz_while_livez_stays() {
    let _alone = alone();
    let service = Service::hello();
    let gateway = start(&service);
    let ready = gateway.admin_says("/readyz").unwrap();
    assert_eq!(ready.json()["ready"], true);
    assert_eq!(ready.json()["pending"].as_array().unwrap().len(), 0);
    assert_eq!(gateway.admin_says("/livez").unwrap().status(), 200);
    stop(&gateway);
    let ready = gateway.admin_says("/readyz").unwrap();
    assert_eq!(ready.status(), 503);
    assert_eq!(ready.json()["ready"], false);
    assert!(!ready.json()["pending"].as_array().unwrap().is_empty());
    assert_eq!(gateway.admin_says("/livez").unwrap().status(), 200);
}

#[test]
fn a_kept_connection_is_told_with_its_next_answer() {
    let _alone = alone();
    let service = Service::hello();
    let gateway = start(&service);
    let mut client = gateway.connect();
    client.send(get("/x"));
    assert_ne!(client.response().head.get("connection"), Some("close"));
    stop(&gateway);
    client.send(get("/x"));
    let answer = client.response();
    assert_eq!((answer.status(), answer.text()), (200, "hello"));
    assert_eq!(answer.head.get("connection"), Some("close"));
    client.assert_closed();
}

#[test]
fn a_new_connection_is_served_and_told_at_once() {
    let _alone = alone();
    let service = Service::hello();
    let gateway = start(&service);
    stop(&gateway);
    let answer = gateway.get("/x");
    assert_eq!((answer.status(), answer.text()), (200, "hello"));
    assert_eq!(answer.head.get("connection"), Some("close"));
}

#[test]
fn a_client_of_http_2_is_told_by_goaway() {
    let _alone = alone();
    let service = Service::hello();
    let gateway = start(&service);
    Runtime::new().unwrap().block_on(async {
        let stream = TcpStream::connect(gateway.address).await.unwrap();
        let (watched, last) = Watched::new(stream);
        let (mut send, driver) = h2::client::handshake(watched).await.unwrap();
        let driver = tokio::spawn(driver);
        let request = http::Request::get("http://client.example/x").body(());
        let (answer, _) = send.send_request(request.unwrap(), true).unwrap();
        assert_eq!(answer.await.unwrap().status(), 200);
        assert!(!last.is_known());
        stop(&gateway);
        let ended = tokio::time::timeout(PATIENCE, driver).await;
        ended.expect("the connection ends").unwrap().unwrap();
        assert!(last.is_known());
    });
}
