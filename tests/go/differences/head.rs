//! Headers and the proxies' own answers.

use super::Pair;
use crate::seen::{Received, Seen};

/// Applies to each request that both sent on.
fn each(pair: &mut Pair<'_>, mut rule: impl FnMut(&mut Received, &mut Received) -> bool) -> bool {
    let both = pair.go.received.iter_mut().zip(&mut pair.ours.received);
    both.fold(false, |differ, (go, ours)| rule(go, ours) | differ)
}

const FORWARDED: [&str; 6] = [
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "forwarded",
    "x-request-id",
    "via",
];

/// Go says only X-Forwarded-For, and appends to the client's.
pub fn forwarded_headers(pair: &mut Pair<'_>) -> bool {
    each(pair, |go, ours| {
        let (theirs, our_own) = (go.headers.clone(), ours.headers.clone());
        for name in FORWARDED {
            go.remove(name);
            ours.remove(name);
        }
        theirs.len() - go.headers.len() != our_own.len() - ours.headers.len()
    })
}

/// Go hands on what a client says in these.
pub fn other_forwarded_headers(pair: &mut Pair<'_>) -> bool {
    each(pair, |go, ours| {
        let before = go.headers.len();
        for name in [
            "x-forwarded-port",
            "x-forwarded",
            "x_forwarded_for",
            "x.forwarded.for",
            "x-real-ip",
            "proxy",
        ] {
            if !ours.has(name) {
                go.remove(name);
            }
        }
        go.headers.len() != before
    })
}

/// Go's client asks for gzip where its client didn't say.
pub fn accept_encoding(pair: &mut Pair<'_>) -> bool {
    each(pair, |go, ours| {
        let gzip = |(name, value): &(String, String)| {
            name.eq_ignore_ascii_case("accept-encoding") && value == "gzip"
        };
        let asked = ours.headers.iter().any(gzip);
        let before = go.headers.len();
        if !asked {
            go.headers.retain(|header| !gzip(header));
        }
        go.headers.len() != before
    })
}

/// Go writes every name in its canonical form.
pub fn header_case(pair: &mut Pair<'_>) -> bool {
    each(pair, |go, ours| {
        for (name, _) in &mut go.headers {
            assert_eq!(*name, canonical(name), "not canonical after all");
            name.make_ascii_lowercase();
        }
        let mut differ = false;
        for (name, _) in &mut ours.headers {
            differ |= *name != canonical(name);
            name.make_ascii_lowercase();
        }
        differ
    })
}

/// As Go's `textproto.CanonicalMIMEHeaderKey` does it.
fn canonical(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// Removes headers of this name from both where only one has it, with this value.
fn only_in(from: &mut Received, other: &Received, name: &str, value: &str) -> bool {
    let one = |(of, is): &(String, String)| of == name && is == value;
    let differ = !other.has(name) && from.headers.iter().any(one);
    if differ {
        from.remove(name);
    }
    differ
}

pub fn empty_user_agent(pair: &mut Pair<'_>) -> bool {
    each(pair, |go, ours| only_in(ours, go, "user-agent", ""))
}

pub fn zero_length(pair: &mut Pair<'_>) -> bool {
    each(pair, |go, ours| {
        only_in(go, ours, "content-length", "0") || only_in(ours, go, "content-length", "0")
    })
}

pub fn te(pair: &mut Pair<'_>) -> bool {
    each(pair, |go, ours| only_in(go, ours, "te", "trailers"))
}

pub fn trailers(pair: &mut Pair<'_>) -> bool {
    each(pair, |go, ours| only_in(go, ours, "trailer", "X-T"))
}

pub fn h2c_upgrade(pair: &mut Pair<'_>) -> bool {
    each(pair, |go, ours| {
        only_in(go, ours, "upgrade", "h2c") && only_in(go, ours, "connection", "Upgrade")
    })
}

pub fn leading_empty_line(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.raw.starts_with(b"\r\n");
    let differ = holds && pair.go.status == 400 && pair.ours.status == 200;
    if differ {
        pair.go = pair.ours.clone();
    }
    differ
}

pub fn health_length(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.line() == b"HEAD /health HTTP/1.1";
    let zero = ("content-length".to_owned(), "0".to_owned());
    let differ = holds && pair.go.headers.is_empty() && pair.ours.headers == [zero];
    if differ {
        pair.go.headers.clone_from(&pair.ours.headers);
    }
    differ
}

/// An error of the proxies' own.
pub fn error_body(pair: &mut Pair<'_>) -> bool {
    let error = |seen: &Seen| seen.is_own() && seen.status >= 400;
    let both = error(&pair.go) && error(&pair.ours);
    both && take_body(pair)
}

/// A redirect of the proxies' own.
pub fn redirect_body(pair: &mut Pair<'_>) -> bool {
    let both = pair.go.own_redirect().is_some() && pair.ours.own_redirect().is_some();
    both && take_body(pair)
}

fn take_body(pair: &mut Pair<'_>) -> bool {
    let (go, ours) = (&mut pair.go, &pair.ours);
    let differ = (&go.headers, &go.body) != (&ours.headers, &ours.body);
    go.headers.clone_from(&ours.headers);
    go.body.clone_from(&ours.body);
    differ
}
