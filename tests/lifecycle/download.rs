//! A body that takes long to arrive, and must arrive whole.

use std::time::Duration;

use super::client::Client;
use super::http1::{Fault, Http, check};
use super::service::{EVERY, pattern};
use crate::support::PATIENCE;

/// One after the other; the last one is finished, too. The pace is how long each takes.
pub async fn run(client: Client) {
    while !client.phase.borrow().last {
        let patience = client.pace + PATIENCE;
        let whole = client.record_within(patience, once(&client)).await;
        if whole.is_none() {
            tokio::time::sleep(EVERY).await;
        }
    }
}

async fn once(client: &Client) -> Result<(), Fault> {
    let (id, seconds) = (client.id().to_string(), client.pace.as_secs());
    let mut http = Http::connect(client.gateway).await?;
    http.send(format!(
        "GET /download?seconds={seconds} HTTP/1.1\r\nHost: client.example\r\nX-Id: {id}\r\n\r\n"
    ))
    .await?;
    let head = http.answer().await?;
    let status = head.status();
    check(status == 200, || format!("status {status}"))?;
    check(head.get("x-id") == Some(&id), || "another's answer".into())?;
    let length = usize::try_from(head.length().unwrap_or(0)).unwrap();
    check(length > 0, || "no length".into())?;
    let mut came = 0;
    while came < length {
        let part = tokio::time::timeout(SILENCE, http.some()).await;
        let part = part.map_err(|_| Fault(format!("silent after {came} of {length} bytes")))?;
        let part = part.map_err(|why| Fault(format!("after {came} of {length} bytes: {why}")))?;
        check(!part.is_empty(), || {
            format!("closed after {came} of {length} bytes")
        })?;
        check(part == pattern(came, part.len()), || {
            format!("wrong bytes after {came}")
        })?;
        came += part.len();
    }
    check(came == length, || format!("{came} bytes of {length}"))
}

/// The service sends every few milliseconds.
const SILENCE: Duration = Duration::from_secs(5);
