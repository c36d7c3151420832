//! Waiting for the sidecar, without which no request leaves the pod.

use std::io;
use std::pin::pin;
use std::time::Duration;

use http::{Request, StatusCode, Uri, header};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use log::debug;
use tokio::net::TcpStream;

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(1);

/// The pause before it is asked again.
const PAUSE: Duration = Duration::from_millis(500);

/// Asks until the answer is 200.
pub(super) async fn ready(uri: &Uri) {
    loop {
        match tokio::time::timeout(ANSWER, ask(uri)).await {
            Ok(Ok(StatusCode::OK)) => return,
            said => debug!("the sidecar isn't ready: {said:?}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ask(uri: &Uri) -> io::Result<StatusCode> {
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_matches(['[', ']']);
    let stream = TcpStream::connect((bare, uri.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or(host, |authority| authority.as_str());
    let request = Request::get(path)
        .header(header::HOST, authority)
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(io::Error::other)?;
    let mut answer = pin!(sender.send_request(request));
    // It may end as soon as it has brought the answer.
    let answer = tokio::select! {
        answer = &mut answer => answer,
        _ = connection => answer.await,
    };
    Ok(answer.map_err(io::Error::other)?.status())
}
