//! A client of HTTP/2 that tells how each answer ended.

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use http::{HeaderMap, Request, Response};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::support::gateway::Gateway;

pub struct Answer {
    pub head: Response<()>,
    /// The header frame was the last one: what it says are gRPC's trailers.
    pub header_only: bool,
    pub body: Vec<u8>,
    pub end: Result<Option<HeaderMap>, h2::Error>,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.head.status().as_u16()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.head.headers().get(name)?;
        Some(value.to_str().unwrap())
    }

    /// Why the stream was reset.
    pub fn reset(&self) -> Option<h2::Reason> {
        self.end.as_ref().err()?.reason()
    }
}

/// A connection on which the test opens its streams.
pub async fn connect(gateway: &Gateway) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A stream whose request ends with its header.
pub fn get(client: &mut SendRequest<Bytes>, path: &str) -> ResponseFuture {
    let request = Request::get(format!("http://h{path}")).body(()).unwrap();
    client.send_request(request, true).unwrap().0
}

/// A request whose body ends at once.
pub fn send(gateway: &Gateway, request: http::request::Builder) -> Answer {
    try_send(gateway, request, Some(b"")).unwrap()
}

/// A request with this body; without one its end never comes.
pub fn try_send(
    gateway: &Gateway,
    request: http::request::Builder,
    body: Option<&'static [u8]>,
) -> Result<Answer, h2::Error> {
    Runtime::new().unwrap().block_on(async {
        let mut client = connect(gateway).await;
        let request = request.body(()).unwrap();
        let (response, mut sent) = client.send_request(request, body == Some(b""))?;
        if let Some(body) = body.filter(|body| !body.is_empty()) {
            sent.send_data(Bytes::from_static(body), true)?;
        }
        let (head, mut received) = response.await?.into_parts();
        let header_only = received.is_end_stream();
        let (body, end) = read(&mut received).await;
        Ok(Answer {
            head: Response::from_parts(head, ()),
            header_only,
            body,
            end,
        })
    })
}

pub async fn read(body: &mut h2::RecvStream) -> (Vec<u8>, Result<Option<HeaderMap>, h2::Error>) {
    let mut all = Vec::new();
    while let Some(data) = body.data().await {
        match data {
            Ok(data) => {
                body.flow_control().release_capacity(data.len()).unwrap();
                all.extend_from_slice(&data);
            }
            Err(error) => return (all, Err(error)),
        }
    }
    (all, body.trailers().await)
}

/// A call of gRPC.
pub fn grpc(path: &str) -> http::request::Builder {
    Request::post(format!("http://shop.example{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
}
