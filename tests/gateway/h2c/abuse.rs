//! Clients of HTTP/2 that don't want an answer.

mod floods;
mod stalls;

use std::thread;

use tokio::runtime::Runtime;

use super::client::{connect, get};
use super::raw::{self, GOAWAY, Raw};
use crate::support::{Broken, Config, Gateway, Service, Wire};

/// RFC 9113, section 7.
const ENHANCE_YOUR_CALM: u32 = 11;

/// Opens and resets thousands of streams, and tells with which code it was sent away.
fn flood(gateway: &Gateway) -> Result<u32, Broken> {
    let mut client = Raw::connect(gateway);
    let mut sender = Wire::new(client.wire.stream.try_clone().unwrap());
    let streams = (0..5000).map(|number| 2 * number + 1);
    let frames = streams.flat_map(|id| [raw::request(id, &raw::get("/x")), raw::reset(id)]);
    let frames: Vec<u8> = frames.flatten().collect();
    // It fails when the gateway closes.
    let sending = thread::spawn(move || sender.try_send(frames));
    let code = loop {
        let frame = client.next()?;
        if frame.kind == GOAWAY {
            break frame.code();
        }
    };
    assert!(client.wire.drain());
    let _ = sending.join().unwrap();
    Ok(code)
}

#[test]
fn streams_that_are_reset_as_soon_as_they_are_opened_end_the_connection_and_no_other() {
    let service = Service::hello();
    let gateway = Config::to(&service).server("h2c: true").start();
    thread::scope(|scope| {
        let floods = [(); 4].map(|()| scope.spawn(|| flood(&gateway)));
        Runtime::new().unwrap().block_on(async {
            let mut good = connect(&gateway).await;
            while !floods.iter().all(|flood| flood.is_finished()) {
                assert_eq!(get(&mut good, "/x").await.unwrap().status(), 200);
            }
            assert_eq!(get(&mut good, "/x").await.unwrap().status(), 200);
        });
        for flood in floods {
            assert_eq!(flood.join().unwrap(), Ok(ENHANCE_YOUR_CALM));
        }
    });
}
