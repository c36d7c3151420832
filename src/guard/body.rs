//! Where the body of an HTTP/1 request ends.

use super::head::{Framing, is_control, is_token};

/// How much there may be around the data of chunks.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Digits of a size.
    digits: usize,
    /// Bytes of a size's line, with its extensions.
    line: usize,
    /// Bytes of trailer fields.
    trailers: usize,
}

/// Envoy's and nginx's are of this order. Nobody needs extensions, attackers do.
const OF_CLIENTS: Limits = Limits {
    digits: 15,
    line: 256,
    trailers: 8 << 10,
};

/// As much as a counter holds, and as a service may have its reasons for.
const OF_SERVICES: Limits = Limits {
    digits: 16,
    line: 64 << 10,
    trailers: 64 << 10,
};

/// A body as far as it has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// So many bytes are still to come.
    Length(u64),
    Chunked(Chunks),
    /// No message any more: an upgraded connection.
    Tunnel,
}

/// The place in a chunked body, and how many bytes of the line have been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunks {
    Size {
        digits: usize,
        size: u64,
    },
    Extension {
        seen: usize,
        size: u64,
    },
    SizeLf {
        size: u64,
    },
    Data {
        left: u64,
    },
    DataCr,
    DataLf,
    /// At the beginning of a line after the last chunk.
    TrailerStart {
        seen: usize,
    },
    TrailerName {
        seen: usize,
    },
    Trailer {
        seen: usize,
    },
    TrailerLf {
        seen: usize,
    },
    EndLf,
    End,
}

/// Takes a service's body out of its chunks.
#[derive(Debug)]
pub struct ChunkReader(Chunks);

/// A chunked body that isn't one. It can't be told where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadChunk;

impl From<Framing> for Body {
    fn from(framing: Framing) -> Self {
        match framing {
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked(Chunks::Size { digits: 0, size: 0 }),
        }
    }
}

impl Body {
    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(Chunks::End))
    }

    /// Passes over the part of `bytes` that belongs to the body, and tells its length.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<usize, BadChunk> {
        match self {
            Self::Tunnel => Ok(bytes.len()),
            Self::Length(left) => {
                let part = left.saturating_sub(bytes.len() as u64);
                let taken = *left - part;
                *left = part;
                Ok(usize::try_from(taken).unwrap_or(bytes.len()))
            }
            Self::Chunked(place) => {
                let mut at = 0;
                while at < bytes.len() && *place != Chunks::End {
                    at += place.step(&bytes[at..], &OF_CLIENTS)?;
                }
                Ok(at)
            }
        }
    }
}

impl Default for ChunkReader {
    fn default() -> Self {
        Self(Chunks::Size { digits: 0, size: 0 })
    }
}

impl ChunkReader {
    /// Whether its end has been read.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.0 == Chunks::End
    }

    /// Whether all of the body has been read, and part of a trailer field.
    #[must_use]
    pub fn is_in_trailer(&self) -> bool {
        matches!(self.0, Chunks::TrailerName { .. } | Chunks::Trailer { .. })
    }

    /// Takes the next piece from the beginning of `bytes`, of which there is at least one:
    /// how long it is, and whether it is of the body.
    ///
    /// # Errors
    /// When these are no chunks.
    pub fn step(&mut self, bytes: &[u8]) -> Result<(usize, bool), BadChunk> {
        let is_data = matches!(self.0, Chunks::Data { .. });
        Ok((self.0.step(bytes, &OF_SERVICES)?, is_data))
    }
}

impl Chunks {
    /// Passes over some of `bytes`, of which there is at least one.
    fn step(&mut self, bytes: &[u8], most: &Limits) -> Result<usize, BadChunk> {
        let b = bytes[0];
        *self = match *self {
            Self::Data { left } => {
                let here = usize::try_from(left).map_or(bytes.len(), |n| n.min(bytes.len()));
                let left = left - here as u64;
                *self = if left == 0 {
                    Self::DataCr
                } else {
                    Self::Data { left }
                };
                return Ok(here);
            }
            Self::Size { digits, size } => match (b as char).to_digit(16) {
                // So many fit the counter.
                Some(digit) if digits < most.digits => Self::Size {
                    digits: digits + 1,
                    size: size << 4 | u64::from(digit),
                },
                None if digits > 0 && b == b'\r' => Self::SizeLf { size },
                None if digits > 0 && matches!(b, b';' | b' ' | b'\t') => {
                    Self::Extension { seen: 1, size }
                }
                _ => return Err(BadChunk),
            },
            Self::Extension { seen, size } => match b {
                b'\r' => Self::SizeLf { size },
                _ if is_control(b) => return Err(BadChunk),
                _ if seen >= most.line => return Err(BadChunk),
                _ => Self::Extension {
                    seen: seen + 1,
                    size,
                },
            },
            Self::SizeLf { size: 0 } => lf(b, Self::TrailerStart { seen: 0 })?,
            Self::SizeLf { size } => lf(b, Self::Data { left: size })?,
            Self::DataCr => match b {
                b'\r' => Self::DataLf,
                _ => return Err(BadChunk),
            },
            Self::DataLf => lf(b, Self::Size { digits: 0, size: 0 })?,
            Self::TrailerStart { .. } if b == b'\r' => Self::EndLf,
            // It doesn't reach the service, but it has to be a field: a request that
            // somebody put there isn't one.
            Self::TrailerStart { seen } | Self::TrailerName { seen } => match b {
                _ if seen >= most.trailers => return Err(BadChunk),
                b':' if matches!(self, Self::TrailerName { .. }) => {
                    Self::Trailer { seen: seen + 1 }
                }
                _ if is_token(b) => Self::TrailerName { seen: seen + 1 },
                _ => return Err(BadChunk),
            },
            Self::Trailer { seen } => match b {
                b'\r' => Self::TrailerLf { seen },
                _ if is_control(b) || seen >= most.trailers => return Err(BadChunk),
                _ => Self::Trailer { seen: seen + 1 },
            },
            Self::TrailerLf { seen } => lf(b, Self::TrailerStart { seen: seen + 2 })?,
            Self::EndLf => lf(b, Self::End)?,
            Self::End => return Ok(0),
        };
        Ok(1)
    }
}

fn lf(b: u8, next: Chunks) -> Result<Chunks, BadChunk> {
    (b == b'\n').then_some(next).ok_or(BadChunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked() -> Body {
        Body::from(Framing::Chunked)
    }

    #[test]
    fn a_length_is_counted_down() {
        let mut body = Body::from(Framing::Length(5));
        assert_eq!(body.take(b"abc"), Ok(3));
        assert!(!body.is_done());
        assert_eq!(body.take(b"deGET /"), Ok(2));
        assert!(body.is_done());
        assert_eq!(body.take(b"GET /"), Ok(0));
    }

    #[test]
    fn chunks_end_after_the_last_ones_trailers() {
        let bodies = [
            "0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
            "00A;name=\"v\"\r\n0123456789\r\n000\r\n\r\n",
            "1 \r\na\r\n0\r\nX: y\r\nZ: a\r\n\r\n",
        ];
        for text in bodies {
            for size in 1..=text.len() {
                let mut body = chunked();
                for piece in text.as_bytes().chunks(size) {
                    assert!(!body.is_done(), "{text:?}");
                    assert_eq!(body.take(piece), Ok(piece.len()), "{text:?}");
                }
                assert!(body.is_done(), "{text:?}");
            }
            let mut body = chunked();
            let more = format!("{text}GET /");
            assert_eq!(body.take(more.as_bytes()), Ok(text.len()));
        }
    }

    #[test]
    fn what_two_parsers_could_read_differently_is_no_chunk() {
        let long = format!("1;{}\r\n", "a".repeat(OF_CLIENTS.line));
        let trailers = format!("0\r\n{}", "X: y\r\n".repeat(OF_CLIENTS.trailers / 6 + 1));
        let bodies = [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "0x1\r\n",
            "+1\r\n",
            " 1\r\n",
            "1\na\n",
            "1\r\nab\r\n",
            "1\r\na\n0\r\n",
            "1\ra\r\n",
            "1;a\nb\r\n",
            "1;a\rb\n",
            "1;a\x01b\r\n",
            "0\r\nX: y\n\r\n",
            "0\r\nX: y\r\n z\r\n\r\n",
            "0\r\nX : y\r\n\r\n",
            "0\r\nX\r\n\r\n",
            "0\r\n: y\r\n\r\n",
            "0\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
            "0\r\n\n",
            "0\r\n\rX",
            "ffffffffffffffff\r\n",
            &long,
            &trailers,
        ];
        for text in bodies {
            assert_eq!(chunked().take(text.as_bytes()), Err(BadChunk), "{text:?}");
        }
    }
}
