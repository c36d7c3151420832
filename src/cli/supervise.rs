//! `api-gateway supervise`: the first process of a container.

use std::ffi::OsString;
use std::io::{self, Write};

use crate::lifecycle::supervise;

/// Runs this program with these arguments, and its successors after it.
///
/// The exit code is that of the last of them.
///
/// # Errors
///
/// When `err` can't be written to.
pub fn run(arguments: &[OsString], err: &mut dyn Write) -> io::Result<u8> {
    supervise(arguments).or_else(|error| {
        writeln!(err, "{error}")?;
        Ok(1)
    })
}
