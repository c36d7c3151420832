//! One instance stops while another takes over, as in a rolling restart.

use std::time::Duration;

use super::alone;
use super::balancer::{Backend, Balancer};
use super::instance::Instance;
use super::load::Load;
use super::plan::Plan;
use super::service::Echo;
use super::upgrade::drain_timeout;
use crate::support::until;

fn backend(gateway: &Instance) -> Backend {
    Backend {
        gateway: gateway.address,
        admin: gateway.admin(),
    }
}

#[test]
fn an_instance_stops_behind_a_balancer_and_no_request_fails() {
    let _alone = alone();
    let service = Echo::start();
    let plan = Plan::draining(&service.url(), Duration::from_secs(2), drain_timeout());
    let mut leaves = Instance::start(&plan);
    let mut stays = Instance::start(&plan);
    let balancer = Balancer::start(&[backend(&leaves), backend(&stays)]);
    until("both are ready", || {
        balancer.has(leaves.address) && balancer.has(stays.address)
    });
    let load = Load::start(balancer.address);
    load.proceeds();
    leaves.signal("TERM");
    until("the balancer sees that one leaves", || {
        !balancer.has(leaves.address)
    });
    // Whoever holds a tunnel for ever would hold the instance, too.
    load.renew();
    let status = leaves.wait_within(drain_timeout());
    load.proceeds();
    let verdict = load.finish(&service);
    verdict.assert_clean();
    assert_eq!(status.code(), Some(0));
    assert!(!stays.has_ended());
}
