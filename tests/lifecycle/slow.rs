//! A client that takes its time with what it was sent when the gateway stops.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::runtime::Runtime;

use super::alone;
use super::instance::Instance;
use super::plan::Plan;
use crate::support::{Service, ok, outlast};

/// More than the client's socket takes, and less than HTTP/2 lets pass.
const SIZE: usize = 300_000;

/// Longer than a quiet connection is kept.
const PAUSE: Duration = Duration::from_millis(1500);

/// RFC 9113, section 6.7.
const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0--------";

#[test]
fn a_client_of_http_2_gets_all_that_it_was_sent() {
    let _alone = alone();
    let service = Service::answering(|_, _| ok(&"x".repeat(SIZE)));
    let plan = Plan::draining(
        &service.url(),
        Duration::from_millis(200),
        Duration::from_secs(20),
    );
    let mut gateway = Instance::start(&plan);
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&gateway.address.into()).unwrap();
    let mut raw = TcpStream::from(socket.try_clone().unwrap());
    socket.set_nonblocking(true).unwrap();
    Runtime::new().unwrap().block_on(async {
        let stream = tokio::net::TcpStream::from_std(socket.into()).unwrap();
        let mut builder = h2::client::Builder::new();
        let builder = builder.initial_window_size(1 << 20);
        let builder = builder.initial_connection_window_size(1 << 20);
        let (mut client, mut connection) =
            builder.handshake::<_, bytes::Bytes>(stream).await.unwrap();
        let request = http::Request::get("http://a.example/x").body(()).unwrap();
        let (response, _) = client.send_request(request, true).unwrap();
        let response = tokio::select! {
            response = response => response.unwrap(),
            ended = &mut connection => panic!("{ended:?}"),
        };
        // From here on nobody reads.
        gateway.signal("TERM");
        outlast(PAUSE);
        // What it says to a socket that is closed destroys what it hasn't got yet.
        raw.write_all(PING).unwrap();
        outlast(PAUSE);
        let reading = tokio::spawn(connection);
        let mut body = response.into_body();
        let mut length = 0;
        while let Some(part) = body.data().await {
            let part = part.unwrap();
            length += part.len();
            body.flow_control().release_capacity(part.len()).unwrap();
        }
        assert_eq!(length, SIZE);
        drop(client);
        let _ = reading.await;
    });
    assert_eq!(gateway.wait().code(), Some(0));
}
