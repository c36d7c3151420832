//! A decoder of chunked bodies as plain as can be, to compare the guard's with.

/// What a chunked body at the beginning of some bytes is.
#[derive(Debug, PartialEq, Eq)]
pub enum Chunked {
    /// It ends there.
    Whole(usize),
    /// Its end is still to come.
    Part,
    /// It breaks the grammar of RFC 9112, section 7.1.
    Bad,
}

/// Whether nothing but sizes and data is in it: no extensions, no trailers, no long sizes.
/// Those the guard may refuse for its limits.
pub struct Decoded {
    pub body: Chunked,
    pub plain: bool,
}

pub fn decode(bytes: &[u8]) -> Decoded {
    let mut plain = true;
    let body = read(bytes, &mut plain);
    Decoded { body, plain }
}

/// Up to the next CR LF; `Err` says whether what is there can still become a line.
fn line(bytes: &[u8]) -> Result<&[u8], Chunked> {
    let end = bytes.iter().position(|&b| matches!(b, b'\r' | b'\n'));
    match end.map(|end| (&bytes[..end], &bytes[end..])) {
        Some((line, [b'\r', b'\n', ..])) => Ok(line),
        None | Some((_, [b'\r'])) => Err(Chunked::Part),
        Some(_) => Err(Chunked::Bad),
    }
}

fn read(bytes: &[u8], plain: &mut bool) -> Chunked {
    let mut at = 0;
    loop {
        let text = match line(&bytes[at..]) {
            Ok(text) => text,
            Err(why) => {
                let left = &bytes[at..];
                let end = left.iter().position(|&b| b == b'\r').unwrap_or(left.len());
                return match size(&left[..end], plain) {
                    // Nothing of it has come.
                    None if end == 0 && left.is_empty() => Chunked::Part,
                    None => Chunked::Bad,
                    Some(_) => why,
                };
            }
        };
        let Some(size) = size(text, plain) else {
            return Chunked::Bad;
        };
        at += text.len() + 2;
        if size == 0 {
            return trailers(bytes, at, plain);
        }
        let data = &bytes[at..];
        let Some(rest) = usize::try_from(size).ok().and_then(|size| data.get(size..)) else {
            return Chunked::Part;
        };
        match rest {
            [b'\r', b'\n', ..] => at = bytes.len() - rest.len() + 2,
            [] | [b'\r'] => return Chunked::Part,
            _ => return Chunked::Bad,
        }
    }
}

/// The number at the beginning of a line, the beginning of which is hexadecimal.
fn size(line: &[u8], plain: &mut bool) -> Option<u128> {
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let text = std::str::from_utf8(&line[..digits]).ok()?;
    let rest = &line[digits..];
    *plain &= rest.is_empty() && digits <= 15;
    if digits > 31 || !matches!(rest, [] | [b';' | b' ' | b'\t', ..]) {
        return None;
    }
    u128::from_str_radix(text, 16).ok()
}

fn trailers(bytes: &[u8], mut at: usize, plain: &mut bool) -> Chunked {
    loop {
        match line(&bytes[at..]) {
            Ok([]) => return Chunked::Whole(at + 2),
            Ok(field) => {
                *plain = false;
                at += field.len() + 2;
            }
            Err(why) => {
                *plain &= matches!(&bytes[at..], [] | [b'\r', ..]);
                return why;
            }
        }
    }
}
