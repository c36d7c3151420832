//! Reads a configuration for a command: what the file says, and what its routes
//! mean together.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::config::{self, Config, Report, Severity};
use crate::route::{self, Finding};

/// Reads the file at `path`. The report holds all mistakes; with an error among
/// them there is no configuration.
pub(super) fn load(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> (Option<Config>, Report) {
    load_bytes(path, File::open(path).and_then(config::content), env)
}

/// The same with what reading the file gave.
pub(super) fn load_bytes(
    path: &Path,
    content: io::Result<Vec<u8>>,
    env: &dyn Fn(&str) -> Option<String>,
) -> (Option<Config>, Report) {
    let (config, mut report) = config::parse_bytes(path, content, env);
    let findings = match &config {
        Some(config) => route::lint(config),
        None => lint_paths(&report),
    };
    for finding in findings {
        match finding.severity {
            Severity::Error => report.error(&finding.path, finding.message, finding.fix),
            Severity::Warning => report.warning(&finding.path, finding.message, finding.fix),
        }
    }
    let config = config.filter(|_| !report.has_errors());
    (config, report)
}

/// What can be said of each path by itself, so that one run says it beside the
/// mistakes that leave no configuration.
fn lint_paths(report: &Report) -> Vec<Finding> {
    let Some(mode) = report.path_normalization() else {
        return Vec::new();
    };
    let paths = report.written_paths().into_iter();
    paths
        .filter_map(|(key, path)| route::lint_path(mode, key, path))
        .collect()
}
