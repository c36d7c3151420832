//! The routes change under load, in every way that a file can change.

use std::time::Duration;

use super::flip::{TABLES, Table};
use super::instance::Instance;
use super::load::Load;
use super::plan::Plan;
use super::service::Echo;
use super::verdict::Kind;
use super::{alone, flip, setting};
use crate::support::until;

#[derive(Debug, Clone, Copy)]
enum Way {
    Signal,
    Rename,
    Swap,
}

const WAYS: [Way; 3] = [Way::Signal, Way::Rename, Way::Swap];

/// Most by signal: for the others the gateway looks at the file about once a second.
fn way(number: usize) -> Way {
    match number % 10 {
        3 => Way::Rename,
        7 => Way::Swap,
        _ => Way::Signal,
    }
}

/// Every so many reloads there is a broken file in between.
const BROKEN: usize = 10;

const REFUSED: &str = "configuration refused";

fn replace(gateway: &Instance, text: &str, way: Way) {
    match way {
        Way::Signal => {
            gateway.place.rename(text);
            gateway.signal("HUP");
        }
        Way::Rename => gateway.place.rename(text),
        Way::Swap => gateway.place.swap(text),
    }
}

/// A request that begins after the gateway has said so is answered by this table.
fn assert_in_use(gateway: &Instance, table: &Table) {
    let answer = gateway.get("/Flip/1");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.head.get("x-table"), Some(table.name));
}

#[test]
fn routes_change_and_no_request_fails() {
    let _alone = alone();
    let reloads: usize = setting("LIFECYCLE_RELOADS", 40);
    let service = Echo::start();
    let delay = Duration::from_secs(2);
    let plan = Plan::draining(&service.url(), delay, Duration::from_secs(20));
    let gateway = Instance::start(&TABLES[0].of(&plan));
    let mut load = Load::start(gateway.address);
    let authority = service.address.to_string();
    load.add(Kind::Flip, 8, Duration::from_millis(40), |client| {
        flip::run(client, authority.clone())
    });
    load.proceeds();
    assert_in_use(&gateway, &TABLES[0]);
    for number in 1..=reloads {
        let table = &TABLES[number % 2];
        if number % BROKEN == 0 {
            let refused = gateway.lines(REFUSED);
            replace(&gateway, "routes: [", WAYS[number / BROKEN % WAYS.len()]);
            until("the broken file is refused", || {
                gateway.lines(REFUSED) > refused
            });
            assert_in_use(&gateway, &TABLES[(number - 1) % 2]);
        }
        replace(&gateway, &table.of(&plan).text(&gateway.place), way(number));
        let in_use = format!("configuration {} is in use", number + 1);
        gateway.logged(&in_use);
        assert_in_use(&gateway, table);
    }
    load.proceeds();
    load.finish(&service).assert_clean();
    let more = format!("configuration {} is in use", reloads + 2);
    assert_eq!(gateway.lines(&more), 0, "what changes nothing is no reload");
}
