//! Where a body ends: the same place for the guard, in whatever pieces it comes, and for
//! a decoder that is as plain as can be.
//!
//! Input: a byte for how it arrives, a line with the Content-Length or nothing for chunks,
//! and what comes after the head.

use api_gateway::guard::fuzzing::{Body, Follows, Refused};

use super::chunks::{Chunked, decode};
use super::pieces::{Pieces, cuts};

pub fn run(input: &[u8]) {
    let mut input = Pieces::new(input);
    let seed = input.byte();
    let length = input.line();
    let bytes = input.rest();
    let follows = match std::str::from_utf8(length).map(str::parse) {
        Ok(Ok(length)) => Follows::Length(length),
        _ => Follows::Chunks,
    };

    let whole = take(follows, bytes, &[bytes.len()]);
    let pieces = take(follows, bytes, &cuts(bytes.len(), seed));
    assert_eq!(whole, pieces, "in other pieces it is another body");
    let every: Vec<usize> = (1..=bytes.len()).collect();
    assert_eq!(whole, take(follows, bytes, &every), "byte by byte, too");

    match follows {
        Follows::Length(length) => {
            let here = usize::try_from(length).map_or(bytes.len(), |n| n.min(bytes.len()));
            let is_done = u64::try_from(here) == Ok(length);
            assert_eq!(whole, Ok((here, is_done)));
        }
        Follows::Chunks => compare(whole, bytes),
    }
}

/// How many bytes are taken, and whether the body ends there.
fn take(follows: Follows, bytes: &[u8], ends: &[usize]) -> Result<(usize, bool), Refused> {
    let mut body = Body::new(follows);
    let mut at = 0;
    for &end in ends {
        let piece = &bytes[at..end];
        let taken = body.take(piece)?;
        assert!(taken <= piece.len());
        at += taken;
        if taken < piece.len() {
            assert!(body.is_done(), "bytes are left of a body that goes on");
        }
        if body.is_done() {
            // The next request is none of its business.
            assert_eq!(body.take(b"GET / HTTP/1.1\r\n\r\n"), Ok(0));
            assert!(body.is_done());
            return Ok((at, true));
        }
    }
    Ok((at, body.is_done()))
}

fn compare(guards: Result<(usize, bool), Refused>, bytes: &[u8]) {
    let decoded = decode(bytes);
    match (guards, &decoded.body) {
        (Ok((end, true)), Chunked::Whole(expected)) => assert_eq!(end, *expected),
        (Ok((end, false)), Chunked::Part) => assert_eq!(end, bytes.len()),
        (Err(Refused), Chunked::Bad) => {}
        // Extensions, trailers and long sizes are limited, and may be refused.
        (Err(Refused), _) if !decoded.plain => {}
        (guards, plain) => panic!("the guard says {guards:?}, the decoder {plain:?}"),
    }
}
