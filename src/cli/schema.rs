//! `api-gateway schema`: the JSON Schema of the configuration, for editors.

use std::io::{self, Write};

use crate::config;

/// Writes the schema to `out`, readable and with a line end.
///
/// # Errors
///
/// When `out` can't be written to.
pub fn run(out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &config::schema())?;
    writeln!(out)
}
