//! What both are asked, by what is odd about it.

mod body;
mod bytes;
mod clean;
mod escaped;
mod field;
mod form;
mod header;
mod host;
mod line;
mod long;
mod method;
mod query;
mod unclean;
mod version;

use crate::request::Request;

const TARGETS: [&[&str]; 6] = [
    clean::ROUTED,
    clean::NO_SLASH,
    clean::TRAILING,
    unclean::ALL,
    escaped::ALL,
    bytes::ALL,
];

/// Whole requests, for what is wrong with the head itself.
const RAW: [&[&str]; 5] = [version::ALL, host::ALL, form::ALL, line::ALL, field::ALL];

pub fn all() -> Vec<Request> {
    let targets = TARGETS
        .into_iter()
        .flatten()
        .map(|target| Request::get(target));
    let raw = RAW.into_iter().flatten().map(|raw| Request::new(*raw));
    targets
        .chain(query::all())
        .chain(method::all())
        .chain(header::all())
        .chain(body::all())
        .chain(long::all())
        .chain(raw)
        .collect()
}
