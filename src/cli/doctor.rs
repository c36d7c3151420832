//! `api-gateway doctor`: what doesn't fit together, before a request finds out.

mod files;
mod labels;
mod place;
mod probe;
mod sample;
mod sarif;
mod text;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::dump::{self, Source};
use super::load::load;
use super::paint::Paint;
use crate::config::Severity;
use crate::mesh::Dump;
use crate::mesh::findings::{self, Finding, Input, Variable, Variables};
use crate::mesh::manifests::{Manifests, Name};
use place::Places;

/// What is looked at, and how it is told.
#[derive(Debug)]
pub struct Examined {
    /// The gateway's configuration.
    pub config: PathBuf,
    /// The configuration of its sidecar.
    pub sidecar: Option<Source>,
    /// Files, and directories with such.
    pub manifests: Vec<PathBuf>,
    /// How findings are printed.
    pub output: Output,
    /// What makes the exit code 1.
    pub fail_on: FailOn,
    /// Colours in the text.
    pub colors: bool,
}

/// `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// One object.
    Json,
    /// For code scanners: SARIF 2.1.0.
    Sarif,
}

/// `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
}

/// A finding with its place found.
#[derive(Debug, Serialize)]
struct Told<'a> {
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    /// `FILE:LINE` and what is there.
    #[serde(rename = "where")]
    place: String,
    file: String,
    line: usize,
    what: &'a str,
    fix: &'a str,
}

/// Examines and tells. The exit code is 1 when there is a finding that fails, or something
/// can't be read; 2 when the address of the sidecar is none.
///
/// # Errors
///
/// When `out` or `err` can't be written to.
pub fn run(
    examined: &Examined,
    env: &dyn Fn(&str) -> Option<String>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let files = match files::read(&examined.manifests) {
        Ok(files) => files,
        Err(why) => {
            writeln!(err, "{why}")?;
            return Ok(1);
        }
    };
    let pairs = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), &bytes[..]));
    let manifests = Manifests::read(pairs);
    // The pod's own variables say what the gateway will read.
    let own = Variables::read(&manifests);
    let guessed = Cell::new(false);
    let env = |name: &str| match own.get(name) {
        Variable::Value(value) => Some(value.to_owned()),
        Variable::Unset => env(name),
        Variable::Unknown => {
            guessed.set(true);
            env(name)
        }
    };
    let (config, report) = load(&examined.config, &env);
    let Some(config) = config else {
        writeln!(err, "{report}")?;
        return Ok(1);
    };
    let dump = match examined.sidecar.as_ref().map(dump::read).transpose() {
        Ok(dump) => dump,
        Err(none) => {
            writeln!(err, "{none}")?;
            return Ok(none.exit_code());
        }
    };
    let (asked, more) = probe::ask(&config, dump.as_ref());
    // By the pod's variables they are other ones than `check` sees. A sidecar's own
    // configuration tells better what becomes of an address.
    let warnings = report.iter().filter(|of| of.severity == Severity::Warning);
    let warnings = warnings.filter(|_| dump.is_none());
    let mut notes: Vec<_> = warnings
        .map(|of| format!("{}:{of}", report.file()))
        .collect();
    let is_doubtful = !notes.is_empty();
    notes.extend(more);
    notes.extend(manifests.notes.iter().cloned());
    let namespaces = dump.as_ref().map(namespaces).unwrap_or_default();
    let input = Input {
        config: &config,
        asked: &asked,
        manifests: &manifests,
        labels: &labels::LABELS,
        guessed: guessed.get(),
        namespaces: &namespaces,
    };
    let (found, more) = findings::find(input);
    notes.extend(more);
    let mut places = Places::new(&report);
    let told: Vec<_> = found.iter().map(|of| tell(of, &mut places)).collect();
    match examined.output {
        Output::Text => {
            let paint = Paint {
                colors: examined.colors,
            };
            text::tell(&told, &notes, paint, out)?;
        }
        Output::Json => {
            let answer = serde_json::json!({ "findings": told, "notes": notes });
            writeln!(out, "{answer}")?;
        }
        Output::Sarif => writeln!(out, "{}", sarif::log(&told, &notes))?,
    }
    let strict = examined.fail_on == FailOn::Warning;
    let fails = |of: &Finding| of.check.severity == Severity::Error || strict;
    Ok(u8::from(found.iter().any(fails) || (strict && is_doubtful)))
}

/// The namespaces of the services that a sidecar knows.
fn namespaces(dump: &Dump) -> BTreeSet<String> {
    let hosts = dump
        .clusters
        .keys()
        .filter_map(|name| name.rsplit('|').next());
    let services = hosts.filter(|host| host.contains(".svc."));
    let names = services.filter_map(|host| Name::of(host, ""));
    names.map(|name| name.namespace).collect()
}

fn tell<'f>(finding: &'f Finding, places: &mut Places) -> Told<'f> {
    let (file, line, what) = places.find(&finding.place);
    let place = format!("{file}:{line} {what}").trim_end().to_owned();
    Told {
        code: finding.check.code,
        severity: severity(finding.check.severity),
        title: finding.check.title,
        place,
        file,
        line,
        what: &finding.what,
        fix: &finding.fix,
    }
}

fn severity(of: Severity) -> &'static str {
    match of {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
