//! From the file to the model.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::model::Config;
use super::report::Report;
use super::tree::{Kind, Position};
use super::variables::{self, Environment};
use super::{build, typed, yaml};

/// In bytes. A thousand routes take about a fifth of it.
const MAX_FILE: usize = 1 << 20;

/// Reads the configuration in `text`. `file` is only how messages name it;
/// `env` looks up a variable.
///
/// The report holds all mistakes; with an error among them there is no
/// configuration.
pub fn parse(
    file: &str,
    text: &str,
    env: &dyn Fn(&str) -> Option<String>,
) -> (Option<Config>, Report) {
    let mut report = Report::new(file);
    let config = parse_into(text, env, &mut report);
    let config = config.filter(|_| !report.has_errors());
    (config, report)
}

/// Reads the configuration in the file at `path`, as [`parse`] does. That it
/// can't be read is a mistake like others.
pub fn read(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> (Option<Config>, Report) {
    let file = path.display().to_string();
    match read_text(path) {
        Ok(text) => parse(&file, &text, env),
        Err((position, message, fix)) => {
            let mut report = Report::new(&file);
            report.error_at(position, "", message, fix);
            (None, report)
        }
    }
}

fn parse_into(text: &str, env: Environment<'_>, report: &mut Report) -> Option<Config> {
    if text.len() > MAX_FILE {
        report.error("", "is larger than 1 MiB", "make it smaller");
        return None;
    }
    // Windows editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut tree = yaml::load(text, report)?;
    if let Kind::Null = tree.kind {
        report.error("", "is empty", "write the keys services and routes");
        return None;
    }
    variables::expand_all(&mut tree, env, report);
    report.set_tree(tree);
    let file = typed::read(report)?;
    Some(build::build(file, report))
}

type Unreadable = (Position, String, &'static str);

fn read_text(path: &Path) -> Result<String, Unreadable> {
    let failed = |error: io::Error| {
        let (message, fix) = match error.kind() {
            io::ErrorKind::NotFound => {
                ("doesn't exist".to_owned(), "check the name after --config")
            }
            io::ErrorKind::IsADirectory => ("is a directory".to_owned(), "name the file inside it"),
            io::ErrorKind::PermissionDenied => (
                "may not be read".to_owned(),
                "give this user the right to read it",
            ),
            _ => (
                format!("can't be read: {error}"),
                "check the file and its file system",
            ),
        };
        (Position::START, message, fix)
    };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // One byte more than is allowed shows that there is more.
    file.take(MAX_FILE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > MAX_FILE {
        // Cutting it anywhere might cut a character; parse would not look.
        return Err((
            Position::START,
            "is larger than 1 MiB".to_owned(),
            "make it smaller",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let before = String::from_utf8_lossy(&bytes[..valid]);
        (
            yaml::position_of(&before, before.len()),
            "is not UTF-8 text here".to_owned(),
            "save the file as UTF-8",
        )
    })
}
