//! A name whose server says something else each time.

use std::net::Ipv4Addr;

use super::alone;
use crate::support::dns::Says;
use crate::support::{Config, Dns, Service, eventually};

const RIGHT: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// Nobody listens there.
const WRONG: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 99);

#[test]
fn dns_that_flaps_between_right_empty_silent_and_wrong() {
    let _alone = alone();
    let service = Service::hello();
    let dns = Dns::start(Says::Addresses(0, vec![RIGHT]));
    let gateway = Config::new()
        .top(&format!(
            "dns: {{ servers: [\"{}\"], timeout: 300ms, min_ttl: 100ms, max_ttl: 200ms }}",
            dns.address
        ))
        .service(
            "svc",
            &format!("http://shop.test:{}", service.address.port()),
            "",
        )
        .start();
    let serves = || gateway.get("/").status() == 200;
    let right = || {
        dns.says(Says::Addresses(0, vec![RIGHT]));
        eventually("it serves", || serves().then_some(()));
        // The answer is in use, and no look-up from before is under way.
        dns.asked_again(2);
        assert!(serves());
    };
    right();
    let nothing = Says::Addresses(0, vec![]);
    for _ in 0..2 {
        for says in [
            nothing.clone(),
            Says::Silence,
            Says::NoSuchName,
            Says::ServFail,
        ] {
            // The address is known, and younger than max_stale.
            dns.says(says.clone());
            let before = dns.asked();
            let mut served = 0;
            while dns.asked() < before + 2 {
                assert!(serves(), "{says:?}");
                served += 1;
            }
            assert!(served > 0);
            right();
        }
        // DNS is believed: then nobody is there, and only until it says so.
        dns.says(Says::Addresses(0, vec![WRONG]));
        eventually("it is believed", || {
            (gateway.get("/").status() == 502).then_some(())
        });
        right();
    }
}
