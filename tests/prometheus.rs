//! What the team's dashboards and alerts ask a real Prometheus that scrapes the gateway.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use support::clock::eventually_within;
use support::gateway::get;
use support::nameserver::{Nameserver, Says};
use support::tools::prometheus;
use support::{Config, Gateway, Service, Wire, ok};

const LONG: std::time::Duration = std::time::Duration::from_secs(30);

/// Over a window that a few scrapes fill. The classes and the name of the job are those of
/// the dashboards.
const QUERIES: [(&str, Plausible); 9] = [
    ("up{job=~\".*service.*\"}", |v| v == 1.0),
    (
        "sum(rate(http_requests_total{job=~\".*service.*\"}[5s]))",
        |v| v > 0.0,
    ),
    (
        "sum(rate(http_requests_total{job=~\".*service.*\",status=\"2xx\"}[5s]))",
        |v| v > 0.0,
    ),
    (
        "sum(rate(http_requests_total{job=~\".*service.*\",status=\"5xx\"}[5s])) \
         / sum(rate(http_requests_total{job=~\".*service.*\"}[5s]))",
        |v| v > 0.0 && v < 1.0,
    ),
    (
        "histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket{job=~\".*service.*\"}[5s])) by (le))",
        |v| v > 0.0 && v < 5.0,
    ),
    (
        "sum(rate(http_request_duration_seconds_sum[5s])) / sum(rate(http_request_duration_seconds_count[5s]))",
        |v| v > 0.0 && v < 5.0,
    ),
    (
        "sum by (method) (rate(http_requests_total{method=\"GET\"}[5s]))",
        |v| v > 0.0,
    ),
    (
        "sum(rate(gateway_requests_total{code=\"503\",flag=\"UH\",origin=\"gateway\"}[5s])) by (route)",
        |v| v > 0.0,
    ),
    ("gateway_config_last_reload_successful", |v| v == 1.0),
];

type Plausible = fn(f64) -> bool;

struct Prometheus {
    child: Child,
    address: SocketAddr,
    _dir: tempfile::TempDir,
}

impl Prometheus {
    fn scraping(target: SocketAddr) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 200ms, scrape_timeout: 200ms }}\n\
             scrape_configs:\n\
             - job_name: prod-api-gateway-service-metrics\n  static_configs: [{{ targets: [\"{target}\"] }}]\n"
        );
        fs::write(&config, text).unwrap();
        // It can't say which port it got.
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let child = Command::new(prometheus())
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                dir.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            address,
            _dir: dir,
        }
    }

    /// The first number of the result, once there is one: the rate of a service that nobody
    /// asked is none.
    fn ask(&self, query: &str) -> Option<f64> {
        let stream = std::net::TcpStream::connect(self.address).ok()?;
        let mut client = Wire::new(stream);
        let query: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        client
            .try_send(get(&format!("/api/v1/query?query={query}")))
            .ok()?;
        let answer: Value = serde_json::from_str(client.try_response("GET").ok()?.text()).ok()?;
        assert_ne!(answer["status"], "error", "{answer}");
        let series = answer["data"]["result"].as_array()?.iter();
        let mut numbers = series.filter_map(|of| of["value"][1].as_str()?.parse().ok());
        numbers.find(|value: &f64| value.is_finite())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// In front of a service that DNS knows and one that it doesn't.
fn gateway(service: &Service) -> (Gateway, SocketAddr, Nameserver) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let dns = Nameserver::start(socket, |name, _| {
        if name.starts_with("svc.") {
            Says::Addresses(30, vec![Ipv4Addr::LOCALHOST])
        } else {
            Says::NoSuchName
        }
    });
    let gateway = Config::new()
        .top("admin: { listen: \"127.0.0.1:0\", operator: off }")
        .top(&format!("dns: {{ servers: [\"{}\"] }}", dns.address))
        .service("svc", &service.url().replace("127.0.0.1", "svc.test"), "")
        .service("gone", "http://gone.invalid:80", "")
        .route("all", "svc", "")
        .route("gone", "gone", "match: { path: { prefix: /gone } }")
        .start();
    let line = gateway.logged(&["admin on "]);
    let address = line.rsplit("admin on ").next().unwrap();
    let address = address.trim().parse().unwrap();
    (gateway, address, dns)
}

#[test]
fn the_queries_of_dashboards_and_alerts_have_results() {
    let service = Service::answering(|_, _| ok("hello"));
    let (gateway, admin, _dns) = gateway(&service);
    let prometheus = Prometheus::scraping(admin);
    let mut client = gateway.connect();
    for (query, plausible) in QUERIES {
        let value = eventually_within(LONG, query, || {
            // Some load, all the time.
            client.send(get("/x"));
            assert_eq!(client.response().status(), 200);
            assert_eq!(gateway.get("/gone").status(), 503);
            prometheus.ask(query).filter(|value| plausible(*value))
        });
        assert!(plausible(value), "{query}: {value}");
    }
}

/// Each query of the dashboard that the manifests ship, with Grafana's variable replaced.
fn dashboard() -> Vec<String> {
    let text = include_str!("../manifests/components/monitoring/dashboard.json");
    let dashboard: Value = serde_json::from_str(text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels
        .iter()
        .flat_map(|of| of["targets"].as_array().unwrap());
    targets
        .map(|of| {
            of["expr"]
                .as_str()
                .unwrap()
                .replace("$__rate_interval", "5s")
        })
        .collect()
}

#[test]
fn each_panel_of_the_dashboard_shows_something() {
    let service = Service::answering(|_, _| ok("hello"));
    let (gateway, admin, _dns) = gateway(&service);
    let prometheus = Prometheus::scraping(admin);
    let mut client = gateway.connect();
    let queries = dashboard();
    assert!(queries.len() > 15, "{queries:#?}");
    for query in queries {
        eventually_within(LONG, &query, || {
            client.send(get("/x"));
            assert_eq!(client.response().status(), 200);
            assert_eq!(gateway.get("/gone").status(), 503);
            prometheus.ask(&query)
        });
    }
}

#[test]
fn promtool_finds_nothing_to_object_to() {
    let service = Service::answering(|_, _| ok("hello"));
    let (gateway, admin, _dns) = gateway(&service);
    assert_eq!(gateway.get("/x").status(), 200);
    let mut client = Wire::connect(admin);
    client.send(get("/metrics"));
    let page = client.response();
    let promtool = prometheus().with_file_name("promtool");
    let mut check = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = check.stdin.take().unwrap();
    stdin.write_all(page.text().as_bytes()).unwrap();
    drop(stdin);
    let output = check.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
}
