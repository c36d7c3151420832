//! The raw types to the validated model: reads each value, puts the defaults
//! in, and checks what only the whole file can tell.

mod routes;
mod server;
mod services;

use super::model::Config;
use super::raw::File;
use super::report::Report;
use super::tree::item;
use super::value::{Leaf, Value};

/// Builds the model. The result stands only if `report` has no errors: what is
/// wrong has been left out or replaced by its default.
pub(super) fn build(file: File, report: &mut Report) -> Config {
    let server = server::server(file.server, report);
    let dns = server::dns(file.dns, report);
    let errors = server::errors(file.errors, report);
    let services = services::services(file.services, report);
    let routes = routes::routes(file.routes, &services.names, report);
    services::warn_unused(&services, &routes, report);
    // Routes refer to services by index: one that was left out would shift the rest.
    if services.names.len() != services.built.len() && !report.has_errors() {
        report.error("services", "can't be read", "report this file, it is a bug");
    }
    Config {
        server,
        dns,
        errors,
        services: services.built,
        routes,
    }
}

/// Reads the value at `path`; `None` when there is none or it is wrong.
fn value<T: Value>(path: &str, leaf: Option<&Leaf<T>>, report: &mut Report) -> Option<T::Out> {
    let Some(leaf) = leaf else {
        without_value(path, T::FIX, report);
        return None;
    };
    if leaf.text.is_empty() {
        report.error(path, "is empty", T::FIX);
        return None;
    }
    match T::read(&leaf.text) {
        Ok(out) => Some(out),
        Err(mistake) => {
            report.error(path, mistake.message, mistake.fix);
            None
        }
    }
}

/// Like [`value`], of a key that must be there.
fn required<T: Value>(path: &str, leaf: Option<&Leaf<T>>, report: &mut Report) -> Option<T::Out> {
    if leaf.is_none() {
        missing(path, T::FIX, report);
        return None;
    }
    value(path, leaf, report)
}

/// Reports the key at `path` if it is written and nothing stands behind it.
/// What could not be read looks the same, and has been reported.
fn without_value(path: &str, fix: &str, report: &mut Report) {
    if report.is_written(path) && !report.is_covered(path) {
        report.error(path, "has no value", fix);
    }
}

/// Reports that the key at `path` has no value or is missing, unless that
/// follows from another mistake.
fn missing(path: &str, fix: &str, report: &mut Report) {
    without_value(path, fix, report);
    if !report.is_covered(path) {
        report.error(path, "is missing", fix);
    }
}

/// Reads the items of the list at `path`, each with its path.
fn values<T: Value>(
    path: &str,
    items: &[Option<Leaf<T>>],
    report: &mut Report,
) -> Vec<(String, T::Out)> {
    let mut all = Vec::new();
    for (index, leaf) in items.iter().enumerate() {
        let path = item(path, index);
        if let Some(out) = value(&path, leaf.as_ref(), report) {
            all.push((path, out));
        }
    }
    all
}
