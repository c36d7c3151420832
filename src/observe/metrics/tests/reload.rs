//! What configurations leave behind that replace each other.

use super::*;

#[test]
fn what_a_reload_keeps_keeps_its_counts() {
    let metrics = Metrics::new();
    let before = metrics.cells(&config(&[("a", "x"), ("b", "x")]));
    before.observe(&exchange());
    // In another order, and `b` at another service.
    let after = metrics.cells(&config(&[("b", "y"), ("a", "x")]));
    after.observe(&Exchange {
        route: Some((1, "a")),
        ..exchange()
    });
    // A request that began before the reload.
    before.observe(&exchange());
    let scrape = scrape(&metrics);
    let requests = |route, service| {
        let labels = [("route", route), ("service", service)];
        scrape.value("gateway_bytes_sent_total", &labels)
    };
    assert_eq!(requests("a", "x"), Some(3.));
    assert_eq!(requests("b", "y"), None);
    let labels = [("service", "x"), ("kind", "reused")];
    let reused = scrape.value("gateway_upstream_connections_total", &labels);
    assert_eq!(reused, Some(3.));
}

#[test]
fn a_route_that_is_gone_is_shown_until_nobody_has_it() {
    let metrics = Metrics::new();
    let shown = || {
        let scrape = scrape(&metrics);
        let routes = scrape.values_of("gateway_bytes_sent_total", "route");
        routes.join(" ")
    };
    let first = metrics.cells(&config(&[("a", "x")]));
    first.observe(&exchange());
    let second = metrics.cells(&config(&[("b", "x")]));
    second.observe(&exchange());
    let third = metrics.cells(&config(&[("c", "x")]));
    third.observe(&exchange());
    drop(second);
    assert_eq!(shown(), "a b c", "the last requests of b can still be seen");
    let _fourth = metrics.cells(&config(&[("c", "x")]));
    assert_eq!(shown(), "a c", "a request has the first configuration");
    drop(first);
    let _fifth = metrics.cells(&config(&[("c", "x")]));
    assert_eq!(shown(), "c");
}

#[test]
fn names_that_change_with_each_reload_don_t_pile_up() {
    let metrics = Metrics::new();
    let mut live = metrics.cells(&config(&[("r", "s")]));
    let mut most = 0;
    for reload in 0..200 {
        let names: Vec<_> = (0..5).map(|at| format!("n-{reload}-{at}")).collect();
        let routes: Vec<_> = names.iter().map(|n| (n.as_str(), n.as_str())).collect();
        live = metrics.cells(&config(&routes));
        for at in 0..5 {
            live.observe(&Exchange {
                route: Some((at, "")),
                service: Some((at, "")),
                ..exchange()
            });
        }
        let scrape = scrape(&metrics);
        let routes = scrape.values_of("gateway_requests_total", "route").len();
        let services = scrape.values_of("gateway_retries_total", "service").len();
        most = most.max(routes).max(services);
    }
    assert_eq!(most, 10, "this configuration's and the one's before");
    drop(live);
}
