//! A body that takes a second to send.

use std::time::Duration;

use super::client::{Ask, Client, answer_to};
use super::http1::{Fault, Http};

const SIZE: usize = 64 << 10;
const PIECES: usize = 16;
const BETWEEN: Duration = Duration::from_millis(60);

pub async fn run(client: Client) {
    while !client.is_stopping() {
        let seed = fastrand::u8(..);
        let body = (0..SIZE).map(|at| at as u8 ^ seed).collect();
        let ask = client.ask("POST", body);
        if client.record(once(&client, &ask)).await.is_none() {
            tokio::time::sleep(BETWEEN).await;
        }
    }
}

async fn once(client: &Client, ask: &Ask) -> Result<(), Fault> {
    let mut http = Http::connect(client.gateway).await?;
    http.send(ask.text("")).await?;
    for piece in ask.body.chunks(SIZE / PIECES) {
        tokio::time::sleep(BETWEEN).await;
        http.send(piece).await?;
    }
    answer_to(ask, &mut http).await.map(drop)
}
