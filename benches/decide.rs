//! What a decision costs, to be counted by callgrind; `scripts/bench-routes` does.
//!
//!     decide ROUTES DECISIONS
//!
//! makes a table of so many prefix routes and asks it so many times. Two runs that
//! differ only in the second number differ only in what decisions cost.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for developers"
)]

use std::hint::black_box;

use api_gateway::config::{self, PathMatch};
use api_gateway::route::{Decision, Request, Table};
use http::{HeaderMap, Method};

const ONE_ROUTE: &str = "services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]\n";

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    // Cargo runs benchmarks without them: then it only shows that it runs.
    let (routes, decisions) = match numbers[..] {
        [routes, decisions] => (routes, decisions),
        _ => (10, 1),
    };
    let mut config = config::parse("bench", ONE_ROUTE, &|_| None).0.unwrap();
    let route = config.routes.remove(0);
    config.routes = (0..routes)
        .map(|index| {
            let mut route = route.clone();
            route.name = format!("r{index}");
            route.matches[0].path = PathMatch::Prefix(format!("/service-{index:05}/api"));
            route
        })
        .collect();
    let table = Table::new(&config);
    let path = format!("/service-{:05}/api/users/42", routes / 2);
    let headers = HeaderMap::new();
    let request = Request {
        host: b"shop.example",
        method: &Method::GET,
        path: path.as_bytes(),
        query: None,
        headers: (&headers).into(),
    };
    let mut routed = 0;
    for _ in 0..decisions {
        let decision = black_box(&table).decide(black_box(&request));
        routed += usize::from(matches!(decision, Decision::Route(_)));
    }
    assert_eq!(routed, decisions);
    println!("{routed} of {decisions} routed among {routes} routes");
}
