//! What requests add up to.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::failure::Failure;
use crate::observe::Origin;

const R: (&str, &str) = ("route", "users");
const S: (&str, &str) = ("service", "user-service");

fn one() -> (Arc<Metrics>, super::super::Cells) {
    let metrics = Metrics::new();
    let cells = metrics.cells(&config(&[(R.1, S.1)]));
    (metrics, cells)
}

#[test]
fn the_metrics_of_the_go_gateway_are_as_they_were() {
    let (metrics, cells) = one();
    let statuses = [101, 200, 204, 301, 404, 429, 499, 500, 503, 700, 99];
    for status in statuses {
        cells.observe(&Exchange {
            status,
            ..exchange()
        });
    }
    let scrape = scrape(&metrics);
    let classes = |class| {
        scrape.value(
            "http_requests_total",
            &[("method", "GET"), ("status", class)],
        )
    };
    let counts = ["1xx", "2xx", "3xx", "4xx", "5xx", "_OTHER"].map(classes);
    assert_eq!(counts, [1., 2., 1., 3., 2., 2.].map(Some));
    assert_eq!(scrape.sum("http_requests_total"), statuses.len() as f64);
    let name = "http_request_duration_seconds_bucket";
    assert_eq!(
        scrape.values_of(name, "le"),
        [
            "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5",
            "1", "2.5", "5", "10", "+Inf"
        ]
    );
    let at = |le| scrape.value(name, &[("method", "GET"), ("le", le)]);
    assert_eq!((at("0.0025"), at("0.005")), (Some(0.), Some(11.)));
    let sum = scrape.value("http_request_duration_seconds_sum", &[("method", "GET")]);
    assert_eq!(sum, Some(0.033));
}

#[test]
fn the_first_error_of_a_method_is_an_increase() {
    let (metrics, cells) = one();
    assert_eq!(scrape(&metrics).sum("http_requests_total"), 0.);
    cells.observe(&exchange());
    let scrape = scrape(&metrics);
    let labels = [("method", "GET"), ("status", "5xx")];
    assert_eq!(scrape.value("http_requests_total", &labels), Some(0.));
    assert_eq!(
        scrape.values_of("http_requests_total", "status"),
        ["2xx", "3xx", "4xx", "5xx"]
    );
}

#[test]
fn methods_that_clients_make_up_are_one() {
    let (metrics, cells) = one();
    for at in 0..1000 {
        let method = format!("M{at}\"}} 1\n");
        let method = [method.as_bytes(), b"get", b"\xff\0"][at % 3];
        cells.observe(&Exchange {
            method,
            ..exchange()
        });
    }
    let scrape = scrape(&metrics);
    let labels = [("method", "_OTHER"), ("status", "2xx")];
    assert_eq!(scrape.value("http_requests_total", &labels), Some(1000.));
    assert_eq!(scrape.values_of("http_requests_total", "method").len(), 4);
}

#[test]
fn a_request_is_counted_by_route_and_service() {
    let (metrics, cells) = one();
    cells.observe(&Exchange {
        status: 502,
        failure: Some(Failure::ConnectionTerminated),
        origin: Some(Origin::Gateway),
        first_byte: None,
        reused: Some(false),
        connect: Some(Duration::from_micros(700)),
        retries: 2,
        received: 10,
        sent: 20,
        ..exchange()
    });
    cells.observe(&exchange());
    let scrape = scrape(&metrics);
    let requests = |code, flag, origin| {
        let labels = [R, S, ("code", code), ("flag", flag), ("origin", origin)];
        scrape.value("gateway_requests_total", &labels)
    };
    assert_eq!(requests("502", "UC", "gateway"), Some(1.));
    assert_eq!(requests("200", "", ""), Some(1.));
    assert_eq!(scrape.sum("gateway_requests_total"), 2.);
    let of_route = |name: &str| scrape.value(name, &[R, S]);
    let count = of_route("gateway_request_duration_seconds_count");
    assert_eq!(count, Some(2.));
    let count = of_route("gateway_time_to_first_byte_seconds_count");
    assert_eq!(count, Some(1.));
    assert_eq!(of_route("gateway_bytes_received_total"), Some(10.));
    assert_eq!(of_route("gateway_bytes_sent_total"), Some(21.));
    let of_service = |name: &str| scrape.value(name, &[S]);
    let sum = of_service("gateway_upstream_connect_seconds_sum");
    assert_eq!(sum, Some(0.0007));
    assert_eq!(of_service("gateway_retries_total"), Some(2.));
    for kind in ["new", "reused"] {
        let labels = [S, ("kind", kind)];
        let count = scrape.value("gateway_upstream_connections_total", &labels);
        assert_eq!(count, Some(1.));
    }
}

#[test]
fn what_no_route_took_is_counted_as_that() {
    let (metrics, cells) = one();
    cells.observe(&Exchange {
        route: None,
        service: None,
        status: 404,
        failure: Some(Failure::NoRoute),
        origin: Some(Origin::Gateway),
        ..exchange()
    });
    // Of another configuration: a bug, but not one to lose a request by.
    cells.observe(&Exchange {
        route: Some((7, "gone")),
        service: Some((7, "gone")),
        ..exchange()
    });
    let scrape = scrape(&metrics);
    let labels = [("route", ""), ("service", "")];
    let name = "gateway_request_duration_seconds_count";
    assert_eq!(scrape.value(name, &labels), Some(2.));
    assert_eq!(scrape.values_of(name, "route"), [""]);
}

#[test]
fn deadlines_limits_and_refusals_have_the_names_of_the_configuration() {
    let (metrics, cells) = one();
    let keys = [
        "timeouts.response_header",
        "server.timeouts.request_body_idle",
        "timeouts.new",
        "limits.in_flight",
        "limits.header_bytes",
        "limits.headers",
        "server.limits.request_body",
    ];
    for key in keys {
        cells.observe(&Exchange {
            ended_by: Some(key),
            ..exchange()
        });
    }
    for failure in Failure::ALL {
        metrics.refused(failure);
    }
    let scrape = scrape(&metrics);
    let deadline = |name| scrape.value("gateway_deadlines_total", &[("deadline", name)]);
    let deadlines = [
        "response_header",
        "request_body_idle",
        "request_header",
        "connect",
        "_OTHER",
    ];
    assert_eq!(deadlines.map(deadline), [1., 1., 1., 0., 1.].map(Some));
    let limit = |name| scrape.value("gateway_limits_total", &[("limit", name)]);
    let limits = [
        "connections",
        "in_flight",
        "headers",
        "request_body",
        "target_bytes",
    ];
    assert_eq!(limits.map(limit), [3., 1., 3., 1., 1.].map(Some));
    assert_eq!(limit("_OTHER"), None);
    let name = "gateway_requests_refused_total";
    let refused = |reason| scrape.value(name, &[("reason", reason)]);
    assert_eq!(refused("malformed"), Some(1.));
    assert_eq!(refused("_OTHER"), Some(12.));
    // A connection too many is no request.
    assert_eq!(scrape.sum(name), Failure::ALL.len() as f64 - 1.);
}

#[test]
fn what_a_scrape_is_told_is_on_the_page() {
    let metrics = Metrics::new();
    metrics.panicked();
    let mut gauges = gauges();
    let by_address = ServiceGauges {
        by_name: false,
        ..service("b")
    };
    let unknown = ServiceGauges {
        dns_age: None,
        ..service("c")
    };
    gauges.services = vec![unknown, service("a"), by_address];
    let text = metrics.render(&gauges);
    let scrape = Scrape::parse(&text);
    let services = |name| scrape.values_of(name, "service");
    assert_eq!(services("gateway_in_flight"), ["a", "b", "c"]);
    assert_eq!(services("gateway_dns_age_seconds"), ["a"]);
    assert_eq!(services("gateway_dns_failures_total"), ["a", "c"]);
    for line in [
        "gateway_in_flight{service=\"a\"} 5",
        "gateway_dns_age_seconds{service=\"a\"} 1.500",
        "gateway_dns_failures_total{service=\"a\"} 6",
        "gateway_client_connections{state=\"header\"} 0",
        "gateway_client_connections{state=\"idle\"} 2",
        "gateway_client_connections_refused_total 3",
        "gateway_config_generation 1",
        "gateway_config_last_reload_successful 1",
        "gateway_config_last_reload_timestamp_seconds 1700000000.250",
        "gateway_draining 0",
        "gateway_panics_total 1",
        "gateway_access_log_dropped_total 4",
        "gateway_log_dropped_total 5",
        concat!(
            "gateway_build_info{version=\"",
            env!("CARGO_PKG_VERSION"),
            "\"} 1"
        ),
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn the_process_is_this_one() {
    let metrics = Metrics::new();
    let scrape = scrape(&metrics);
    let of = |name: &str| scrape.value(&format!("process_{name}"), &[]).unwrap();
    assert!(of("open_fds") >= 3. && of("open_fds") < of("max_fds"));
    assert!(of("threads") >= 1.);
    assert!(of("resident_memory_bytes") > 1e6);
    assert!(of("virtual_memory_bytes") > of("resident_memory_bytes"));
    assert!(of("cpu_seconds_total") >= 0.);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let age = now.unwrap().as_secs_f64() - of("start_time_seconds");
    assert!((-2. ..86_400.).contains(&age), "{age}");
}

#[test]
fn requests_at_the_same_time_add_up() {
    let (metrics, cells) = one();
    let each = 5_000_u32;
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let cells = &cells;
            scope.spawn(move || {
                for at in 0..each {
                    cells.observe(&Exchange {
                        status: 200 + (at % 7) as u16,
                        duration: Duration::from_micros(u64::from(at) * (thread + 1)),
                        ..exchange()
                    });
                }
            });
        }
        // Nor does a scrape meanwhile disturb.
        scope.spawn(|| scrape(&metrics));
    });
    let scrape = scrape(&metrics);
    let all = f64::from(4 * each);
    assert_eq!(scrape.sum("gateway_requests_total"), all);
    assert_eq!(scrape.sum("http_requests_total"), all);
    let name = "gateway_request_duration_seconds";
    assert_eq!(scrape.sum(&format!("{name}_count")), all);
    let micros = u64::from(each) * u64::from(each - 1) / 2 * (1 + 2 + 3 + 4);
    let sum = scrape.sum(&format!("{name}_sum"));
    assert!((sum - micros as f64 / 1e6).abs() < 1e-6, "{sum}");
}

proptest! {
    #[test]
    fn any_name_comes_through(route in "[^\0]{1,20}", service in any::<String>()) {
        let metrics = Metrics::new();
        let mut config = config(&[("r", "s")]);
        config.routes[0].name.clone_from(&route);
        config.services[0].name.clone_from(&service);
        metrics.cells(&config).observe(&exchange());
        let mut gauges = gauges();
        gauges.services = vec![super::service(&service)];
        let scrape = Scrape::parse(&metrics.render(&gauges));
        let labels = [("route", route.as_str()), ("service", &service)];
        prop_assert_eq!(scrape.value("gateway_bytes_sent_total", &labels), Some(1.));
        let labels = [("service", service.as_str())];
        prop_assert_eq!(scrape.value("gateway_in_flight", &labels), Some(5.));
    }

    #[test]
    fn buckets_and_sum_are_those_of_the_durations(
        nanos in prop::collection::vec(0_u64..20_000_000_000, 1..50),
    ) {
        let (metrics, cells) = one();
        for nanos in &nanos {
            let duration = Duration::from_nanos(*nanos);
            cells.observe(&Exchange { duration, ..exchange() });
        }
        let scrape = scrape(&metrics);
        let name = "gateway_request_duration_seconds";
        for le in scrape.values_of(&format!("{name}_bucket"), "le") {
            let bound = le.parse::<f64>().unwrap();
            let within = nanos.iter().filter(|n| **n as f64 <= bound * 1e9).count();
            let count = scrape.value(&format!("{name}_bucket"), &[R, S, ("le", le)]);
            prop_assert_eq!(count, Some(within as f64));
        }
        let sum: u64 = nanos.iter().sum();
        let off = scrape.sum(&format!("{name}_sum")) - sum as f64 / 1e9;
        prop_assert!(off.abs() <= 0.5e-6 * nanos.len() as f64 + 1e-9, "{}", off);
    }
}
