//! The battery: bytes that two parsers could read differently, what a client may be told
//! of them, and what a service may see.
//!
//! Each row is sent in several ways (`variants.rs`), each time with a word of its own in
//! it, the canary. The service (`recorder.rs`) shares no code with the gateway: it takes
//! nothing but what the grammar of RFC 9112 has, remembers every request, and what it got
//! beside requests. It is judged when the gateway has ended, so what never came never will.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

mod answers;
mod canary;
mod driver;
mod judge;
mod recorder;
mod requests;
mod row;
mod streams;
mod strict;
mod taken;
mod variants;

#[allow(dead_code, reason = "made for the tests of HTTP/2 itself")]
#[path = "../gateway/h2c/raw.rs"]
mod raw;
#[path = "../support/mod.rs"]
mod support;
