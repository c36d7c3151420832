//! One GET of an admin interface, within bounds of time and size.

use std::io;
use std::time::Duration;

use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What an answer may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Until the connection is there.
    pub(super) connect: Duration,
    /// From then until the answer is whole.
    pub(super) answer: Duration,
    /// Bytes of the body.
    pub(super) body: usize,
}

/// Asks `uri`, which has a host.
pub(super) fn get(uri: &Uri, bounds: Bounds) -> io::Result<(StatusCode, Bytes)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let late = |what: &str, limit: Duration| {
        let why = format!("{what} within {} s", limit.as_secs());
        io::Error::new(io::ErrorKind::TimedOut, why)
    };
    runtime.block_on(async {
        let connected = tokio::time::timeout(bounds.connect, connect(uri)).await;
        let stream = connected.map_err(|_| late("not connected", bounds.connect))??;
        let answered = tokio::time::timeout(bounds.answer, ask(uri, stream, bounds.body)).await;
        answered.map_err(|_| late("no whole answer", bounds.answer))?
    })
}

async fn connect(uri: &Uri) -> io::Result<TcpStream> {
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_matches(['[', ']']);
    TcpStream::connect((bare, uri.port_u16().unwrap_or(80))).await
}

async fn ask(uri: &Uri, stream: TcpStream, longest: usize) -> io::Result<(StatusCode, Bytes)> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    // It moves the bytes, and ends with the runtime.
    let moved = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let request = Request::get(path)
        .header(header::HOST, authority)
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(io::Error::other)?;
    let answer = sender
        .send_request(request)
        .await
        .map_err(io::Error::other)?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), longest).collect().await;
    let body = body.map_err(|why| io::Error::other(why.to_string()))?;
    moved.abort();
    Ok((status, body.to_bytes()))
}
