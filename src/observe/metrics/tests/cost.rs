//! A scrape of a large configuration. What it takes in a release, and what a request
//! takes, `cargo bench --bench metrics` measures.

use std::time::Instant;

use super::*;

#[test]
fn a_scrape_of_200_routes_and_20_services_is_quick() {
    let names = |what, count| (0..count).map(move |at| format!("{what}-{at}"));
    let services: Vec<_> = names("service", 20).collect();
    let routes: Vec<_> = names("route", 200).collect();
    let all: Vec<_> = routes.iter().zip(services.iter().cycle()).collect();
    let all: Vec<_> = all.iter().map(|(r, s)| (r.as_str(), s.as_str())).collect();
    let config = config(&all);
    let metrics = Metrics::new();
    let cells = metrics.cells(&config);
    for (route, status) in (0..200).flat_map(|r| [200, 304, 404, 503].map(|s| (r, s))) {
        cells.observe(&Exchange {
            route: Some((route, "")),
            service: Some((route % 20, "")),
            status,
            ..exchange()
        });
    }
    let mut gauges = gauges();
    gauges.services = config.services.iter().map(|s| service(&s.name)).collect();
    let took = (0..5).map(|_| {
        let started = Instant::now();
        std::hint::black_box(metrics.render(&gauges));
        started.elapsed()
    });
    let took = took.min().unwrap();
    println!("{took:?}, {} bytes", metrics.render(&gauges).len());
    // Not optimised, and among other tests.
    assert!(took < Duration::from_millis(200), "{took:?}");
}
