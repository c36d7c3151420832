//! The body of an answer, on its way from one framing into another.

use crate::guard::ChunkReader;

/// How the body of an answer ends.
#[derive(Debug)]
pub(super) enum Framing {
    /// After so many bytes.
    Length(u64),
    Chunked(ChunkReader),
    /// With its connection.
    Close,
}

/// What stands at the beginning of what came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// So many bytes of the body.
    Body(usize),
    /// So many bytes that only tell where it ends.
    Frame(usize),
    /// Bytes that can't be there, behind all of the body.
    End,
    /// Bytes that can't be there.
    Bad,
}

impl Framing {
    /// Whether all of the body has passed, as far as it can know without its connection.
    pub(super) fn is_done(&self) -> bool {
        match self {
            Self::Length(left) => *left == 0,
            Self::Chunked(chunks) => chunks.is_done(),
            Self::Close => false,
        }
    }

    /// Whether the client gets it in chunks.
    pub(super) fn is_chunked(&self) -> bool {
        !matches!(self, Self::Length(_))
    }

    /// Takes the next piece from `bytes`, of which there is at least one.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Piece {
        match self {
            Self::Close => Piece::Body(bytes.len()),
            Self::Length(left) => {
                let here = usize::try_from(*left).map_or(bytes.len(), |n| n.min(bytes.len()));
                *left -= here as u64;
                Piece::Body(here)
            }
            Self::Chunked(chunks) => match chunks.step(bytes) {
                Ok((length, true)) => Piece::Body(length),
                Ok((length, false)) => Piece::Frame(length),
                // Trailers go no further than here, whatever they are.
                Err(_) if chunks.is_in_trailer() => Piece::End,
                Err(_) => Piece::Bad,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(mut framing: Framing, bytes: &str) -> (String, usize) {
        let (mut body, mut at) = (String::new(), 0);
        while !framing.is_done() && at < bytes.len() {
            at += match framing.take(&bytes.as_bytes()[at..]) {
                Piece::Body(length) => {
                    body += &bytes[at..at + length];
                    length
                }
                Piece::Frame(length) => length,
                Piece::End | Piece::Bad => panic!("{bytes} at {at}"),
            };
        }
        (body, at)
    }

    #[test]
    fn each_framing_ends_where_it_says() {
        assert_eq!(taken(Framing::Length(3), "abcde"), ("abc".into(), 3));
        assert_eq!(taken(Framing::Length(9), "abc"), ("abc".into(), 3));
        assert_eq!(taken(Framing::Close, "abc"), ("abc".into(), 3));
        let chunks = "2\r\nab\r\n1;x=y\r\nc\r\n0\r\nx-sum: 1\r\n\r\n";
        let chunked = || Framing::Chunked(ChunkReader::default());
        let more = format!("{chunks}HTTP");
        assert_eq!(taken(chunked(), &more), ("abc".into(), chunks.len()));
        assert_eq!(chunked().take(b"x"), Piece::Bad);
    }

    #[test]
    fn trailers_that_are_none_end_a_body_and_nothing_else() {
        let mut framing = Framing::Chunked(ChunkReader::default());
        for byte in b"1\r\na\r\n0\r\n" {
            assert!(!matches!(framing.take(&[*byte]), Piece::End | Piece::Bad));
        }
        assert_eq!(framing.take(b"no colon\r\n"), Piece::Frame(1));
        assert_eq!(framing.take(b" colon\r\n"), Piece::End);
        // Its connection can't be used again.
        assert!(!framing.is_done());
    }
}
