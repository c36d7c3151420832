//! Bytes and escapes of the target.

use super::Pair;

/// The byte that a `%XX` at the start of `bytes` stands for.
pub fn escaped(bytes: &[u8]) -> Option<u8> {
    let digit = |b: u8| (b as char).to_digit(16);
    match bytes {
        [b'%', high, low, ..] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
        _ => None,
    }
}

/// The escapes of these bytes decoded, once.
pub fn decode(text: &[u8], wanted: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let byte = escaped(&text[at..]).filter(|&b| wanted(b));
        out.push(byte.unwrap_or(text[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    out
}

/// A `%` that begins no escape.
pub fn bad_escape(pair: &mut Pair<'_>) -> bool {
    let path = pair.request.path();
    let holds = (0..path.len()).any(|at| path[at] == b'%' && escaped(&path[at..]).is_none());
    let kept = match &pair.ours.received[..] {
        [] => pair.ours.status == 404,
        [got] => {
            let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
            let rest = path.strip_prefix(b"/blog/api").unwrap_or_default();
            got.service == "auth" && got.target.as_bytes() == decode(rest, unreserved)
        }
        _ => false,
    };
    let differ = holds && kept && pair.go.is_own() && pair.go.status == 400;
    if differ {
        pair.go = pair.ours.clone();
    }
    differ
}

pub fn empty_query(pair: &mut Pair<'_>) -> bool {
    let bare = pair.request.target().ends_with(b"?");
    let (Some(go), Some(ours)) = (&mut pair.go.location, &pair.ours.location) else {
        return false;
    };
    let differ = bare && *ours == format!("{go}?");
    if differ {
        go.clone_from(ours);
    }
    differ
}

/// The same path written with other escapes. A slash, a percent sign or a
/// question mark is never the same as its escape.
pub fn escapes(pair: &mut Pair<'_>) -> bool {
    let mut differ = false;
    let received = pair.go.received.iter_mut().zip(&pair.ours.received);
    let targets = received.map(|(go, ours)| (&mut go.target, &ours.target));
    let locations = pair.go.location.iter_mut().zip(&pair.ours.location);
    for (go, ours) in targets.chain(locations) {
        let plain = |target: &str| decode(target.as_bytes(), |b| !b"/%?".contains(&b));
        if go != ours && plain(go) == plain(ours) {
            go.clone_from(ours);
            differ = true;
        }
    }
    differ
}

/// Go finds the route by the path without escapes and strips the prefix from the
/// path with them.
pub fn escaped_prefix(pair: &mut Pair<'_>) -> bool {
    let path = pair.request.path();
    let plain = decode(path, |b| b.is_ascii_alphanumeric());
    let prefix = b"/blog/api/";
    let holds = !path.starts_with(prefix) && plain.starts_with(prefix);
    let [ours] = &pair.ours.received[..] else {
        return false;
    };
    let expected = ours.service == "auth" && ours.target.as_bytes() == &plain[prefix.len() - 1..];
    let differ = holds && expected && pair.go.is_own() && pair.go.status == 404;
    if differ {
        pair.go = pair.ours.clone();
    }
    differ
}
