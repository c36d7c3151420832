//! `api-gateway run`: serves by a configuration until a signal stops it.

use std::io::{self, Write};
use std::path::Path;

use super::load::load;
use crate::lifecycle::{Listeners, serve};

/// Serves by the file at `path`. Mistakes in it go to `err`, as `check` tells
/// them, and with an error among them nothing is started.
///
/// The exit code is 0 after a stop, 1 when the gateway can't start.
///
/// # Errors
///
/// When `err` can't be written to.
pub fn run(
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let (config, report) = load(path, env);
    if !report.is_empty() {
        writeln!(err, "{report}")?;
    }
    let Some(config) = config else {
        return Ok(1);
    };
    let listeners = match Listeners::bind(&config.server.listen) {
        Ok(listeners) => listeners,
        Err(error) => {
            writeln!(err, "{error}")?;
            return Ok(1);
        }
    };
    match serve(config, listeners) {
        Ok(()) => Ok(0),
        Err(error) => {
            writeln!(err, "{error}")?;
            Ok(1)
        }
    }
}
