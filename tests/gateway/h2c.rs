//! HTTP/2 with prior knowledge on either side, as gRPC needs it.

mod abuse;
mod answers;
mod client;
mod connections;
mod deadlines;
mod endings;
mod limits;
mod raw;
mod requests;
mod service_deadlines;

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::support::config::Config;
use crate::support::gateway::Gateway;
use crate::support::service::Service;

/// What a service saw: the head, the body, its trailers.
type Seen = (http::request::Parts, Vec<u8>);

/// A service of HTTP/2 that answers `re:` and the body, and then trailers.
fn service(runtime: &Runtime) -> (SocketAddr, mpsc::UnboundedReceiver<Seen>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sender = sender.clone();
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, respond))) = connection.accept().await {
                    tokio::spawn(answer(request, respond, sender.clone()));
                }
            });
        }
    });
    (address, receiver)
}

async fn answer(
    request: Request<h2::RecvStream>,
    mut respond: h2::server::SendResponse<Bytes>,
    seen: mpsc::UnboundedSender<Seen>,
) {
    let (head, body) = request.into_parts();
    let body = read(body).await.0;
    let mut answer = b"re:".to_vec();
    answer.extend_from_slice(&body);
    seen.send((head, body)).unwrap();
    let head = Response::builder().header("content-type", "application/grpc");
    let mut stream = respond
        .send_response(head.body(()).unwrap(), false)
        .unwrap();
    stream.send_data(answer.into(), false).unwrap();
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    stream.send_trailers(trailers).unwrap();
}

async fn read(mut body: h2::RecvStream) -> (Vec<u8>, Option<HeaderMap>) {
    let mut all = Vec::new();
    while let Some(data) = body.data().await {
        let data = data.unwrap();
        body.flow_control().release_capacity(data.len()).unwrap();
        all.extend_from_slice(&data);
    }
    (all, body.trailers().await.unwrap())
}

/// One call by HTTP/2: status, headers, body and trailers.
async fn call(
    gateway: &Gateway,
    body: &'static [u8],
) -> (Response<()>, Vec<u8>, Option<HeaderMap>) {
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post("http://shop.example/pkg.Service/Method?q=1")
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    let request = request.body(()).unwrap();
    let (response, mut stream) = client.send_request(request, false).unwrap();
    stream.send_data(Bytes::from_static(body), true).unwrap();
    let (head, body) = response.await.unwrap().into_parts();
    let (body, trailers) = read(body).await;
    (Response::from_parts(head, ()), body, trailers)
}

fn h2c(url: &str, protocol: &str) -> Config {
    let keys = format!("protocol: {protocol}");
    Config::new().server("h2c: true").service("svc", url, &keys)
}

#[test]
fn a_call_passes_with_its_trailers_and_the_name_of_the_service() {
    let runtime = Runtime::new().unwrap();
    let (address, mut seen) = service(&runtime);
    let gateway = h2c(&format!("http://{address}"), "h2c").start();
    for _ in 0..2 {
        let (head, body, trailers) = runtime.block_on(call(&gateway, b"hello"));
        assert_eq!(head.status(), 200);
        assert_eq!(body, b"re:hello");
        assert_eq!(trailers.unwrap()["grpc-status"], "0");
        let (head, body) = runtime.block_on(seen.recv()).unwrap();
        assert_eq!(body, b"hello");
        assert_eq!(
            head.uri.path_and_query().unwrap(),
            "/pkg.Service/Method?q=1"
        );
        assert_eq!(head.uri.authority().unwrap().as_str(), address.to_string());
        assert_eq!(head.headers["te"], "trailers");
        assert_eq!(head.headers["x-forwarded-host"], "shop.example");
        assert_eq!(head.headers["via"], "2.0 api-gateway");
    }
}

/// Pingora alone chunks what has no length, whoever asked.
#[test]
fn a_client_of_http_1_0_gets_no_chunks() {
    let runtime = Runtime::new().unwrap();
    let (address, _seen) = service(&runtime);
    let gateway = h2c(&format!("http://{address}"), "h2c").start();
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello");
    let head = client.head().unwrap();
    assert_eq!(head.status(), 200);
    assert!(!head.has("transfer-encoding") && !head.has("content-length"));
    assert_eq!(head.get("connection"), Some("close"));
    assert_eq!(client.rest().unwrap(), b"re:hello");
}

#[test]
fn one_port_speaks_both_versions() {
    let service = Service::hello();
    let gateway = h2c(&service.url(), "http1").start();
    let (head, ..) = Runtime::new().unwrap().block_on(call(&gateway, b"x"));
    assert_eq!(head.status(), 200);
    let head = service.head();
    assert_eq!(head.get("host"), Some(service.address.to_string().as_str()));
    assert_eq!(gateway.get("/").status(), 200);
    // Shorter than the preface that tells the versions apart.
    assert_eq!(gateway.ask("GET / HTTP/1.0\r\n\r\n").status(), 200);
    let mut client = gateway.connect();
    for byte in b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" {
        client.send([*byte]);
    }
    assert_eq!(client.response().status(), 200);
}

#[test]
fn a_client_of_http_1_reaches_a_service_of_http_2() {
    let runtime = Runtime::new().unwrap();
    let (address, mut seen) = service(&runtime);
    let gateway = h2c(&format!("http://{address}"), "h2c").start();
    let request = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi";
    let response = gateway.ask(request);
    assert_eq!(response.status(), 200);
    assert_eq!(response.body, b"re:hi");
    let (head, _) = runtime.block_on(seen.recv()).unwrap();
    assert_eq!(head.uri.authority().unwrap().as_str(), address.to_string());
}

#[test]
fn a_failed_call_is_told_in_grpc_s_own_words() {
    let gateway = h2c("http://127.0.0.1:1", "h2c").start();
    let (head, body, _) = Runtime::new().unwrap().block_on(call(&gateway, b"x"));
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["content-type"], "application/grpc");
    assert_eq!(head.headers()["grpc-status"], "14");
    assert!(body.is_empty());
}
