//! What becomes of the exchange when the new process fails in the middle of it.

use std::io::{Read, Write};

use serde_json::json;

use super::alone;
use super::instance::Instance;
use super::load::Load;
use super::plan::Plan;
use super::service::Echo;
use super::successor::{Successor, listener};
use super::upgrade::{assert_handed_over, drain_timeout};
use crate::support::Wire;

/// How one fails who has the sockets already.
type Failure = fn(Successor);

#[test]
fn until_the_new_process_serves_the_old_one_does() {
    let _alone = alone();
    let service = Echo::start();
    let mut gateway = Instance::start(&Plan::upgrading(&service, drain_timeout()));
    let load = Load::start(gateway.address);
    load.proceeds();
    let failures: [(&str, Failure); 4] = [
        ("was lost before it served", drop),
        ("gave up: no thread", |mut successor| {
            successor.say(json!({ "refused": { "why": "no thread" } }));
        }),
        ("where nobody expected it", |mut successor| {
            successor.say(json!("ready"));
        }),
        ("didn't serve within", |mut successor| {
            // Who comes too late is told so, and may not serve.
            assert!(successor.hear()["refused"].is_object());
            successor.say(json!("serving"));
            assert!(successor.hear().is_null());
        }),
    ];
    for (said, fail) in failures {
        let mut successor = Successor::ready(&gateway);
        let sockets = successor.sockets();
        assert!(sockets.len() >= 3, "{sockets:?}");
        fail(successor);
        gateway.logged(said);
        assert!(!gateway.has_ended());
        assert_eq!(gateway.pid(), gateway.first());
        assert!(gateway.is_ready());
        load.proceeds();
    }
    assert_handed_over(&gateway, gateway.first());
    load.renew();
    load.finish(&service).assert_clean();
}

#[test]
fn a_process_that_serves_has_it_all_from_then_on() {
    let _alone = alone();
    let service = Echo::start();
    let mut gateway = Instance::start(&Plan::upgrading(&service, drain_timeout()));
    let mut successor = Successor::ready(&gateway);
    let listener = listener(&gateway, successor.sockets());
    let mut early = gateway.connect();
    early.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    // Both have the socket, and only one accepts.
    assert_eq!(early.response().status(), 200);
    successor.say(json!("serving"));
    assert_eq!(successor.hear(), json!("committed"));
    successor.say(json!("settled"));
    assert_eq!(gateway.wait().code(), Some(0));
    listener.set_nonblocking(false).unwrap();
    let mut late = Wire::connect(gateway.address);
    late.send("hello");
    let (mut client, _) = listener.accept().unwrap();
    let mut hello = [0; 5];
    client.read_exact(&mut hello).unwrap();
    client.write_all(&hello).unwrap();
    assert_eq!(&hello, b"hello");
}

#[test]
fn a_later_version_is_understood_or_refused_in_words() {
    let _alone = alone();
    let service = Echo::start();
    let gateway = Instance::start(&Plan::upgrading(&service, drain_timeout()));
    let welcome = Successor::speaking(&gateway, 1, 2).hear();
    assert_eq!(welcome["welcome"]["protocol"], 1, "{welcome}");
    let refused = Successor::speaking(&gateway, 2, 2).hear();
    let why = refused["refused"]["why"].as_str().unwrap();
    assert!(why.contains("speaks protocol 1, not 2"), "{why}");
    assert_eq!(gateway.get("/x").status(), 200);
}

#[test]
fn a_process_that_waits_and_goes_is_forgotten() {
    let _alone = alone();
    let service = Echo::start();
    let gateway = Instance::start(&Plan::upgrading(&service, drain_timeout()));
    let mut first = Successor::speaking(&gateway, 1, 1);
    first.hear();
    first.say(json!("ready"));
    gateway.logged("waits to take over");
    // Only one waits.
    let mut second = Successor::speaking(&gateway, 1, 1);
    second.hear();
    second.say(json!("ready"));
    assert!(second.hear()["refused"].is_object());
    drop(first);
    gateway.logged("the process that waited to take over has gone");
    gateway.signal("QUIT");
    gateway.logged("SIGQUIT refused");
    assert_eq!(gateway.get("/x").status(), 200);
}
