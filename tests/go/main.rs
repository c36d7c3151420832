//! The gateway beside the Go program that it replaces.
//!
//! Both have the document's route table and get the same raw requests. What the
//! client and the services see is the same, but for the differences that
//! `docs/compatibility.md` names: each of them must occur, and no other may.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod differences;
mod page;
mod request;
mod requests;
mod seen;
mod side;
mod toolchain;

#[path = "../support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use request::Request;
use side::Side;

#[test]
fn every_difference_from_the_go_program_is_named() {
    let go = Side::go();
    let ours = Side::gateway();
    let requests = requests::all();
    let distinct: BTreeSet<&[u8]> = requests.iter().map(|r| r.raw.as_slice()).collect();
    assert_eq!(distinct.len(), requests.len(), "a request occurs twice");
    assert!(requests.len() >= 500, "only {} requests", requests.len());

    let mut unnamed = Vec::new();
    let mut occurred: BTreeMap<&str, Vec<&Request>> = BTreeMap::new();
    for request in &requests {
        let theirs = go.ask_and_follow(request);
        let (names, rest) = differences::named(request, &theirs, &ours.ask(request));
        for name in names {
            occurred.entry(name).or_default().push(request);
        }
        if let Some((theirs, ours)) = rest {
            unnamed.push(format!("{request}\n  Go   {theirs}\n  ours {ours}"));
        }
    }
    for (name, requests) in &occurred {
        eprintln!("{name}: {} of them, as {}", requests.len(), requests[0]);
    }
    assert!(
        unnamed.is_empty(),
        "{} of {} differ without a name:\n{}",
        unnamed.len(),
        requests.len(),
        unnamed.join("\n")
    );
    let occurred: BTreeSet<String> = occurred.keys().map(|&name| name.to_owned()).collect();
    let named = page::names();
    let missing: Vec<_> = occurred.difference(&named).collect();
    assert!(missing.is_empty(), "not on the page: {missing:?}");
    let idle: Vec<_> = named.difference(&occurred).collect();
    assert!(idle.is_empty(), "on the page, but never occur: {idle:?}");
}
