//! One request after the other on a connection that is kept.

use std::time::Duration;

use super::client::Client;
use super::kept::{self, Kept};
use super::verdict::Kind;

/// Shorter than any drain window of the scenarios, so that every client is told in time.
const LONGEST_PAUSE: u64 = 800;

pub async fn run(mut client: Client) {
    let mut kept = Kept::default();
    let method = match client.kind {
        Kind::Posting => "POST",
        _ => "GET",
    };
    loop {
        let on = match client.kind {
            Kind::Pausing => {
                let long = Duration::from_millis(fastrand::u64(50..LONGEST_PAUSE));
                client.pause(long).await
            }
            _ => client.keep_pace().await,
        };
        // The last one finds out whether the connection is still there.
        let ask = client.ask(method, kept::body(client.kind));
        client.record(kept.exchange(&client, &ask)).await;
        if !on {
            return;
        }
    }
}
