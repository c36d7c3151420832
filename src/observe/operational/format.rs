//! How a line looks. Nothing that is said can make another one, whatever is in it.

use std::io::{self, Write};

use env_logger::fmt::Formatter;
use jiff::Timestamp;
use log::{Level, Record};

use super::FORMAT;
use crate::observe::access_log::escaped;

/// `LOG_FORMAT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people: `[2026-01-31T23:59:59Z WARN  api_gateway::lifecycle::run] text`.
    #[default]
    Text,
    /// For machines: an object a line, with the keys of Istio's own logs.
    Json,
}

/// `LOG_FORMAT` is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{FORMAT} is {0:?}; write text or json, or unset it")]
pub struct UnknownFormat(String);

impl Format {
    /// Unset and empty are the default.
    pub(super) fn read(text: Option<&str>) -> Result<Self, UnknownFormat> {
        match text.unwrap_or_default() {
            "" | "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(UnknownFormat(other.to_owned())),
        }
    }

    pub(super) fn write(self, to: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
        let message = record.args().to_string();
        match self {
            Self::Text => {
                let style = to.default_level_style(record.level());
                let (level, time) = (record.level(), to.timestamp_seconds());
                write!(
                    to,
                    "[{time} {style}{level:<5}{style:#} {}] ",
                    record.target()
                )?;
                to.write_all(&text(&message))
            }
            Self::Json => to.write_all(&json(record.level(), record.target(), &message)),
        }
    }

    /// The same without colours, for what doesn't come from the log.
    pub(super) fn line(self, level: Level, scope: &str, message: &str) -> Vec<u8> {
        match self {
            Self::Text => {
                let time = Timestamp::now();
                let mut to = format!("[{time:.0} {level:<5} {scope}] ").into_bytes();
                to.extend(text(message));
                to
            }
            Self::Json => json(level, scope, message),
        }
    }
}

/// Lines after the first are set in, so that none of them looks like another one of the
/// log, and what would change how it is shown is escaped.
pub(super) fn text(message: &str) -> Vec<u8> {
    let mut to = Vec::with_capacity(message.len() + 1);
    for (at, line) in message.lines().enumerate() {
        if at > 0 {
            to.extend_from_slice(b"    ");
        }
        for part in line.split_inclusive(['"', '\\']) {
            // These stay as they are; JSON would escape them.
            let end = part.trim_end_matches(['"', '\\']).len();
            escaped(&part.as_bytes()[..end], &mut to);
            to.extend_from_slice(&part.as_bytes()[end..]);
        }
        to.push(b'\n');
    }
    if to.is_empty() {
        to.push(b'\n');
    }
    to
}

/// The object and the end of its line.
pub(super) fn json(level: Level, scope: &str, message: &str) -> Vec<u8> {
    let mut to = Vec::with_capacity(message.len() + 128);
    let time = Timestamp::now();
    // Writing into memory doesn't fail.
    let _ = write!(
        to,
        r#"{{"time":"{time:.3}","level":"{}","scope":""#,
        super::level(level)
    );
    escaped(scope.as_bytes(), &mut to);
    to.extend_from_slice(br#"","msg":""#);
    escaped(message.as_bytes(), &mut to);
    to.extend_from_slice(b"\"}\n");
    to
}
