//! `api-gateway check`: says everything that is wrong with a configuration.

use std::io::{self, Write};
use std::path::Path;

use super::load::load;
use crate::config::Severity;

/// Checks the file at `path`. All lines go to `err`, those about mistakes as
/// `FILE:LINE:COL path.to.key: message; fix`.
///
/// The exit code is 0, or 1 when there are errors; with `deny_warnings` when
/// there are warnings too.
///
/// # Errors
///
/// When `err` can't be written to.
pub fn run(
    path: &Path,
    deny_warnings: bool,
    env: &dyn Fn(&str) -> Option<String>,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let (config, report) = load(path, env);
    if !report.is_empty() {
        writeln!(err, "{report}")?;
    }
    let warnings = report.count(Severity::Warning);
    match config {
        Some(config) if warnings == 0 || !deny_warnings => {
            let services = count(config.services.len(), "service");
            let routes = count(config.routes.len(), "route");
            writeln!(err, "{}: ok, {services}, {routes}", report.file())?;
            Ok(0)
        }
        _ => Ok(1),
    }
}

fn count(number: usize, of: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {of}{plural}")
}
