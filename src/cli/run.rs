//! `api-gateway run`: serves by a configuration until a signal stops it.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::load::load_bytes;
use crate::config;
use crate::lifecycle::{Control, Source, Start, serve};

/// Serves by the file at `path`, or with `upgrade` takes over from the gateway that
/// serves. Mistakes in the file go to `err`, as `check` tells them, and with an error
/// among them nothing is started.
///
/// The exit code is 0 after a stop, 1 when the gateway can't start.
///
/// # Errors
///
/// When `err` can't be written to.
pub fn run(
    path: &Path,
    upgrade: bool,
    env: fn(&str) -> Option<String>,
    err: &mut dyn Write,
) -> io::Result<u8> {
    // Before anything that takes long: from here on signals are heard.
    let control = match Control::new() {
        Ok(control) => control,
        Err(error) => {
            writeln!(err, "{error}")?;
            return Ok(1);
        }
    };
    let content = File::open(path).and_then(config::content);
    let known = content.as_ref().ok().cloned();
    let (config, report) = load_bytes(path, content, &env);
    if !report.is_empty() {
        writeln!(err, "{report}")?;
    }
    let Some(config) = config else {
        return Ok(1);
    };
    let file = path.to_owned();
    let parse = move |content| load_bytes(&file, content, &env);
    let start = Start {
        source: Some(Source::new(
            path.to_owned(),
            known.unwrap_or_default(),
            parse,
        )),
        upgrade,
        runtime_dir: true,
    };
    match serve(control, config, start, |_| {}) {
        Ok(()) => Ok(0),
        Err(error) => {
            writeln!(err, "{error}")?;
            Ok(1)
        }
    }
}
