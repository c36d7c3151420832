//! What a client gets of a service's bytes, for the fuzz targets of `fuzz/` only.
//!
//! It belongs to nobody but the straight way, and a fuzz target is another crate.

use http::Method;

use super::answer::Answer;
use super::body::{Framing, Piece};
use super::reply::{passing, write_final};

/// What became of an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Passed {
    /// The head that the client gets.
    pub head: Vec<u8>,
    /// The body, as far as it came.
    pub body: Vec<u8>,
    /// Whether all of it came. One that ends with its connection never has.
    pub is_whole: bool,
    /// Whether the client gets it in chunks.
    pub is_chunked: bool,
    /// Bytes that follow it.
    pub left: usize,
}

/// Passes on a final answer to a request for this method; `None` where it isn't passed, or
/// its head isn't whole.
#[must_use]
pub fn answer(bytes: &[u8], method: &Method) -> Option<Passed> {
    let (answer, length) = Answer::read(bytes).ok()??;
    if answer.is_interim() {
        return None;
    }
    let mut framing: Framing = answer.framing(method);
    let mut head = Vec::new();
    write_final(&answer, &framing, passing(&answer)?, true, &mut head);
    let (mut body, mut rest) = (Vec::new(), bytes.get(length..)?);
    while !framing.is_done() && !rest.is_empty() {
        let taken = match framing.take(rest) {
            Piece::Body(length) => {
                body.extend_from_slice(&rest[..length]);
                length
            }
            Piece::Frame(length) => length,
            Piece::End | Piece::Bad => return None,
        };
        rest = &rest[taken..];
    }
    Some(Passed {
        head,
        body,
        is_whole: framing.is_done(),
        is_chunked: framing.is_chunked(),
        left: rest.len(),
    })
}
