//! Messages there and back through an upgraded connection.

use std::time::Duration;

use super::client::Client;
use super::http1::{Fault, Http, check};

const BETWEEN: Duration = Duration::from_millis(100);

/// Each message is a request in the record. The client ends the tunnel when the scenario
/// asks for a new round; any other end is a failure.
pub async fn run(mut client: Client) {
    let mut tunnel = None;
    while client.pause(BETWEEN).await {
        let round = client.phase.borrow().round;
        let (http, of) = match tunnel.take() {
            Some((http, of)) if of == round => (Some(http), of),
            _ => (None, round),
        };
        let message = message(&client, http);
        tunnel = client.record(message).await.map(|http| (http, of));
    }
}

async fn message(client: &Client, tunnel: Option<Http>) -> Result<Http, Fault> {
    let mut http = match tunnel {
        Some(http) => http,
        None => open(client).await?,
    };
    let sent = format!("{} is echoed\n", client.id());
    http.send(&sent).await?;
    let came = http.exactly(sent.len()).await?;
    check(came == sent.as_bytes(), || "another message".into())?;
    Ok(http)
}

async fn open(client: &Client) -> Result<Http, Fault> {
    let id = client.id();
    let mut http = Http::connect(client.gateway).await?;
    http.send(format!(
        "GET /ws HTTP/1.1\r\nHost: client.example\r\nX-Id: {id}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Version: 13\r\n\r\n"
    ))
    .await?;
    let status = http.answer().await?.status();
    check(status == 101, || format!("status {status} to a handshake"))?;
    Ok(http)
}
