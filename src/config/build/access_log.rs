//! `access_log:`.

use std::collections::HashMap;

use http::HeaderName;

use super::super::model::{AccessLog, LogOutput, Runtime};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::Section;
use super::super::value::{FieldName, Leaf, ParameterName};
use super::{LIST_FIX, unique, value, values, without_value};
use crate::parameter::letters_and_digits;

const OUTPUT: &str = "access_log.output";
const HEADERS: &str = "access_log.headers";
const REDACT: &str = "access_log.redact_query";

/// Headers that are there to carry credentials (RFC 9110, section 11; RFC 6265).
const SECRET: [&str; 4] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
];

/// More would make lines that nobody reads.
const MAX_HEADERS: usize = 32;

/// Builds it beside the files of `runtime`.
pub(super) fn access_log(
    raw: Option<Section<raw::AccessLog>>,
    runtime: &Runtime,
    report: &mut Report,
) -> AccessLog {
    let raw = raw.map(|section| section.0).unwrap_or_default();
    let log = AccessLog {
        output: value(OUTPUT, raw.output.as_ref(), report).unwrap_or_default(),
        sample: value("access_log.sample", raw.sample.as_ref(), report).unwrap_or_default(),
        on_full: value("access_log.on_full", raw.on_full.as_ref(), report).unwrap_or_default(),
        headers: headers(raw.headers.as_deref(), report),
        redact_query: redact_query(raw.redact_query.as_deref(), report),
    };
    if let LogOutput::File(path) = &log.output {
        let others = [
            ("server.runtime_dir", &runtime.dir),
            ("server.upgrade_socket", &runtime.upgrade_socket),
            ("server.pid_file", &runtime.pid_file),
        ];
        let same = others.iter().find(|(_, other)| *other == path);
        if let Some((other, _)) = same.filter(|(other, _)| !report.is_covered(other)) {
            let message = format!("is also the path of {other}");
            report.error(OUTPUT, message, "write another path");
        }
    }
    log
}

fn headers(raw: Option<&[Option<Leaf<FieldName>>]>, report: &mut Report) -> Vec<HeaderName> {
    let Some(raw) = raw else {
        without_value(HEADERS, LIST_FIX, report);
        return Vec::new();
    };
    if raw.len() > MAX_HEADERS {
        let message = format!("names {} headers, more than {MAX_HEADERS}", raw.len());
        report.error(HEADERS, message, "name those that somebody looks for");
    }
    let mut seen = HashMap::new();
    let mut all = Vec::new();
    for (path, name) in values(HEADERS, raw, report) {
        unique(&path, name.clone(), "header", &mut seen, report);
        if SECRET.contains(&name.as_str()) {
            report.error(
                &path,
                "carries credentials, which don't belong in a log",
                "leave it out",
            );
        }
        all.push(name);
    }
    all
}

fn redact_query(raw: Option<&[Option<Leaf<ParameterName>>]>, report: &mut Report) -> Vec<String> {
    let Some(raw) = raw else {
        without_value(REDACT, LIST_FIX, report);
        return Vec::new();
    };
    let mut seen = HashMap::new();
    let mut all = Vec::new();
    for (path, name) in values(REDACT, raw, report) {
        let compared = letters_and_digits(name.as_bytes());
        if compared.is_empty() {
            report.error(
                &path,
                "has no letter or digit, and names are compared by those only",
                "write the parameter's whole name, as it stands in the URL",
            );
        } else {
            unique(&path, compared, "parameter", &mut seen, report);
        }
        all.push(name);
    }
    all
}
