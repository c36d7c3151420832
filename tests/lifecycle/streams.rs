//! Many streams on one connection of HTTP/2.

use std::time::Instant;

use bytes::Bytes;
use h2::Reason;
use h2::client::SendRequest;
use http::Request;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::client::{Ask, Client};
use super::frames::{Last, Watched};
use super::http1::{Fault, fault};
use crate::support::PATIENCE;

/// At once, on each connection.
pub const STREAMS: usize = 8;

#[derive(Clone)]
struct Connection {
    send: SendRequest<Bytes>,
    last: Last,
}

/// Why a stream's work on a connection is over.
enum Over {
    Stop,
    /// The connection takes no more streams; the request is still to be sent.
    Gone(Option<Ask>),
}

/// How a request ended.
enum Outcome {
    Answered,
    /// The connection was going away, and the request never left.
    Unsent,
    /// The gateway says that it has not processed it.
    Refused,
    Failed(Fault),
}

/// On GOAWAY the streams are finished; then there is another connection.
pub async fn run(mut client: Client) {
    let mut pending: Vec<Option<Ask>> = vec![None; STREAMS];
    loop {
        let connection = match connect(&client).await {
            Ok(connection) => connection,
            Err(why) => {
                client.record.failed(client.kind, why);
                if !client.keep_pace().await {
                    return;
                }
                continue;
            }
        };
        let mut streams = JoinSet::new();
        for ask in pending.drain(..) {
            streams.spawn(work(client.clone(), connection.clone(), ask));
        }
        for over in streams.join_all().await {
            match over {
                Over::Stop => {}
                Over::Gone(ask) => pending.push(ask),
            }
        }
        if pending.is_empty() {
            return;
        }
        if connection.last.is_known() {
            client.record.told(client.kind);
        }
        pending.resize_with(STREAMS, || None);
    }
}

async fn connect(client: &Client) -> Result<Connection, Fault> {
    let stream = TcpStream::connect(client.gateway).await;
    let stream = stream.map_err(fault("connecting"))?;
    let (watched, last) = Watched::new(stream);
    let (send, driver) = h2::client::handshake(watched).await.map_err(told)?;
    // How it ends is what its streams tell.
    tokio::spawn(driver);
    Ok(Connection { send, last })
}

fn told(error: h2::Error) -> Fault {
    Fault(error.to_string())
}

/// One request after the other, until the connection takes no more.
async fn work(mut client: Client, connection: Connection, mut pending: Option<Ask>) -> Over {
    loop {
        let ask = match pending.take() {
            Some(ask) => ask,
            None if client.keep_pace().await => new(&client),
            None => return Over::Stop,
        };
        let before = Instant::now();
        let outcome = tokio::time::timeout(PATIENCE, once(&connection, &ask)).await;
        match outcome.unwrap_or_else(|_| Outcome::Failed(Fault("no whole answer".into()))) {
            Outcome::Answered => client.record.succeeded(client.kind, before.elapsed()),
            Outcome::Unsent => return Over::Gone(Some(ask)),
            Outcome::Refused => {
                client.record.reissued(client.kind);
                if connection.last.is_known() {
                    return Over::Gone(Some(ask));
                }
                tokio::time::sleep(client.pace).await;
                pending = Some(ask);
            }
            Outcome::Failed(why) => {
                client.record.failed(client.kind, why);
                return Over::Gone(None);
            }
        }
    }
}

/// In turn without and with a body.
fn new(client: &Client) -> Ask {
    let body: Vec<u8> = (0..fastrand::usize(..256))
        .map(|_| fastrand::u8(..))
        .collect();
    match body.len() % 2 {
        0 => client.ask("GET", Vec::new()),
        _ => client.ask("POST", body),
    }
}

async fn once(connection: &Connection, ask: &Ask) -> Outcome {
    let request = Request::builder()
        .method(ask.method)
        .uri(format!("http://client.example{}", ask.path))
        .header("x-id", ask.id)
        .body(())
        .unwrap();
    let unsent = |error: h2::Error| match connection.last.is_known() {
        true => Outcome::Unsent,
        false => Outcome::Failed(told(error)),
    };
    let mut send = match connection.send.clone().ready().await {
        Ok(send) => send,
        Err(error) => return unsent(error),
    };
    let empty = ask.body.is_empty();
    let (answer, mut body) = match send.send_request(request, empty) {
        Ok(sent) => sent,
        Err(error) => return unsent(error),
    };
    let stream = answer.stream_id().as_u32();
    let exchange = async {
        if !empty {
            body.send_data(ask.body.clone().into(), true)?;
        }
        let (head, mut body) = answer.await?.into_parts();
        let mut all = Vec::new();
        while let Some(data) = body.data().await {
            let data = data?;
            body.flow_control().release_capacity(data.len())?;
            all.extend_from_slice(&data);
        }
        Ok::<_, h2::Error>((head, all))
    };
    match exchange.await {
        Ok((head, body)) => {
            let id = head.headers.get("x-id").and_then(|id| id.to_str().ok());
            match ask.verify(head.status.as_u16(), id, &body) {
                Ok(()) => Outcome::Answered,
                Err(why) => Outcome::Failed(why),
            }
        }
        Err(error) if is_refused(&error) || connection.last.excludes(stream) => Outcome::Refused,
        Err(error) => Outcome::Failed(Fault(format!("stream {stream}: {error}"))),
    }
}

/// RFC 9113, section 8.7.
fn is_refused(error: &h2::Error) -> bool {
    error.is_remote() && error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM)
}
