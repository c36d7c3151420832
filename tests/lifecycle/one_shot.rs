//! A connection for each request.

use super::client::{Ask, Client, answer_to};
use super::http1::{Fault, Http, check, says_close};

pub async fn run(mut client: Client) {
    while client.keep_pace().await {
        let ask = client.ask("GET", Vec::new());
        client.record(once(&client, &ask)).await;
    }
}

async fn once(client: &Client, ask: &Ask) -> Result<(), Fault> {
    let mut http = Http::connect(client.gateway).await?;
    http.send(ask.text("Connection: close\r\n")).await?;
    let head = answer_to(ask, &mut http).await?;
    check(says_close(&head), || "will not close as asked".into())?;
    http.end().await
}
