//! What the keys of `access_log` mean.

use super::super::{AccessLog, LogOutput, OnFull, Share};
use super::{lines, read};

const REST: &str = "services: { a: { url: http://a } }\nroutes: [{ name: r, service: a }]\n";

#[track_caller]
fn good(text: &str) -> AccessLog {
    let (config, report) = read(&format!("{text}\n{REST}"));
    assert_eq!(report.to_string(), "");
    config.unwrap().access_log
}

#[test]
fn the_defaults_are_those_that_the_schema_describes() {
    let default = AccessLog {
        output: LogOutput::Stdout,
        sample: Share::ALL,
        on_full: OnFull::Drop,
        headers: Vec::new(),
        redact_query: Vec::new(),
    };
    for text in [
        "",
        "access_log:",
        "access_log: {}",
        "access_log: { output: stdout, sample: 1, on_full: drop, headers: [], redact_query: [] }",
    ] {
        assert_eq!(good(text), default, "{text}");
    }
}

#[test]
fn every_key_reaches_the_model() {
    let log = good(
        "access_log: { output: '/log/${PORT}', sample: 0.25, on_full: block, \
         headers: [Referer, X-Team], redact_query: [pin, Card%20No] }",
    );
    assert_eq!(log.output, LogOutput::File("/log/8080".into()));
    assert_eq!(log.sample.millionths(), 250_000);
    assert_eq!(log.on_full, OnFull::Block);
    assert_eq!(log.headers, ["referer", "x-team"]);
    assert_eq!(log.redact_query, ["pin", "Card%20No"]);
    let log = good("access_log: { output: off, sample: 0 }");
    assert_eq!(log.output, LogOutput::Off);
    assert_eq!(log.sample, Share::NONE);
}

#[test]
fn as_many_headers_as_allowed_are_taken() {
    let headers = |count: usize| {
        let names: Vec<_> = (0..count).map(|n| format!("X-{n}")).collect();
        format!("access_log: {{ headers: [{}] }}", names.join(", "))
    };
    assert_eq!(good(&headers(32)).headers.len(), 32);
    assert_eq!(
        lines(&format!("{}\n{REST}", headers(33))),
        [
            "f:1:15 access_log.headers: names 33 headers, more than 32; name those that somebody looks for"
        ]
    );
}
