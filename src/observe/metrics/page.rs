//! The text format of Prometheus, version 0.0.4.

use std::fmt::{self, Display, Write};

use super::histogram::{BOUNDS, Histogram};

/// The `Content-Type` of a page.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// A page that is being written, family by family.
#[derive(Debug, Default)]
pub(super) struct Page(String);

/// The samples of one name follow each other.
#[derive(Debug)]
pub(super) struct Family<'a> {
    page: &'a mut String,
    name: &'static str,
}

impl Page {
    pub(super) fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        write(&mut self.0, format_args!("# HELP {name} {help}\n"));
        write(&mut self.0, format_args!("# TYPE {name} {kind}\n"));
        Family {
            page: &mut self.0,
            name,
        }
    }

    /// A family of one sample.
    pub(super) fn single(
        &mut self,
        name: &'static str,
        kind: Kind,
        help: &str,
        value: impl Display,
    ) {
        self.family(name, kind, help).sample("", value);
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// The labels are what [`labels`] made, or empty.
    pub(super) fn sample(&mut self, labels: &str, value: impl Display) {
        let (open, close) = if labels.is_empty() {
            ("", "")
        } else {
            ("{", "}")
        };
        let name = self.name;
        write(
            self.page,
            format_args!("{name}{open}{labels}{close} {value}\n"),
        );
    }

    /// The labels are what [`labels`] made, of at least one pair.
    pub(super) fn histogram(&mut self, labels: &str, histogram: &Histogram) {
        let name = self.name;
        let (cumulative, sum) = histogram.read();
        let bounds = BOUNDS.iter().map(|(_, bound)| *bound).chain(["+Inf"]);
        for (bound, count) in bounds.zip(cumulative) {
            write(
                self.page,
                format_args!("{name}_bucket{{{labels},le=\"{bound}\"}} {count}\n"),
            );
        }
        let count = cumulative[BOUNDS.len()];
        let sum = Micros(sum);
        write(
            self.page,
            format_args!("{name}_sum{{{labels}}} {sum}\n{name}_count{{{labels}}} {count}\n"),
        );
    }
}

/// Labels as they stand between the braces.
pub(super) fn labels(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        let comma = if text.is_empty() { "" } else { "," };
        write(
            &mut text,
            format_args!("{comma}{name}=\"{}\"", Escaped(value)),
        );
    }
    text
}

struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '\\' => f.write_str("\\\\"),
                '"' => f.write_str("\\\""),
                '\n' => f.write_str("\\n"),
                char => f.write_char(char),
            }?;
        }
        Ok(())
    }
}

/// Microseconds, shown as seconds and exact.
struct Micros(u64);

impl Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

fn write(text: &mut String, what: fmt::Arguments<'_>) {
    // A string takes everything.
    let _ = text.write_fmt(what);
}
