//! Asking a sidecar's admin interface, once, within bounds of time and size.

use std::io;
use std::time::Duration;

use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The most bytes that are read, packed or not: as many as the dump's reader takes.
pub(super) const LONGEST: u64 = 256 << 20;

/// For the connection.
const CONNECT: Duration = Duration::from_secs(2);

/// For everything. Envoy builds its dump on its main thread, which may take seconds.
const WHOLE: Duration = Duration::from_secs(30);

/// What the sidecar answers.
pub(super) fn config_dump(uri: &Uri) -> io::Result<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let late = |what: &str, limit: Duration| {
        let why = format!("{what} within {} s", limit.as_secs());
        io::Error::new(io::ErrorKind::TimedOut, why)
    };
    runtime.block_on(async {
        let connected = tokio::time::timeout(CONNECT, connect(uri)).await;
        let stream = connected.map_err(|_| late("not connected", CONNECT))??;
        let answered = tokio::time::timeout(WHOLE, ask(uri, stream)).await;
        answered.map_err(|_| late("no whole answer", WHOLE))?
    })
}

async fn connect(uri: &Uri) -> io::Result<TcpStream> {
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_matches(['[', ']']);
    TcpStream::connect((bare, uri.port_u16().unwrap_or(80))).await
}

async fn ask(uri: &Uri, stream: TcpStream) -> io::Result<Vec<u8>> {
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
    if answer.status() != StatusCode::OK {
        let why = format!("it answers {}", answer.status());
        return Err(io::Error::other(why));
    }
    let longest = usize::try_from(LONGEST).unwrap_or(usize::MAX);
    let body = Limited::new(answer.into_body(), longest).collect().await;
    let body = body.map_err(|why| io::Error::other(why.to_string()))?;
    moved.abort();
    Ok(body.to_bytes().into())
}
