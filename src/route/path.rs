//! Path normalisation, once per request and before matching: the path that was
//! matched is the path that is sent.

use std::borrow::Cow;
use std::fmt;

use crate::config::Normalization;

/// Why a path is refused rather than normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPath {
    /// More `..` than segments before it.
    AboveRoot,
    /// A control byte, plain or escaped: no service expects one, logs suffer.
    ControlByte,
    /// A dot segment with parameters that was hidden by escapes: the next to normalise
    /// would cut the parameters off and resolve it.
    HiddenDots,
}

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AboveRoot => "the path climbs above the root",
            Self::ControlByte => "the path has a control byte",
            Self::HiddenDots => "the path hides a dot segment in escapes",
        })
    }
}

/// Brings a path (no query) into the form in which it is matched and sent.
///
/// The steps are Envoy's, in Envoy's order (`maybeNormalizePath`): escaped
/// slashes, then parameters of dot segments, backslashes, unreserved escapes, bytes
/// that no URL has and dot segments, then runs of slashes. A path that needs none of
/// them is returned as it is.
///
/// # Errors
/// [`BadPath`], in every mode but [`Normalization::None`].
pub fn normalize(path: &[u8], mode: Normalization) -> Result<Cow<'_, [u8]>, BadPath> {
    if mode == Normalization::None || is_plain(path) {
        return Ok(Cow::Borrowed(path));
    }
    let unescaped = match mode {
        Normalization::DecodeAndMergeSlashes => decode(path, |b| matches!(b, b'/' | b'\\')),
        _ => Cow::Borrowed(path),
    };
    let turned = canonical(&without_dot_parameters(&unescaped));
    if has_control(&turned) {
        return Err(BadPath::ControlByte);
    }
    let hides = |s: &[u8]| s.starts_with(b"..;") || s.starts_with(b".;");
    if turned.split(|&b| b == b'/').any(hides) {
        return Err(BadPath::HiddenDots);
    }
    let resolved = resolve_dots(&turned)?;
    Ok(Cow::Owned(match mode {
        Normalization::Base => resolved,
        _ => merge_slashes(&resolved),
    }))
}

/// Whether a normalised path may begin with `literal`. False is certain.
pub(super) fn can_begin(literal: &[u8], mode: Normalization) -> bool {
    // The one that merging leaves two slashes.
    if b"//".starts_with(literal) {
        return true;
    }
    // An escape may be whole, and a segment longer, in what follows.
    let cut = match literal {
        [rest @ .., b'%'] => rest,
        [rest @ .., b'%', high] if high.is_ascii_hexdigit() => rest,
        whole => whole,
    };
    let longer = [cut, b"x"].concat();
    normalize(&longer, mode).is_ok_and(|normal| *normal == *longer)
}

/// True when no step of any mode could change the path.
fn is_plain(path: &[u8]) -> bool {
    let mut previous = 0;
    for &b in path {
        let suspicious = matches!(b, b'%' | b'\\' | 0..=0x1f | 0x7f)
            || is_outside_urls(b)
            || (previous == b'/' && matches!(b, b'/' | b'.'));
        if suspicious {
            return false;
        }
        previous = b;
    }
    true
}

/// RFC 3986, section 2.3.
fn is_unreserved(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~')
}

/// What Envoy escapes where it stands plain. Control bytes are refused before, a
/// space or a byte outside ASCII never gets through its parser.
fn is_outside_urls(b: u8) -> bool {
    matches!(
        b,
        b' ' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80..
    )
}

/// The byte that a `%XX` at the start of `bytes` stands for.
fn escaped(bytes: &[u8]) -> Option<u8> {
    let digit = |b: u8| (b as char).to_digit(16);
    match bytes {
        [b'%', high, low, ..] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
        _ => None,
    }
}

/// One pass that decodes the escapes of `wanted` bytes and leaves the others.
fn decode(path: &[u8], wanted: impl Fn(u8) -> bool) -> Cow<'_, [u8]> {
    if !path.contains(&b'%') {
        return Cow::Borrowed(path);
    }
    let mut out = Vec::with_capacity(path.len());
    let mut at = 0;
    while at < path.len() {
        match escaped(&path[at..]).filter(|&b| wanted(b)) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(path[at]);
                at += 1;
            }
        }
    }
    Cow::Owned(out)
}

/// `/..;x/` is `/../` to servers that know path parameters, so Envoy cuts them off.
/// It looks at plain dots after plain slashes only.
fn without_dot_parameters(path: &[u8]) -> Cow<'_, [u8]> {
    if !path.windows(3).any(|w| w == b"/.;" || w == b"..;") {
        return Cow::Borrowed(path);
    }
    let segments = path.split(|&b| b == b'/').map(|segment| match segment {
        [b'.', b';', ..] => &segment[..1],
        [b'.', b'.', b';', ..] => &segment[..2],
        _ => segment,
    });
    Cow::Owned(segments.collect::<Vec<_>>().join(&b'/'))
}

/// Turns backslashes, decodes unreserved escapes and escapes what no URL has.
///
/// A decoded byte never completes an escape that the client did not write: the
/// stray percent sign before it becomes `%25`.
fn canonical(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    let mut stray = None;
    let mut at = 0;
    while let Some(&b) = path.get(at) {
        at += 1;
        match b {
            b'\\' => out.push(b'/'),
            b'%' => match escaped(&path[at - 1..]) {
                Some(byte) if is_unreserved(byte) => {
                    at += 2;
                    out.push(byte);
                    if let Some(percent) = stray
                        && completes_escape(&out[percent..], path.get(at))
                    {
                        out.splice(percent..=percent, *b"%25");
                        stray = None;
                    }
                }
                Some(_) => {
                    out.extend_from_slice(&path[at - 1..at + 2]);
                    at += 2;
                }
                None => {
                    stray = Some(out.len());
                    out.push(b'%');
                }
            },
            _ if is_outside_urls(b) => {
                out.push(b'%');
                for digit in [b >> 4, b & 15] {
                    out.push(b"0123456789ABCDEF"[usize::from(digit)]);
                }
            }
            _ => out.push(b),
        }
    }
    out
}

/// Whether what begins with a stray percent sign is an escape now, or will be with
/// the byte that follows.
fn completes_escape(tail: &[u8], next: Option<&u8>) -> bool {
    match (tail, next) {
        ([_, high], Some(low)) => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        ([_, _, _], _) => escaped(tail).is_some(),
        _ => false,
    }
}

fn has_control(path: &[u8]) -> bool {
    path.iter().enumerate().any(|(at, b)| {
        b.is_ascii_control() || escaped(&path[at..]).is_some_and(|b| b.is_ascii_control())
    })
}

/// RFC 3986, section 5.2.4, except that climbing above the root is an error.
fn resolve_dots(path: &[u8]) -> Result<Vec<u8>, BadPath> {
    let mut out: Vec<u8> = Vec::with_capacity(path.len());
    let mut segments = path
        .strip_prefix(b"/")
        .unwrap_or(path)
        .split(|&b| b == b'/')
        .peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            b"." => {}
            b".." => {
                let parent = out.iter().rposition(|&b| b == b'/');
                out.truncate(parent.ok_or(BadPath::AboveRoot)?);
            }
            _ => {
                out.push(b'/');
                out.extend_from_slice(segment);
                continue;
            }
        }
        if last {
            out.push(b'/');
        }
    }
    Ok(out)
}

/// A path of nothing but slashes keeps two, as with Envoy, which puts the first and
/// the last back around no segments.
fn merge_slashes(path: &[u8]) -> Vec<u8> {
    if path.len() > 1 && path.iter().all(|&b| b == b'/') {
        return b"//".to_vec();
    }
    let mut out = Vec::with_capacity(path.len());
    for &b in path {
        if b != b'/' || out.last() != Some(&b'/') {
            out.push(b);
        }
    }
    out
}

#[cfg(test)]
mod tests;
