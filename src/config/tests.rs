//! The way from text to model as a whole.

mod access_log;
mod effective;
mod hostile;
mod lifecycle;
mod limits;
mod mistakes;
mod model;
mod vocabulary;

use super::{Config, Report, parse};

/// A small environment.
fn environment(name: &str) -> Option<String> {
    match name {
        "URL" => Some("http://from-env:81".into()),
        "PORT" => Some("8080".into()),
        "THREADS" => Some("3".into()),
        "PASSWORD" => Some("htp://me:secret@a".into()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

fn read(text: &str) -> (Option<Config>, Report) {
    parse("f", text, &environment)
}

/// The lines that `text` is answered with.
fn lines(text: &str) -> Vec<String> {
    let (config, report) = read(text);
    assert_eq!(config.is_none(), report.has_errors(), "{report}");
    report.to_string().lines().map(str::to_owned).collect()
}
