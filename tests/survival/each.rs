//! Each fault by itself: it has the outcome that is its own, and the gateway serves on.

use super::alone;
use super::client::{Client, Outcome, Trouble};
use super::faults::{Faults, KINDS, Kind};
use crate::support::eventually;

#[test]
fn each_fault_fails_its_own_requests_and_no_other() {
    let _alone = alone();
    let faults = Faults::start();
    let gateway = faults.config().start_quiet();
    eventually("the name is known", || {
        (gateway.get("/named/x").status() == 200).then_some(())
    });
    let mut good = Client::new(Kind::Good, gateway.address, 0);
    for (name, kind) in KINDS.into_iter().enumerate() {
        let mut client = Client::new(kind, gateway.address, name + 1);
        let mut failed = 0;
        for _ in 0..9 {
            match client.exchange(Trouble::default) {
                Outcome::Served => {}
                Outcome::Planted => failed += 1,
                Outcome::Unexplained(what) => panic!("{what}"),
            }
            assert_eq!(good.exchange(Trouble::default), Outcome::Served);
        }
        match kind {
            Kind::Good | Kind::Named => assert_eq!(failed, 0),
            // GETs are sent again, POSTs are not.
            Kind::Stale => assert!((1..=3).contains(&failed), "{failed}"),
            _ => assert_eq!(failed, 9, "{kind:?}"),
        }
    }
    assert_eq!(faults.doubled(), Vec::<String>::new());
    // A third of nine and of as many good ones between them, for all but what is no request.
    let kinds = KINDS.len();
    assert_eq!(faults.posts(), (kinds - 1) * 3 + kinds * 3);
}
