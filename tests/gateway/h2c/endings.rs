//! Streams that a service or a client ends before their time.

use std::net::SocketAddr;
use std::time::Duration;

use h2::Reason;
use http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use super::client::{grpc, send, try_send};
use crate::support::Broken;
use crate::support::config::Config;
use crate::support::service::{Conn, Service};

/// How a service of HTTP/2 ends a request.
#[derive(Debug, Clone, Copy)]
enum Death {
    Reset(Reason),
    ResetInBody,
    GoAway,
    Close,
    ResetAfterHeader,
    /// gRPC's way to fail without an answer.
    TrailersOnly,
}

async fn die(stream: TcpStream, death: Death) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        match death {
            Death::Reset(reason) => respond.send_reset(reason),
            Death::ResetInBody => {
                tokio::spawn(async move {
                    // Nobody reads the body, so the sender waits for room.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    respond.send_reset(Reason::INTERNAL_ERROR);
                });
            }
            Death::GoAway => connection.abrupt_shutdown(Reason::INTERNAL_ERROR),
            Death::Close => return,
            Death::TrailersOnly => {
                let head = Response::builder().header("grpc-status", "5");
                respond.send_response(head.body(()).unwrap(), true).unwrap();
            }
            Death::ResetAfterHeader => {
                let mut stream = respond.send_response(Response::new(()), false).unwrap();
                stream.send_data("part".into(), false).unwrap();
                tokio::spawn(async move {
                    // A reset overtakes what is still to be sent.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    stream.send_reset(Reason::INTERNAL_ERROR);
                });
            }
        }
    }
}

fn service(runtime: &Runtime, death: Death) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(die(stream, death));
        }
    });
    address
}

fn to(address: SocketAddr) -> Config {
    Config::new()
        .server("h2c: true")
        .top("errors: { proxy_status: always }")
        .service("svc", &format!("http://{address}"), "protocol: h2c")
}

#[test]
fn a_service_that_resets_before_its_header_has_terminated() {
    let runtime = Runtime::new().unwrap();
    for death in [
        Death::Reset(Reason::INTERNAL_ERROR),
        Death::Reset(Reason::REFUSED_STREAM),
        Death::Reset(Reason::CANCEL),
        Death::GoAway,
        Death::Close,
    ] {
        let gateway = to(service(&runtime, death)).start();
        let answer = send(&gateway, Request::get("http://h/x"));
        assert_eq!(answer.status(), 502, "{death:?}");
        assert_eq!(
            answer.get("proxy-status"),
            Some("api-gateway; error=connection_terminated"),
            "{death:?}"
        );
        gateway.logged(&["502 UC GET /x"]);
        let answer = try_send(&gateway, grpc("/x"), None).unwrap();
        assert_eq!(answer.get("grpc-status"), Some("14"), "{death:?}");
        assert!(answer.header_only, "{death:?}");
    }
}

#[test]
fn a_service_that_resets_during_the_body_has_terminated() {
    static BODY: [u8; 1 << 20] = [0; 1 << 20];
    let runtime = Runtime::new().unwrap();
    let gateway = to(service(&runtime, Death::ResetInBody)).start();
    let answer = try_send(&gateway, Request::post("http://h/x"), Some(&BODY)).unwrap();
    assert_eq!(answer.status(), 502);
    gateway.logged(&["502 UC POST /x"]);
    let request = format!(
        "POST /y HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    );
    assert_eq!(
        gateway.ask([request.as_bytes(), &BODY].concat()).status(),
        502
    );
    gateway.logged(&["502 UC POST /y"]);
}

#[test]
fn a_service_s_own_status_of_a_call_passes_as_it_came() {
    let runtime = Runtime::new().unwrap();
    let gateway = to(service(&runtime, Death::TrailersOnly)).start();
    let answer = try_send(&gateway, grpc("/x"), Some(b"message")).unwrap();
    assert_eq!(answer.get("grpc-status"), Some("5"));
    assert!(answer.header_only, "{:?}", answer.end);
}

#[test]
fn an_answer_that_a_service_of_http_2_breaks_off_is_no_cancellation() {
    let runtime = Runtime::new().unwrap();
    let gateway = to(service(&runtime, Death::ResetAfterHeader)).start();
    let answer = send(&gateway, Request::get("http://h/x"));
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.body, b"part");
    assert_eq!(answer.reset(), Some(Reason::INTERNAL_ERROR));
}

#[test]
fn an_answer_of_http_2_that_breaks_off_is_reset_for_a_client_of_http_1_0() {
    let runtime = Runtime::new().unwrap();
    let gateway = to(service(&runtime, Death::ResetAfterHeader)).start();
    let mut client = gateway.connect();
    client.send("GET /x HTTP/1.0\r\n\r\n");
    assert_eq!(client.head().unwrap().status(), 200);
    assert_eq!(client.rest(), Err(Broken::Reset));
}

#[test]
fn an_answer_that_a_service_of_http_1_breaks_off_is_no_cancellation() {
    let service = Service::start(|mut conn: Conn| {
        if conn.request_head().is_some() {
            conn.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart");
        }
    });
    let gateway = Config::to(&service).server("h2c: true").start();
    let answer = send(&gateway, Request::get("http://h/x"));
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.body, b"part");
    assert_eq!(answer.reset(), Some(Reason::INTERNAL_ERROR));
}

#[test]
fn a_client_that_resets_its_stream_is_gone() {
    let service = Service::start(|mut conn: Conn| while conn.request_head().is_some() {});
    let gateway = Config::to(&service).server("h2c: true").start();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let stream = TcpStream::connect(gateway.address).await.unwrap();
        let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let request = Request::get("http://h/x").body(()).unwrap();
        let (response, mut stream) = client.send_request(request, true).unwrap();
        tokio::task::spawn_blocking(move || service.received(1))
            .await
            .unwrap();
        stream.send_reset(Reason::CANCEL);
        response.await.unwrap_err();
        gateway.logged(&["499 DC GET /x"]);
    });
}
