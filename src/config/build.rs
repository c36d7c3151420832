//! The raw types to the validated model: reads each value, puts the defaults
//! in, and checks what only the whole file can tell.

mod access_log;
mod addresses;
mod admin;
mod drain;
mod expectations;
mod headers;
mod limits;
mod listen;
mod matches;
mod redirect;
mod rewrite;
mod routes;
mod runtime;
mod server;
mod services;
mod timeouts;

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use super::model::Config;
use super::raw::File;
use super::report::Report;
use super::text::{nearest, quote};
use super::tree::{child, item};
use super::value::{Leaf, Value};
use super::variables;

/// What to write where a list has no value.
const LIST_FIX: &str = "write a list, its items in [ ] or after dashes";

/// Builds the model. The result stands only if `report` has no errors: what is
/// wrong has been left out or replaced by its default.
pub(super) fn build(file: File, report: &mut Report) -> Config {
    let mut server = file.server.map(|section| section.0).unwrap_or_default();
    let listen = listen::listen(server.listen.take(), report);
    let server = server::server(&server, &listen, report);
    let admin = admin::admin(file.admin, &listen, report);
    let dns = server::dns(file.dns, report);
    let errors = server::errors(file.errors, report);
    let access_log = access_log::access_log(file.access_log, &server.runtime, report);
    let services = services::services(file.services, report);
    let names = Names::new("service", &services.names);
    let routes = routes::routes(file.routes, &names, report);
    let tests = expectations::tests(file.tests, &routes.names, &names, report);
    services::warn_unused(&services, &routes.built, report);
    // Routes refer to services by index: one that was left out would shift the rest.
    if services.names.len() != services.built.len() && !report.has_errors() {
        report.error("services", "can't be read", "report this file, it is a bug");
    }
    Config {
        server,
        admin,
        dns,
        errors,
        access_log,
        services: services.built,
        routes: routes.built,
        tests,
        from_variables: variables::values(report.tree(), "routes"),
    }
}

/// Reads the value at `path`; `None` when there is none or it is wrong.
fn value<T: Value>(path: &str, leaf: Option<&Leaf<T>>, report: &mut Report) -> Option<T::Out> {
    let Some(leaf) = leaf else {
        without_value(path, T::FIX, report);
        return None;
    };
    if leaf.text.is_empty() && !T::MAY_BE_EMPTY {
        report.error(path, "is empty", T::FIX);
        return None;
    }
    match T::read(&leaf.text) {
        Ok(out) => Some(out),
        Err(mistake) => {
            let fix = match mistake.fix {
                Cow::Owned(made) if !report.is_from_variables(path) => made,
                // It would tell what is in the variable.
                Cow::Owned(_) => T::FIX.to_owned(),
                Cow::Borrowed(fix) => fix.to_owned(),
            };
            report.error(path, mistake.message, fix);
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

/// The first of `keys` that is written below `path`; what stands beside it is
/// an error.
fn chosen<'a>(path: &str, keys: &[&'a str], fix: &str, report: &mut Report) -> Option<&'a str> {
    let mut chosen = None;
    for key in keys {
        let path = child(path, key);
        if !report.is_written(&path) {
            continue;
        }
        match chosen {
            Some(first) => report.error_at_key(&path, format!("can't stand beside `{first}`"), fix),
            None => chosen = Some(*key),
        }
    }
    chosen
}

/// Like [`chosen`], of keys one of which must be there. To be asked before the
/// keys beside them, whose mistakes would explain why there is none.
fn one_of<'a>(path: &str, keys: &[&'a str], fix: &str, report: &mut Report) -> Option<&'a str> {
    let chosen = chosen(path, keys, fix, report);
    if chosen.is_none() && !report.is_covered(path) {
        let message = format!("has neither {}", keys.join(" nor "));
        report.error(path, message, fix);
    }
    chosen
}

/// Reports a `what` that is the same as an earlier one in `seen`.
fn unique<K: Eq + Hash>(
    path: &str,
    key: K,
    what: &str,
    seen: &mut HashMap<K, String>,
    report: &mut Report,
) {
    match seen.entry(key) {
        Entry::Occupied(first) => {
            let message = format!("is the {what} of {} again", first.get());
            report.error_at_key(path, message, "remove one of the two");
        }
        Entry::Vacant(free) => {
            free.insert(path.to_owned());
        }
    }
}

/// The names that the file refers to, with their places in it.
struct Names<'a> {
    /// How a message calls one of them.
    what: &'static str,
    places: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn new(what: &'static str, names: &'a [String]) -> Self {
        let places = names.iter().enumerate();
        Self {
            what,
            places: places.map(|(at, name)| (name.as_str(), at)).collect(),
        }
    }

    /// The place of `name`, to which the key at `path` refers.
    fn find(&self, path: &str, name: &str, fix: &str, report: &mut Report) -> Option<usize> {
        let found = self.places.get(name).copied();
        // Without any every reference is wrong, which has been said.
        if found.is_none() && !self.places.is_empty() {
            let fix = match nearest(name, self.places.keys().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => fix.to_owned(),
            };
            report.error(path, format!("{} is not a {}", quote(name), self.what), fix);
        }
        found
    }
}
