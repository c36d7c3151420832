//! Findings as a SARIF 2.1.0 log, which code scanners show beside the lines.

use serde_json::{Value, json};

use super::{Told, severity};
use crate::mesh::findings::CHECKS;

/// The whole log.
pub(super) fn log(told: &[Told<'_>], notes: &[String]) -> Value {
    let rules: Vec<_> = CHECKS
        .iter()
        .map(|of| {
            json!({
                "id": of.code,
                "shortDescription": { "text": of.title },
                "defaultConfiguration": { "level": severity(of.severity) },
            })
        })
        .collect();
    let results: Vec<_> = told.iter().map(result).collect();
    let notes: Vec<_> = notes
        .iter()
        .map(|note| json!({ "level": "note", "message": { "text": note } }))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "api-gateway doctor",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notes,
            }],
            "results": results,
        }],
    })
}

fn result(of: &Told<'_>) -> Value {
    json!({
        "ruleId": of.code,
        "level": of.severity,
        "message": { "text": format!("{}. Fix: {}.", of.what, of.fix) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&of.file) },
            "region": { "startLine": of.line },
        } }],
    })
}

/// A path as a relative reference (RFC 3986): what isn't plain is escaped.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}
