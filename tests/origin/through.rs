//! The same answers through the gateway: who made each is in the log, the metrics and the
//! status, and the command that explains a Host is named where it should be, and only there.

use std::fmt::Write as _;
use std::fs;

use api_gateway::observe::Origin;
use serde_json::Value;

use crate::judged::backed;
use crate::rows::{At, Row, rows};
use crate::sidecar::Sidecar;
use crate::support::{Gateway, Response, Wire, eventually, until};

const EVERYWHERE: [At; 5] = [
    At::AllowAny,
    At::StrictReset,
    At::RegistryOnly,
    At::Bare,
    At::Inbound,
];

/// What no gateway passes on: an upgrade's refusal, half a request, a malformed one.
fn passes(row: &Row) -> bool {
    !row.fields.contains("Upgrade")
        && !row.fields.contains("colon")
        && !row.request.contains("/early")
}

struct Seen {
    gateway: Gateway,
    operator: std::net::SocketAddr,
    dir: tempfile::TempDir,
}

impl Seen {
    /// A gateway with a service for each listener, which gets the client's Host: that is
    /// what goes wrong in a mesh.
    fn start(sidecar: &Sidecar) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (mut services, mut routes) = (String::new(), String::new());
        for at in &EVERYWHERE {
            let (name, address) = (at.name(), at.address(&sidecar.listeners));
            writeln!(services, "  {name}: {{ url: \"http://{address}\", host: preserve, timeouts: {{ response_header: off }} }}").unwrap();
            writeln!(routes, "  - {{ name: {name}, service: {name}, match: {{ headers: [{{ name: at, exact: {name} }}] }} }}").unwrap();
        }
        let log = dir.path().join("access.log");
        let config = format!(
            "server: {{ listen: \"127.0.0.1:0\", threads: 2, trusted_proxies: [127.0.0.0/8] }}\n\
             admin: {{ listen: off, operator: \"127.0.0.1:0\" }}\n\
             access_log: {{ output: {} }}\nservices:\n{services}routes:\n{routes}",
            log.display()
        );
        let gateway = Gateway::start(&config);
        let line = gateway.logged(&["operator on "]);
        let (_, operator) = line.split_once("operator on ").unwrap();
        let operator = operator.parse().unwrap();
        Self {
            gateway,
            operator,
            dir,
        }
    }

    fn operator(&self, path: &str) -> Response {
        let mut wire = Wire::connect(self.operator);
        wire.send(format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n",
            self.operator
        ));
        wire.response()
    }

    /// Asks for the row, and gives the line that this leaves.
    fn ask(&self, row: &Row, id: &str) -> Value {
        let mut words = row.request.split(' ');
        let mut word = || words.next().unwrap();
        let (method, host, path) = (word(), word(), word());
        let (at, fields) = (row.at.name(), row.fields);
        let mut wire = self.gateway.connect();
        wire.send(format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAt: {at}\r\nRow: {id}\r\n\
             X-Request-Id: {id}\r\n{fields}\r\n"
        ));
        assert_eq!(wire.head().unwrap().status(), row.status, "{}", row.request);
        // It stays connected: one that leaves made the error itself.
        let log = self.dir.path().join("access.log");
        eventually(row.request, || {
            let text = fs::read_to_string(&log).unwrap_or_default();
            let lines = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            let mut lines = lines.filter(|line: &Value| line["request_id"] == id);
            lines.next()
        })
    }

    /// How many have been counted with what the line says.
    fn counted(&self, line: &Value) -> f64 {
        let text = |key: &str| line[key].as_str().unwrap_or_default().replace('-', "");
        let flag = text("response_flags");
        let (route, code) = (line["route_name"].as_str().unwrap(), &line["response_code"]);
        let sample = format!(
            "gateway_requests_total{{route=\"{route}\",service=\"{route}\",code=\"{code}\",\
             flag=\"{flag}\",origin=\"{}\"}} ",
            text("error_origin")
        );
        let page = self.operator("/metrics");
        let value = page
            .text()
            .lines()
            .find_map(|line| line.strip_prefix(&sample));
        value.map_or(0.0, |value| value.parse().unwrap())
    }

    fn hints(&self) -> usize {
        let log = self.gateway.log();
        let is_hint = |line: &&String| line.contains("api-gateway explain");
        log.iter().filter(is_hint).count()
    }

    /// Log, metric and status say the same of a row.
    fn check(&self, row: &Row, id: &str) {
        let line = self.ask(row, id);
        let what = format!("{}: {line}", row.request);
        let is_error = row.status >= 400 || line["response_flags"] != "-";
        let expected = is_error.then(|| row.origin.name());
        assert_eq!(line["error_origin"].as_str(), expected, "{what}");
        assert_eq!(line["response_code"], row.status, "{what}");
        assert!(self.counted(&line) >= 1.0, "{what}");
        let status = self.operator("/status").json();
        let mut failures = status["failures"].as_array().unwrap().iter();
        let told = failures.find(|failure| failure["request_id"] == id);
        if row.status >= 500 {
            let told = told.unwrap_or_else(|| panic!("{what} {status}"));
            assert_eq!(told["origin"].as_str(), expected, "{what}");
            assert_eq!(told["service"], row.at.name(), "{what}");
        }
    }
}

#[test]
fn each_answer_of_a_real_envoy_is_blamed_through_the_gateway() {
    let backed = backed();
    let sidecar = &backed.sidecar;
    let seen = Seen::start(sidecar);
    let rows: Vec<_> = rows().into_iter().filter(passes).collect();
    let (mismatches, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.mismatch);
    for (number, row) in others.iter().enumerate() {
        seen.check(row, &format!("other-{number}"));
    }
    // None was held back because another one had just been told.
    assert_eq!(seen.hints(), 0, "{:#?}", seen.gateway.log());
    for (number, row) in mismatches.iter().enumerate() {
        seen.check(row, &format!("mismatch-{number}"));
        // At most one a second is told.
        let before = seen.hints();
        let mut again = 0;
        until(row.request, || {
            again += 1;
            seen.ask(row, &format!("mismatch-{number}-{again}"));
            seen.hints() > before
        });
        let host = row.request.split(' ').nth(1).unwrap();
        let hint = seen
            .gateway
            .log()
            .into_iter()
            .rfind(|line| line.contains("explain"));
        let hint = hint.unwrap();
        let expected = format!(
            "route {}: the sidecar's {} looks",
            row.at.name(),
            row.status
        );
        assert!(
            hint.contains(&expected) && hint.contains(&format!("http://{host}/")),
            "{hint}"
        );
    }
    assert!(mismatches.len() >= 5 && others.len() >= 30);
    let all = [Origin::Sidecar, Origin::Application, Origin::Unknown];
    assert!(
        all.iter()
            .all(|origin| rows.iter().any(|row| row.origin == *origin))
    );
}
