//! The load itself: without a transition nothing fails, and what fails is seen.

use std::time::Duration;

use super::client::answer_to;
use super::http1::{Fault, Http};
use super::instance::Instance;
use super::load::Load;
use super::plan::Plan;
use super::service::Echo;
use super::verdict::Kind;
use super::{alone, download, keep_alive};

#[test]
fn in_peace_nothing_fails() {
    let _alone = alone();
    let service = Echo::start();
    let gateway = Instance::start(&Plan::bare(&service.url()));
    let load = Load::start(gateway.address);
    load.proceeds();
    load.renew();
    load.proceeds();
    load.finish(&service).assert_clean();
}

#[test]
fn every_kind_of_client_reports_a_gateway_that_was_killed() {
    let _alone = alone();
    let service = Echo::start();
    let mut gateway = Instance::start(&Plan::bare(&service.url()));
    let load = Load::start(gateway.address);
    load.proceeds();
    gateway.signal("KILL");
    gateway.wait();
    load.fails();
    let verdict = load.finish(&service);
    eprintln!("{verdict}");
    assert!(verdict.tallies.values().all(|tally| tally.failed > 0));
}

#[test]
fn a_kept_connection_that_closes_without_a_word_is_reported() {
    let _alone = alone();
    let service = Echo::start();
    let plan = Plan::bare(&service.url()).server("timeouts: { idle: 300ms }");
    let gateway = Instance::start(&plan);
    let mut load = Load::bare(gateway.address);
    load.add(Kind::Pausing, 16, Duration::ZERO, keep_alive::run);
    load.fails();
    let verdict = load.finish(&service);
    let told = verdict.tallies[&Kind::Pausing].told;
    assert_eq!(told, 0, "{verdict}");
}

#[test]
fn a_download_that_is_cut_is_reported() {
    let _alone = alone();
    let service = Echo::start();
    let limit = "timeouts: { request: 1s }";
    let route = format!("name: cut, service: svc, match: {{ path: {{ prefix: / }} }}, {limit}");
    let gateway = Instance::start(&Plan::bare(&service.url()).route(&route));
    let mut load = Load::bare(gateway.address);
    let long = Duration::from_secs(3);
    load.add(Kind::Download, 1, long, download::run);
    load.fails();
    load.finish(&service);
}

#[test]
fn a_request_that_is_executed_twice_is_reported() {
    let _alone = alone();
    let service = Echo::start();
    let load = Load::bare(service.address);
    let client = load.client(Kind::Posting, Duration::ZERO);
    let ask = client.ask("POST", b"once".to_vec());
    load.block_on(async {
        for _ in 0..2 {
            let mut http = Http::connect(service.address).await?;
            http.send(ask.text("")).await?;
            http.send(&ask.body).await?;
            answer_to(&ask, &mut http).await?;
        }
        Ok::<_, Fault>(())
    })
    .unwrap();
    client.record.expect(Kind::Posting);
    let verdict = load.finish(&service);
    assert_eq!(verdict.tallies[&Kind::Posting].duplicated, 1);
}
