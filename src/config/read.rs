//! From the file to the model.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::model::Config;
use super::report::Report;
use super::tree::{Kind, Position};
use super::variables::{self, Environment};
use super::yaml::{self, MAX_FILE};
use super::{build, typed};

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
    parse_bytes(path, File::open(path).and_then(content), env)
}

/// What is in a file, as far as a configuration may reach and a byte more.
///
/// # Errors
/// When reading fails.
pub fn content(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the configuration in what reading the file at `path` gave.
pub fn parse_bytes(
    path: &Path,
    content: io::Result<Vec<u8>>,
    env: &dyn Fn(&str) -> Option<String>,
) -> (Option<Config>, Report) {
    let file = path.display().to_string();
    match content.map_err(unreadable).and_then(text) {
        Ok(text) => parse(&file, &text, env),
        Err((position, message, fix)) => {
            let mut report = Report::new(&file);
            report.error_at(position, "", message, fix);
            (None, report)
        }
    }
}

fn parse_into(text: &str, env: Environment<'_>, report: &mut Report) -> Option<Config> {
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

fn unreadable(error: io::Error) -> Unreadable {
    let (message, fix) = match error.kind() {
        io::ErrorKind::NotFound => ("doesn't exist".to_owned(), "check the name after --config"),
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
}

fn text(bytes: Vec<u8>) -> Result<String, Unreadable> {
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
