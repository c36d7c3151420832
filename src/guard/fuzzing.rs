//! The guard's two readers, for the fuzz targets of `fuzz/` only.
//!
//! They belong to nobody but the guard, and a fuzz target is another crate. What is here
//! is as much of them as it takes to feed them bytes and to see what they say; it isn't
//! part of what the library offers.

use super::body;
use super::head::{self, Framing, HeadLimits};

/// What a head says that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// So many bytes.
    Length(u64),
    /// Chunks.
    Chunks,
}

/// A head that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// Reads a head that arrives in pieces.
#[derive(Debug)]
pub struct HeadReader {
    reader: head::HeadReader,
    limits: HeadLimits,
}

impl HeadReader {
    /// At most so many fields, bytes in all, and bytes of the target.
    #[must_use]
    pub fn new(fields: usize, bytes: usize, target: usize) -> Self {
        Self {
            reader: head::HeadReader::default(),
            limits: HeadLimits {
                fields,
                bytes,
                target,
            },
        }
    }

    /// Goes on in all that has arrived since the head began. Its length and what follows
    /// it, or `None` when its end is still to come.
    ///
    /// # Errors
    /// When it is refused, for whatever reason.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<Option<(usize, Follows)>, Refused> {
        let read = self.reader.advance(bytes, self.limits);
        let read = read.map_err(|_| Refused)?;
        Ok(read.map(|head| match head.framing {
            Framing::Length(length) => (head.len, Follows::Length(length)),
            Framing::Chunked => (head.len, Follows::Chunks),
        }))
    }
}

/// Finds the end of a body that arrives in pieces.
#[derive(Debug, Clone, Copy)]
pub struct Body(body::Body);

impl Body {
    /// Before its first byte.
    #[must_use]
    pub fn new(follows: Follows) -> Self {
        Self(body::Body::from(match follows {
            Follows::Length(length) => Framing::Length(length),
            Follows::Chunks => Framing::Chunked,
        }))
    }

    /// Whether all of it has come.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.0.is_done()
    }

    /// How many of these bytes are its.
    ///
    /// # Errors
    /// When they are no chunks.
    pub fn take(&mut self, bytes: &[u8]) -> Result<usize, Refused> {
        self.0.take(bytes).map_err(|_| Refused)
    }
}
