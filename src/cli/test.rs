//! `api-gateway test`: runs the file's own `tests:`.

use std::io::{self, Write};
use std::path::Path;

use http::HeaderMap;

use super::load::load;
use super::words;
use crate::config::{Config, Severity, Test};
use crate::route::{Outcome, Raw, Table, outcome};

/// Runs the tests of the file at `path`. A line for each goes to `out`, and for one
/// that fails what was expected, what came, and why; mistakes in the file go to
/// `err`.
///
/// The exit code is 0 when all pass, else 1. A file without tests fails: whoever
/// runs this believes that there are some.
///
/// # Errors
///
/// When `out` or `err` can't be written to.
pub fn run(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let (config, report) = load(path, env);
    let Some(config) = config else {
        writeln!(err, "{report}")?;
        return Ok(1);
    };
    if report.count(Severity::Warning) > 0 {
        writeln!(err, "{report}")?;
    }
    if config.tests.is_empty() {
        let fix = "write one such as - { request: GET /, expect: { status: 404 } }";
        writeln!(err, "{}: has no tests; {fix}", report.file())?;
        return Ok(1);
    }
    let table = Table::new(&config);
    let mut failed = 0;
    for test in &config.tests {
        failed += usize::from(!passes(&config, &table, test, out)?);
    }
    let passed = config.tests.len() - failed;
    writeln!(out, "{passed} passed, {failed} failed")?;
    Ok(u8::from(failed > 0))
}

fn passes(config: &Config, table: &Table, test: &Test, out: &mut dyn Write) -> io::Result<bool> {
    let headers: HeaderMap = test.headers.iter().cloned().collect();
    let raw = Raw {
        method: &test.method,
        target: test.target.as_bytes(),
        host: test.host.as_deref().unwrap_or_default().as_bytes(),
        headers: (&headers).into(),
    };
    let came = outcome(config, table, raw);
    let differences = differences(test, &came);
    let request = format!("{} {}", test.method, test.target);
    if differences.is_empty() {
        writeln!(out, "ok      {request}")?;
        return Ok(true);
    }
    writeln!(out, "FAILED  {request}")?;
    for (key, expected, actual) in differences {
        writeln!(out, "        {key}: expected {expected}, got {actual}")?;
    }
    for line in words::considered(config, raw, &came) {
        writeln!(out, "        {line}")?;
    }
    Ok(false)
}

/// Key, expected and actual value of each part that isn't as expected.
fn differences(test: &Test, came: &Outcome<'_>) -> Vec<(&'static str, String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (mut route, mut service, mut host, mut path, mut location) = (None, None, None, None, None);
    match came {
        Outcome::Proxy {
            route: of,
            service: to,
            host: sent,
            target,
        } => {
            route = Some(of.name.clone());
            service = Some(to.name.clone());
            host = Some(text(sent));
            path = Some(text(target));
        }
        Outcome::Redirect {
            route: of,
            location: to,
            ..
        } => {
            route = Some(of.name.clone());
            location = Some(text(to));
        }
        Outcome::Builtin(_) | Outcome::Reject(..) => {}
    }
    let expect = &test.expect;
    let status = |status: Option<u16>| status.map(|s| s.to_string());
    let rows = [
        ("route", expect.route.clone(), route),
        ("service", expect.service.clone(), service),
        ("host", expect.host.clone(), host),
        ("path", expect.path.clone(), path),
        ("status", status(expect.status), status(came.status())),
        ("location", expect.location.clone(), location),
    ];
    rows.into_iter()
        .filter_map(|(key, expected, actual)| {
            let expected = expected?;
            let differs = actual.as_ref() != Some(&expected);
            differs.then(|| (key, expected, actual.unwrap_or_else(|| "none".into())))
        })
        .collect()
}
