//! The operational log: what the gateway says of itself, on standard error.
//!
//! Requests say something there, too, when they fail. So whoever says something hands its
//! line over and goes on, as with the access log: a thread of its own writes, and what finds
//! no room is lost and counted. A standard error that nobody reads stops nobody.

mod format;
mod lines;
mod pipe;
#[cfg(test)]
mod tests;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, IsTerminal as _};
use std::panic;
use std::thread;
use std::time::Duration;

use env_logger::{Builder, Env, Target, WriteStyle};
use log::{Level, LevelFilter, Log, Metadata, Record};

pub use self::format::{Format, UnknownFormat};
pub use self::lines::Lines;
use self::pipe::Pipe;
use crate::failure::PSEUDONYM;

/// The environment variable that says how lines look.
pub const FORMAT: &str = "LOG_FORMAT";

/// Ours and, of the libraries, what isn't about their inner life.
const FILTER: &str = "debug,pingora=warn,hickory=warn";

/// How long the end waits for the last lines.
const LAST_LINES: Duration = Duration::from_millis(500);

/// Starts the log of this process. It isn't part of the configuration, because most of
/// what is said of that is said before there is one.
///
/// Without `RUST_LOG` debug lines wait for the level to be changed on the operator's
/// listener.
///
/// # Errors
/// When `LOG_FORMAT` says something else than `text` or `json`.
pub fn start(env: &dyn Fn(&str) -> Option<String>) -> Result<Lines, UnknownFormat> {
    let format = Format::read(env(FORMAT).as_deref())?;
    let pipe = Pipe::start();
    let filter = Env::default().default_filter_or(FILTER);
    let mut builder = Builder::from_env(filter);
    let is_styled = env(env_logger::DEFAULT_WRITE_STYLE_ENV).is_some();
    match format {
        Format::Json => {
            builder.write_style(WriteStyle::Never);
        }
        Format::Text if is_styled => {}
        Format::Text => {
            let plain = env("NO_COLOR").is_some_and(|value| !value.is_empty());
            builder.write_style(match io::stderr().is_terminal() && !plain {
                true => WriteStyle::Always,
                false => WriteStyle::Never,
            });
        }
    }
    builder.format(move |to, record| format.write(to, record));
    builder.target(Target::Pipe(Box::new(pipe.clone())));
    let inner = builder.build();
    let level = match env(env_logger::DEFAULT_FILTER_ENV) {
        Some(_) => inner.filter(),
        None => LevelFilter::Info,
    };
    let lines = Lines::new(format, pipe.clone());
    tell_of_panics(format, pipe.clone());
    // There is no other logger that could be in the way.
    if log::set_boxed_logger(Box::new(Operational { inner, pipe })).is_ok() {
        log::set_max_level(level);
    }
    Ok(lines)
}

/// What panics says so in the form of the log, whatever the log leaves out. The usual hook
/// would wait for standard error, and what a client sent could look like a line.
fn tell_of_panics(format: Format, pipe: Pipe) {
    panic::set_hook(Box::new(move |panic| {
        let backtrace = Backtrace::capture();
        let told = match backtrace.status() {
            BacktraceStatus::Captured => format!("{panic}\n{backtrace}"),
            _ => panic.to_string(),
        };
        let thread = thread::current();
        let name = thread.name().unwrap_or("unnamed");
        let told = format!("thread {name:?} {told}");
        pipe.hand_over(&format.line(Level::Error, PSEUDONYM, &told));
        // The process ends with it, and with the process whoever writes.
        if name == "main" {
            pipe.wait(LAST_LINES);
        }
    }));
}

/// Lines that were lost because standard error took none.
#[must_use]
pub fn dropped() -> u64 {
    pipe::dropped()
}

/// Waits until what was said is written, for a moment at most.
pub fn flush() {
    log::logger().flush();
}

struct Operational {
    inner: env_logger::Logger,
    pipe: Pipe,
}

impl Log for Operational {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.inner.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        self.inner.log(record);
    }

    fn flush(&self) {
        self.pipe.wait(LAST_LINES);
    }
}

/// As Istio's logs have it.
const fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    }
}
