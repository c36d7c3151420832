//! A service that hangs, and another one.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::alone;
use super::crowd::{Count, Crowd};
use super::good_client::assert_undisturbed;
use crate::support::gateway::get;
use crate::support::{Config, Service, until};

/// Requests that the service that hangs may have at once.
const PLACES: u32 = 64;

/// Clients for whom there is no place.
const MORE: u32 = 16;

/// After a refusal.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks for the service that hangs until there is an answer, again and again.
async fn ask(mut stream: TcpStream, refused: Count) {
    let request = get("/hangs");
    let mut answer = [0; 4 << 10];
    while stream.write_all(request.as_bytes()).await.is_ok() {
        match stream.read(&mut answer).await {
            Ok(read) if read > 0 => assert!(answer.starts_with(b"HTTP/1.1 503 ")),
            _ => return,
        }
        refused.add();
        tokio::time::sleep(PAUSE).await;
    }
}

#[test]
fn a_service_that_hangs_does_not_slow_another() {
    let _alone = alone();
    let hangs = Service::start(|mut conn| {
        conn.request_head();
        conn.drain();
    });
    let other = Service::hello();
    let keys = format!("timeouts: {{ response_header: off }}, limits: {{ in_flight: {PLACES} }}");
    let gateway = Config::new()
        .service("hangs", &hangs.url(), &keys)
        .service("other", &other.url(), "")
        .route("hangs", "hangs", "match: { path: { prefix: /hangs } }")
        .route("other", "other", "")
        .start_quiet();
    assert_undisturbed(&gateway, "/", 1.5, || {
        let (before, refused) = (hangs.connections(), Count::default());
        let to_refuse = refused.clone();
        let crowd = Crowd::start(PLACES + MORE, PAUSE, gateway.address, move |stream| {
            ask(stream, to_refuse.clone())
        });
        until("all places are taken", || {
            hangs.connections() == before + PLACES as usize
        });
        let already = refused.get();
        until("the others are refused", || refused.get() > already + MORE);
        crowd
    });
}
