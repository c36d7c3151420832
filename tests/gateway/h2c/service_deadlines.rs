//! Services of HTTP/2 that are slow.

use std::net::SocketAddr;
use std::time::Duration;

use http::Response;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::gateway::{Gateway, get};
use crate::support::{Config, Stopwatch};

const LIMIT: Duration = Duration::from_millis(400);

/// Its answers never end; those to `/silent` never begin.
fn service(runtime: &Runtime) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                let mut open = Vec::new();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    let mut body = None;
                    if request.uri().path() != "/silent" {
                        let mut stream = respond.send_response(Response::new(()), false).unwrap();
                        stream.send_data("abc".into(), false).unwrap();
                        body = Some(stream);
                    }
                    open.push((request, respond, body));
                }
            });
        }
    });
    address
}

fn to(address: SocketAddr, timeouts: &str) -> Gateway {
    let keys = format!("protocol: h2c, timeouts: {{ {timeouts} }}");
    Config::new()
        .service("svc", &format!("http://{address}"), &keys)
        .start()
}

#[test]
fn a_request_with_and_without_a_body_has_its_504_at_the_limit() {
    let runtime = Runtime::new().unwrap();
    let gateway = to(service(&runtime), "response_header: 400ms");
    for request in [
        get("/silent"),
        "POST /silent HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi".to_owned(),
    ] {
        let watch = Stopwatch::start();
        assert_eq!(gateway.ask(request).status(), 504);
        watch.assert_about(LIMIT);
    }
    gateway.logged(&["504 UT", "timeouts.response_header passed"]);
}

#[test]
fn a_body_that_stops_is_cut_where_body_idle_is_set() {
    let runtime = Runtime::new().unwrap();
    let gateway = to(service(&runtime), "body_idle: 400ms");
    let mut client = gateway.connect();
    let watch = Stopwatch::start();
    client.send(get("/stops"));
    assert_eq!(client.head().unwrap().status(), 200);
    assert_eq!(client.next_chunk().unwrap(), b"abc");
    assert!(client.next_chunk().is_err());
    watch.assert_about(LIMIT);
    gateway.logged(&["504 UT", "timeouts.body_idle passed"]);
}

#[test]
fn the_whole_exchange_is_cut_where_request_is_set() {
    let runtime = Runtime::new().unwrap();
    let gateway = to(service(&runtime), "request: 400ms, response_header: 9s");
    let watch = Stopwatch::start();
    assert_eq!(gateway.get("/silent").status(), 504);
    watch.assert_about(LIMIT);
    gateway.logged(&["504 UT", "timeouts.request passed"]);
}
