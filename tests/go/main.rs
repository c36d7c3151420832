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

use std::collections::BTreeSet;

use side::Side;
use support::Comparison;

#[test]
fn every_difference_from_the_go_program_is_named() {
    let go = Side::go();
    let ours = Side::gateway();
    let requests = requests::all();
    let distinct: BTreeSet<&[u8]> = requests.iter().map(|r| r.raw.as_slice()).collect();
    assert_eq!(distinct.len(), requests.len(), "a request occurs twice");
    assert!(requests.len() >= 500, "only {} requests", requests.len());

    let mut comparison = Comparison::default();
    for request in &requests {
        let theirs = go.ask_and_follow(request);
        let (names, rest) = differences::named(request, &theirs, &ours.ask(request));
        let rest = rest.map(|(theirs, ours)| format!("\n  Go   {theirs}\n  ours {ours}"));
        comparison.add(request, &names, rest);
    }
    let occurred: BTreeSet<String> = comparison.finish().into_iter().map(str::to_owned).collect();
    let named = page::names();
    let missing: Vec<_> = occurred.difference(&named).collect();
    assert!(missing.is_empty(), "not on the page: {missing:?}");
    let idle: Vec<_> = named.difference(&occurred).collect();
    assert!(idle.is_empty(), "on the page, but never occur: {idle:?}");
}
