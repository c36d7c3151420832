//! Mistakes, and the lines each is answered with.

mod access_log;
mod actions;
mod addresses;
mod admin;
mod expectations;
mod headers;
mod limits;
mod matches;
mod predicates;
mod routes;
mod runtime;
mod server;
mod services;
mod timeouts;
mod whole_file;

use super::lines;

/// A good section, for files whose mistake is elsewhere.
const SERVICES: &str = "services: { a: { url: http://a } }\n";
const ROUTES: &str = "routes: [{ name: r, service: a }]\n";

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(lines(text), expected, "{text}");
}
