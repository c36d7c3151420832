//! Reads a configuration for a command: what the file says, and what its routes
//! mean together.

use std::path::Path;

use crate::config::{self, Config, Report, Severity};
use crate::route;

/// Reads the file at `path`. The report holds all mistakes; with an error among
/// them there is no configuration.
pub(super) fn load(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> (Option<Config>, Report) {
    let (config, mut report) = config::read(path, env);
    for finding in config.iter().flat_map(route::lint) {
        match finding.severity {
            Severity::Error => report.error(&finding.path, finding.message, finding.fix),
            Severity::Warning => report.warning(&finding.path, finding.message, finding.fix),
        }
    }
    let config = config.filter(|_| !report.has_errors());
    (config, report)
}
