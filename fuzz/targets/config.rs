//! The configuration: mistakes have places, and what has none can be served by.
//!
//! Input: the file.

use std::path::Path;
use std::sync::Arc;

use api_gateway::config::{self, Config, LogOutput, PathMatch, Report};
use api_gateway::fields::Fields;
use api_gateway::guard::Settings;
use api_gateway::observe::{AccessLog, Observer};
use api_gateway::proxy::Snapshot;
use api_gateway::route::{Outcome, Raw, Table, lint, outcome};
use http::Method;

const FILE: &str = "gateway.yaml";

/// A small environment.
fn variable(name: &str) -> Option<String> {
    match name {
        "URL" => Some("http://from-env:81".into()),
        "PORT" => Some("8080".into()),
        "EMPTY" => Some(String::new()),
        "LINES" => Some("a: b\n- ${PORT}".into()),
        _ => None,
    }
}

pub fn run(input: &[u8]) {
    let read = config::parse_bytes(Path::new(FILE), Ok(input.to_vec()), &variable);
    let (config, report) = read;
    assert_eq!(config.is_none(), report.has_errors());
    check_places(&report, input);
    if let Some(config) = config {
        serve(config);
    }
}

fn check_places(report: &Report, input: &[u8]) {
    let ends = input.iter().filter(|&&b| matches!(b, b'\n' | b'\r'));
    // What is missing at the end of a last line without an end is missed in the next.
    let lines = ends.count() + 2;
    for mistake in report.iter() {
        assert!((1..=lines).contains(&mistake.line), "{mistake}");
        assert!((1..=input.len() + 1).contains(&mistake.column), "{mistake}");
        assert!(!mistake.message.is_empty() && !mistake.fix.is_empty());
        let line = format!("{FILE}:{mistake}");
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    let shown = report.to_string();
    assert_eq!(shown.lines().count(), report.iter().count(), "{shown}");
}

fn serve(config: Config) {
    for finding in lint(&config) {
        assert!(!finding.message.is_empty(), "{}", finding.path);
    }
    let table = Table::new(&config);
    let mut targets = vec!["/".to_owned(), "/a/b?c=d".into(), "/%2e%2e/x".into()];
    for matched in config.routes.iter().flat_map(|route| &route.matches) {
        if let PathMatch::Exact(path) | PathMatch::Prefix(path) = &matched.path {
            targets.push(path.clone());
            targets.push(format!("{path}/x?y"));
        }
    }
    for target in &targets {
        let raw = Raw {
            method: &Method::GET,
            target: target.as_bytes(),
            host: b"client.example",
            headers: Fields::NONE,
        };
        match outcome(&config, &table, raw) {
            Outcome::Proxy { target, host, .. } => {
                assert_eq!(target.first(), Some(&b'/'));
                assert!(!host.is_empty() && host.iter().all(u8::is_ascii_graphic));
            }
            Outcome::Redirect { location, .. } => {
                assert!(!location.is_empty() && location.iter().all(u8::is_ascii_graphic));
            }
            Outcome::Builtin(_) | Outcome::Reject(..) => {}
        }
    }
    let _ = Settings::new(&config);
    let off = config::AccessLog {
        output: LogOutput::Off,
        ..config.access_log.clone()
    };
    let access_log = AccessLog::start(&off).expect("no log can be had");
    let observer = Arc::new(Observer::new(access_log));
    Snapshot::new(config, observer).expect("a checked configuration can be served by");
}
