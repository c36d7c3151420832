//! A process that may open no further file.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use super::{alone, limited};
use crate::support::dns::Says;
use crate::support::gateway::get;
use crate::support::{Config, Dns, Gateway, Service, Wire, eventually, pause};

/// Files that the gateway may have open; it needs some 40 for itself.
const FILES: u32 = 96;

/// More clients than that.
const CLIENTS: usize = 160;

const TOLD: &str = "can't accept connections";

fn start(config: &Config) -> Gateway {
    let mut limited = limited(&format!("ulimit -n {FILES}"));
    Gateway::start_by(&mut limited, &config.text())
}

/// CPU time that a process has had, in ticks of a hundredth of a second.
fn ticks(gateway: &Gateway) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", gateway.pid())).unwrap();
    // The name may have spaces, and ends with the last bracket (proc(5)).
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let of = |field: &str| field.parse::<u64>().unwrap();
    fields.split_whitespace().skip(11).take(2).map(of).sum()
}

fn served(client: &mut Wire) {
    client.send(get("/"));
    assert_eq!(client.response().text(), "hello");
}

#[test]
fn without_descriptors_those_who_are_in_are_served_and_others_wait() {
    let _alone = alone();
    let service = Service::hello();
    let gateway = start(&Config::to(&service));
    let mut inside = gateway.connect();
    served(&mut inside);

    let crowd: Vec<TcpStream> = (0..CLIENTS)
        .map(|_| TcpStream::connect(gateway.address).unwrap())
        .collect();
    gateway.logged(&[TOLD, "os error 24"]);
    // Its connection to the service is kept.
    served(&mut inside);
    let mut outside = gateway.connect();
    outside.send(get("/"));

    // It rests between two attempts.
    let (before, long) = (ticks(&gateway), Duration::from_secs(2));
    pause(long);
    let busy = ticks(&gateway) - before;
    assert!(busy < 60, "{busy} of 200 ticks of a gateway at rest");
    served(&mut inside);

    drop(crowd);
    assert_eq!(outside.response().text(), "hello");
    served(&mut inside);
    served(&mut gateway.connect());
    let told = gateway.log().iter().filter(|l| l.contains(TOLD)).count();
    assert_eq!(told, 1, "{:#?}", gateway.log());
    eventually("the descriptors are free", || {
        (gateway.open_files() < FILES as usize / 2 + 20).then_some(())
    });
}

/// Each request needs a connection of its own.
fn closing() -> Service {
    Service::start(|mut conn| {
        conn.request();
        conn.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
    })
}

fn assert_fails_alone(config: &Config, service: &Service) {
    let gateway = start(config);
    let mut inside = gateway.connect();
    eventually("the service is known", || {
        inside.send(get("/"));
        (inside.response().status() == 200).then_some(())
    });
    let crowd: Vec<TcpStream> = (0..CLIENTS)
        .map(|_| TcpStream::connect(gateway.address).unwrap())
        .collect();
    gateway.logged(&[TOLD]);
    let before = service.connections();
    inside.send(get("/"));
    let answer = inside.response();
    assert_eq!(answer.status(), 500, "{answer:?}");
    answer.problem();
    assert_eq!(service.connections(), before);
    gateway.logged(&["500 FI", "os error 24"]);
    drop(crowd);
    eventually("it is served again", || {
        (gateway.get("/").status() == 200).then_some(())
    });
}

#[test]
fn without_a_descriptor_for_the_service_a_request_fails_alone() {
    let _alone = alone();
    let service = closing();
    assert_fails_alone(&Config::to(&service), &service);
}

/// It was taken for a refusal: the name was looked up, and the service blamed.
#[test]
fn a_service_by_name_is_not_blamed_for_the_lack_of_a_descriptor() {
    let _alone = alone();
    let service = closing();
    let dns = Dns::start(Says::Addresses(0, vec![Ipv4Addr::LOCALHOST]));
    let url = format!("http://shop.test:{}", service.address.port());
    let config = Config::new()
        .top(&format!("dns: {{ servers: [\"{}\"] }}", dns.address))
        .service("svc", &url, "");
    assert_fails_alone(&config, &service);
}
