//! Clients that send a head byte by byte.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::alone;
use super::crowd::{Count, Crowd};
use super::good_client::assert_undisturbed;
use crate::support::{Config, Service, until};

const CLIENTS: u32 = 2000;

/// What the gateway allows for a head unless told otherwise.
const LIMIT: Duration = Duration::from_secs(2);

/// Between two bytes.
const PAUSE: Duration = Duration::from_millis(400);

/// Until the gateway answers or closes.
async fn drip(mut stream: TcpStream, begun: Count, cut: Count) {
    let head = b"ET / HTTP/1.1\r\nHost: h\r\nX: ".iter();
    if stream.write_all(b"G").await.is_ok() {
        begun.add();
    }
    for byte in head.chain(std::iter::repeat(&b'x')) {
        if stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        if tokio::time::timeout(PAUSE, stream.readable()).await.is_ok() {
            break;
        }
    }
    cut.add();
}

#[test]
fn two_thousand_clients_that_drip_do_not_slow_a_good_one() {
    let _alone = alone();
    let service = Service::hello();
    let gateway = Config::to(&service)
        .server("limits: { connections: 4000 }")
        .start_quiet();
    let cut = Count::default();
    assert_undisturbed(&gateway, "/", 2.0, || {
        let begun = Count::default();
        let (to_begin, to_cut) = (begun.clone(), cut.clone());
        let crowd = Crowd::start(CLIENTS, LIMIT, gateway.address, move |stream| {
            drip(stream, to_begin.clone(), to_cut.clone())
        });
        until("all clients drip", || begun.get() >= CLIENTS);
        crowd
    });
    assert!(cut.get() >= CLIENTS, "{} were cut", cut.get());
    assert!(service.heads().iter().all(|head| !head.has("x")));
}
