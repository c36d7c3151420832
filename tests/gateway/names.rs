//! Services by name: DNS that is late, wrong, silent or changes.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::support::dns::Says;
use crate::support::service::keep_answering;
use crate::support::{Config, Conn, Dns, Gateway, Service, Stopwatch, eventually, ok, until};

const ONE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
const TWO: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const THREE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

const QUICK: &str = "timeout: 300ms, min_ttl: 100ms, max_ttl: 1s";

fn addresses(addresses: &[Ipv4Addr]) -> Says {
    Says::Addresses(0, addresses.to_vec())
}

/// `/n` goes to a service by name on this port, `/ip` to one by address.
fn config(dns: &Dns, keys: &str, port: u16, other: &Service) -> Config {
    Config::new()
        .top(&format!(
            "dns: {{ servers: [\"{}\"], {keys} }}",
            dns.address
        ))
        .service("named", &format!("http://shop.test:{port}"), "")
        .service("other", &other.url(), "")
        .route("n", "named", "match: { path: { prefix: /n } }")
        .route("ip", "other", "match: { path: { prefix: /ip } }")
}

/// Tells how many answers were others.
fn becomes(gateway: &Gateway, status: u16) -> usize {
    let mut others = 0;
    eventually(&format!("/n answers {status}"), || {
        let there = gateway.get("/n").status() == status;
        others += usize::from(!there);
        there.then_some(others)
    })
}

/// Services on the same port of several addresses; each answers with its own.
fn at(ips: &[Ipv4Addr]) -> Vec<Service> {
    each(ips, |ip| keep_answering(move |_, _| ok(&ip.to_string())))
}

fn each<S>(ips: &[Ipv4Addr], script: impl Fn(Ipv4Addr) -> S) -> Vec<Service>
where
    S: Fn(Conn) + Send + Sync + 'static,
{
    eventually("a port that is free on every address", || {
        let first = Service::at((ips[0], 0).into(), script(ips[0]))?;
        let port = first.address.port();
        let mut all = vec![first];
        for ip in &ips[1..] {
            all.push(Service::at((*ip, port).into(), script(*ip))?);
        }
        Some(all)
    })
}

#[test]
fn an_unresolved_name_fails_only_its_own_routes_and_recovers() {
    for says in [Says::NoSuchName, Says::Silence, Says::ServFail] {
        let service = Service::hello();
        let dns = Dns::start(says.clone());
        let watch = Stopwatch::start();
        let config = config(&dns, QUICK, service.address.port(), &service);
        let gateway = config.trusting_loopback().start();
        // The start doesn't wait for the answer.
        watch.assert_within(Duration::from_secs(1));

        let response = gateway.get("/n");
        assert_eq!(response.status(), 503, "{says:?}");
        assert_eq!(
            response.head.get("proxy-status"),
            Some("api-gateway; error=dns_error")
        );
        response.problem();
        // Once it has been asked for.
        eventually("the log says why", || {
            gateway.get("/n");
            let why = |line: &String| line.contains("503 UH") && line.contains("\"shop.test: DNS");
            gateway.log().iter().any(why).then_some(())
        });
        assert_eq!(gateway.get("/ip").status(), 200, "{says:?}");

        dns.says(addresses(&[ONE]));
        becomes(&gateway, 200);
        let heads = service.heads();
        let host = format!("shop.test:{}", service.address.port());
        assert_eq!(heads.last().unwrap().get("host"), Some(host.as_str()));
    }
}

#[test]
fn a_known_address_survives_any_failure_of_dns() {
    let service = Service::hello();
    let dns = Dns::start(addresses(&[ONE]));
    let gateway = config(&dns, QUICK, service.address.port(), &service).start();
    // Those from before the first answer of DNS.
    let before = becomes(&gateway, 200);
    let refused = || {
        let log = gateway.log();
        log.iter().filter(|line| line.contains("503")).count()
    };
    for says in [Says::ServFail, Says::NoSuchName, Says::Silence] {
        dns.says(says);
        dns.asked_again(2);
        assert_eq!(gateway.get("/n").status(), 200);
    }
    // Lines are written a moment after what they tell of.
    until("the first refusals are told", || refused() >= before);
    assert_eq!(refused(), before);
}

#[test]
fn an_address_that_is_too_old_is_dropped_and_comes_back() {
    let service = Service::hello();
    let dns = Dns::start(addresses(&[ONE]));
    let keys = format!("{QUICK}, max_stale: 600ms");
    let gateway = config(&dns, &keys, service.address.port(), &service).start();
    becomes(&gateway, 200);
    let watch = Stopwatch::start();
    dns.says(Says::ServFail);
    becomes(&gateway, 503);
    // Its last look-up was at most one pause before.
    watch.assert_between(Duration::from_millis(400), Duration::from_secs(4));
    dns.says(addresses(&[ONE]));
    becomes(&gateway, 200);
}

#[test]
fn a_moved_service_loses_no_request_not_even_a_post() {
    // Each request needs a connection: the old place refuses as soon as it is gone.
    let services = each(&[TWO, THREE], |ip| {
        move |mut conn: Conn| {
            conn.request();
            let body = ip.to_string();
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}");
            conn.send(format!("{head}\r\n\r\n{body}"));
        }
    });
    let port = services[0].address.port();
    let other = Service::hello();
    let dns = Dns::start(Says::Addresses(3600, vec![TWO]));
    // Its TTL alone would keep the old address for an hour.
    let keys = "timeout: 1s, min_ttl: 1s, max_ttl: 1h";
    let gateway = config(&dns, keys, port, &other).start();
    becomes(&gateway, 200);
    services[0].stop();
    dns.says(addresses(&[THREE]));
    for n in 0..20 {
        let post = "POST /n HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
        let response = gateway.ask(post);
        assert_eq!(response.text(), THREE.to_string(), "request {n}");
    }
    assert_eq!(services[1].count("POST"), 20);
}

#[test]
fn a_refused_connection_moves_on_to_the_next_address() {
    let services = at(&[TWO, THREE]);
    services[0].stop();
    let port = services[0].address.port();
    let other = Service::hello();
    let dns = Dns::start(addresses(&[TWO, THREE]));
    let gateway = config(&dns, QUICK, port, &other).start();
    becomes(&gateway, 200);
    for _ in 0..10 {
        let post = "POST /n HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(gateway.ask(post).text(), THREE.to_string());
    }
    assert_eq!(services[1].count("POST"), 10);
    assert!(
        services[1]
            .bodies()
            .iter()
            .filter(|body| *body == b"abc")
            .count()
            == 10
    );
}

#[test]
fn a_service_that_refuses_everywhere_is_a_502() {
    let services = at(&[TWO, THREE]);
    services.iter().for_each(Service::stop);
    let port = services[0].address.port();
    let other = Service::hello();
    let dns = Dns::start(addresses(&[TWO, THREE]));
    let gateway = config(&dns, QUICK, port, &other).start();
    becomes(&gateway, 502);
    let before = dns.asked();
    gateway.get("/n");
    eventually("a refusal asks DNS again", || {
        (dns.asked() > before).then_some(())
    });
}

#[test]
fn several_addresses_are_used_in_turn() {
    let services = at(&[ONE, TWO, THREE]);
    let port = services[0].address.port();
    let other = Service::hello();
    let dns = Dns::start(addresses(&[THREE, ONE, TWO]));
    let gateway = config(&dns, QUICK, port, &other).start();
    becomes(&gateway, 200);
    let texts: Vec<String> = (0..6)
        .map(|_| gateway.get("/n").text().to_owned())
        .collect();
    assert_eq!(texts[..3], texts[3..]);
    let mut once = texts[..3].to_vec();
    once.sort();
    assert_eq!(once, ["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
}

#[test]
fn a_ttl_of_nothing_does_not_flood_dns() {
    let service = Service::hello();
    let dns = Dns::start(addresses(&[ONE]));
    let keys = "timeout: 1s, min_ttl: 500ms, max_ttl: 1s";
    let gateway = config(&dns, keys, service.address.port(), &service).start();
    becomes(&gateway, 200);
    let before = dns.asked();
    let watch = std::time::Instant::now();
    dns.asked_again(3);
    // A pause may be a fifth shorter, and the first may have begun before.
    assert!(
        watch.elapsed() >= Duration::from_millis(800),
        "{:?}",
        watch.elapsed()
    );
    assert!(dns.asked() - before <= 4);
}

#[test]
fn a_long_ttl_does_not_keep_an_old_address() {
    let services = at(&[TWO, THREE]);
    let port = services[0].address.port();
    let other = Service::hello();
    let dns = Dns::start(Says::Addresses(3600, vec![TWO]));
    let gateway = config(&dns, QUICK, port, &other).start();
    becomes(&gateway, 200);
    dns.says(Says::Addresses(3600, vec![THREE]));
    eventually("the new address is used", || {
        (gateway.get("/n").text() == THREE.to_string()).then_some(())
    });
}
