//! `api-gateway upgrade`: replaces the process that serves by a new one.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{self, Path, PathBuf};

use super::load::load;
use crate::config;
use crate::lifecycle::request_upgrade;

/// Has the gateway that serves with the file's `server.upgrade_socket` hand over to a new
/// process with that file. The new one runs `binary`, by default this program.
///
/// The exit code is 0 when the new process serves, 1 when the old one still does.
///
/// # Errors
///
/// When `out` or `err` can't be written to.
pub fn run(
    path: &Path,
    binary: Option<PathBuf>,
    env: fn(&str) -> Option<String>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let (config, report) = load(path, &env);
    if !report.is_empty() {
        writeln!(err, "{report}")?;
    }
    let Some(config) = config else {
        writeln!(err, "nothing was upgraded, the old process serves on")?;
        return Ok(1);
    };
    let socket = &config.server.runtime.upgrade_socket;
    let order = order(path, binary, env);
    let upgraded = order
        .map_err(Into::into)
        .and_then(|(program, file, variables)| {
            request_upgrade(socket, program, file, variables, out)
        });
    match upgraded {
        Ok(pid) => {
            writeln!(out, "process {pid} serves")?;
            Ok(0)
        }
        Err(error) => {
            writeln!(err, "{error}")?;
            Ok(1)
        }
    }
}

/// The program, the file, and the variables that it names as they are here: the new
/// process has the old one's environment otherwise.
fn order(
    path: &Path,
    binary: Option<PathBuf>,
    env: fn(&str) -> Option<String>,
) -> io::Result<(PathBuf, PathBuf, BTreeMap<String, String>)> {
    let program = match binary {
        Some(binary) => path::absolute(binary)?,
        None => std::env::current_exe()?,
    };
    let named = config::variables(&std::fs::read_to_string(path)?);
    let variables = named
        .into_iter()
        .filter_map(|name| env(&name).map(|value| (name, value)));
    // Not canonical: a ConfigMap's link is to be followed anew each time.
    Ok((program, path::absolute(path)?, variables.collect()))
}
