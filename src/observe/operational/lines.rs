//! What a command says beside the log, in the log's own form.

use std::io::{self, Write};

use log::Level;

use super::format::{Format, json};
use super::pipe::Pipe;
use crate::failure::PSEUDONYM;

/// The standard error of a command that runs for long: as text its words stay as they are,
/// as JSON each line is an object like those of the log. They come in the order in which
/// they were said.
#[derive(Debug)]
pub struct Lines {
    format: Format,
    pipe: Pipe,
    /// Of a line without an end so far.
    begun: Vec<u8>,
}

impl Lines {
    pub(super) fn new(format: Format, pipe: Pipe) -> Self {
        let begun = Vec::new();
        Self {
            format,
            pipe,
            begun,
        }
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        while let Some(end) = memchr::memchr(b'\n', &self.begun) {
            let rest = self.begun.split_off(end + 1);
            let line = std::mem::replace(&mut self.begun, rest);
            match self.format {
                Format::Text => self.pipe.hand_over(&line),
                Format::Json => {
                    let line = String::from_utf8_lossy(&line[..end]);
                    self.pipe.hand_over(&json(level(&line), PSEUDONYM, &line));
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Mistakes in a configuration say themselves whether it can be used all the same.
fn level(line: &str) -> Level {
    match line.contains(": warning: ") {
        true => Level::Warn,
        false => Level::Error,
    }
}
