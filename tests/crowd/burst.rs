//! More requests at once than a worker begins, most of which come to nothing.

use std::time::{Duration, Instant};

use super::alone;
use crate::support::gateway::get;
use crate::support::{Config, Gateway, Service, Wire};

/// Several times the requests that a worker begins before others are answered.
const STUCK: usize = 150;

/// Those that a service answers, in the same moment.
const OTHERS: usize = 50;

const ROUNDS: usize = 10;

/// Far more than a request waits for others, on whatever machine.
const SOON: Duration = Duration::from_secs(2);

fn hangs() -> Service {
    Service::start(|mut conn| {
        conn.request_head();
        conn.drain();
    })
}

/// With one worker, so that no other one helps.
fn gateway(hangs: &Service, other: &Service) -> Gateway {
    let off = "timeouts: { response_header: off }";
    let config = Config::new()
        .service("hangs", &hangs.url(), off)
        .service("other", &other.url(), off)
        .route("hangs", "hangs", "match: { path: { prefix: /hangs } }")
        .route("other", "other", "");
    Gateway::start(&config.text().replace("threads: 2", "threads: 1"))
}

/// Each of these gets its answer although those before them get none.
fn assert_served(gateway: &Gateway, stuck: &str) {
    let mut clients: Vec<Wire> = (0..STUCK + OTHERS).map(|_| gateway.connect()).collect();
    let (stuck_clients, others) = clients.split_at_mut(STUCK);
    for client in stuck_clients {
        client.send(stuck);
    }
    let sent = Instant::now();
    for client in &mut *others {
        client.send(get("/"));
    }
    for client in others {
        assert_eq!(client.response().text(), "hello");
    }
    let took = sent.elapsed();
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_burst_for_a_service_that_hangs_holds_no_other_back() {
    let _alone = alone();
    let (hangs, other) = (hangs(), Service::hello());
    let gateway = gateway(&hangs, &other);
    for _ in 0..ROUNDS {
        assert_served(&gateway, &get("/hangs"));
    }
}

#[test]
fn a_burst_of_uploads_that_never_end_holds_no_other_back() {
    let _alone = alone();
    let (hangs, other) = (hangs(), Service::hello());
    let gateway = gateway(&hangs, &other);
    let upload = "POST /hangs HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nx";
    for _ in 0..ROUNDS {
        assert_served(&gateway, upload);
    }
}
