//! Where the lines end up.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::config::LogOutput;

/// An open output. What is written to it is in nobody's buffer.
#[derive(Debug)]
pub(in crate::observe) struct Sink {
    file: File,
    /// `None` for a standard stream.
    path: Option<PathBuf>,
    is_pipe: bool,
}

/// What Linux writes to a pipe in one piece (pipe(7)).
const PIPE_BUF: usize = 4096;

impl Sink {
    /// `None` for no log.
    pub(in crate::observe) fn open(output: &LogOutput) -> io::Result<Option<Self>> {
        let (file, path) = match output {
            LogOutput::Off => return Ok(None),
            LogOutput::Stdout => (io::stdout().as_fd().try_clone_to_owned()?.into(), None),
            LogOutput::File(path) => (open(path)?, Some(path.clone())),
        };
        let is_pipe = is_pipe(&file);
        Ok(Some(Self {
            file,
            path,
            is_pipe,
        }))
    }

    pub(in crate::observe) fn stderr() -> io::Result<Self> {
        let file = io::stderr().as_fd().try_clone_to_owned()?.into();
        let is_pipe = is_pipe(&file);
        Ok(Self {
            file,
            path: None,
            is_pipe,
        })
    }

    /// Opens the path anew; on failure everything stays as it is. Whether there is
    /// another file now.
    pub(super) fn reopen(&mut self) -> io::Result<bool> {
        match &self.path {
            Some(path) => {
                self.file = open(path)?;
                self.is_pipe = is_pipe(&self.file);
            }
            None => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bytes = match self.is_pipe {
            true => at_once(bytes),
            false => bytes,
        };
        match self.file.write(bytes) {
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            written => written,
        }
    }
}

/// As many whole lines as a pipe takes in one piece: another process, such as one that
/// hands over, may write to it too. A line that is longer stands alone.
fn at_once(bytes: &[u8]) -> &[u8] {
    let most = bytes.get(..PIPE_BUF).unwrap_or(bytes);
    let end = memchr::memrchr(b'\n', most).or_else(|| memchr::memchr(b'\n', bytes));
    end.map_or(bytes, |end| &bytes[..=end])
}

fn is_pipe(file: &File) -> bool {
    file.metadata().is_ok_and(|file| file.file_type().is_fifo())
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let is_pipe = fs::metadata(path).is_ok_and(|file| file.file_type().is_fifo());
    // Opening a pipe only for writing waits until somebody reads.
    options.read(is_pipe).append(true).create(!is_pipe);
    // It says who asked for what.
    options.mode(0o640);
    options.open(path).map_err(|error| {
        let message = format!("can't open {}: {error}", path.display());
        io::Error::new(error.kind(), message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_gets_whole_lines_in_pieces_that_it_takes_at_once() {
        let line = [&[b'x'; 1500][..], b"\n"].concat();
        let lines = line.repeat(5);
        assert_eq!(at_once(&lines).len(), 2 * line.len());
        assert_eq!(at_once(&line), line);
        let long = [&[b'x'; 5000][..], b"\n", b"rest\n"].concat();
        assert_eq!(at_once(&long).len(), 5001);
        // The rest of a line that was written in part.
        assert_eq!(at_once(b"tail"), b"tail");
    }
}
