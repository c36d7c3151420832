//! The service behind the gateway: it tells what it received and counts what it did.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use super::http1::{Fault, Http};
use crate::support::message::Head;

/// A download is this many bytes at a time, so often.
pub const PART: usize = 4 << 10;
pub const EVERY: Duration = Duration::from_millis(50);

/// The bytes of a download from an offset on.
pub fn pattern(from: usize, length: usize) -> Vec<u8> {
    (from..from + length)
        .map(|at| (at % 251) as u8 ^ (at >> 12) as u8)
        .collect()
}

pub fn checksum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// What it answers to a request: one line about the request itself.
pub fn echo(method: &str, path: &str, id: &str, body: &[u8]) -> String {
    let (length, sum) = (body.len(), checksum(body));
    format!("{method} {path} {id} {length} {sum:016x}\n")
}

#[derive(Clone, Default)]
struct Executions(Arc<Mutex<HashMap<u64, u32>>>);

impl Executions {
    fn count(&self, id: &str) {
        let id = id.parse().unwrap_or(u64::MAX);
        *self.0.lock().unwrap().entry(id).or_default() += 1;
    }
}

pub struct Echo {
    pub address: SocketAddr,
    executions: Executions,
    _runtime: Runtime,
}

impl Echo {
    pub fn start() -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let executions = Executions::default();
        let executed = executions.clone();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // It ends when the gateway has had enough of it.
                tokio::spawn(serve(Http::new(stream), executed.clone()));
            }
        });
        Self {
            address,
            executions,
            _runtime: runtime,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The ids of the requests that it has executed more than once.
    pub fn duplicates(&self) -> Vec<u64> {
        let executions = self.executions.0.lock().unwrap();
        let twice = executions.iter().filter(|(_, times)| **times > 1);
        twice.map(|(id, _)| *id).collect()
    }
}

async fn serve(mut http: Http, executions: Executions) -> Result<(), Fault> {
    while let Some(head) = http.head().await? {
        executions.count(id(&head));
        if head.has("upgrade") {
            return tunnel(http).await;
        }
        match head.second().strip_prefix("/download?seconds=") {
            Some(seconds) => download(&mut http, &head, seconds.parse().unwrap()).await?,
            None => answer(&mut http, &head).await?,
        }
    }
    Ok(())
}

fn id(head: &Head) -> &str {
    head.get("x-id").unwrap_or("-")
}

/// The line, then the host and the table that it was reached by.
async fn answer(http: &mut Http, head: &Head) -> Result<(), Fault> {
    let body = http.body(head).await?;
    let host = head.get("host").unwrap_or("-");
    let table = head.get("x-table").unwrap_or("-");
    let line = echo(head.method(), head.second(), id(head), &body);
    let text = format!("{line}{host} {table}\n");
    let (id, length) = (id(head), text.len());
    http.send(format!(
        "HTTP/1.1 200 OK\r\nX-Id: {id}\r\nContent-Length: {length}\r\n\r\n{text}"
    ))
    .await
}

async fn download(http: &mut Http, head: &Head, seconds: u64) -> Result<(), Fault> {
    let parts = usize::try_from(seconds * 1000 / EVERY.as_millis() as u64).unwrap();
    let (id, length) = (id(head), parts * PART);
    http.send(format!(
        "HTTP/1.1 200 OK\r\nX-Id: {id}\r\nContent-Length: {length}\r\n\r\n"
    ))
    .await?;
    let mut pace = tokio::time::interval(EVERY);
    for part in 0..parts {
        pace.tick().await;
        http.send(pattern(part * PART, PART)).await?;
    }
    Ok(())
}

async fn tunnel(mut http: Http) -> Result<(), Fault> {
    http.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    )
    .await?;
    loop {
        match http.some().await? {
            bytes if bytes.is_empty() => return Ok(()),
            bytes => http.send(bytes).await?,
        }
    }
}
