//! The line that each request leaves in a log.

use std::path::PathBuf;

use http::HeaderName;

/// `access_log:`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessLog {
    /// Where the lines go.
    pub output: LogOutput,
    /// Which part of the requests that went well leaves a line.
    pub sample: Share,
    /// What happens to a line that the output has no room for.
    pub on_full: OnFull,
    /// Request headers that are logged too. Names are unique, and none of them
    /// carries credentials by its definition.
    pub headers: Vec<HeaderName>,
    /// Query parameters whose values aren't logged, besides those that never are.
    /// As in the file; they are compared by letters and digits only, in any case.
    pub redact_query: Vec<String>,
}

/// `access_log.output:`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LogOutput {
    /// The standard output of the process.
    #[default]
    Stdout,
    /// No log.
    Off,
    /// This file, at its end; an absolute path.
    File(PathBuf),
}

/// `access_log.on_full:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFull {
    /// The line is lost and counted.
    #[default]
    Drop,
    /// Whoever has the line waits.
    Block,
}

/// A part of a whole, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self(1_000_000);

    /// `None` when it is more than the whole.
    #[must_use]
    pub fn of_millionths(millionths: u32) -> Option<Self> {
        (millionths <= Self::ALL.0).then_some(Self(millionths))
    }

    /// From 0 to 1,000,000.
    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

impl Default for Share {
    fn default() -> Self {
        Self::ALL
    }
}
