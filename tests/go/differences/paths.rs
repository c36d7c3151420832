//! Where the two make another path of what is unclean.

use super::Pair;
use super::bytes::decode;
use crate::seen::Seen;

/// Go sends the client to the clean path; the gateway forwards that path itself. So
/// what it does is what Go does once the client has followed.
pub fn clean_redirect(pair: &mut Pair<'_>) -> bool {
    let path = pair.request.path();
    let absolute = !path.starts_with(b"/");
    let unclean = absolute || is_unclean(path);
    if !unclean || pair.go.own_redirect().is_none() {
        return false;
    }
    let end = match pair.ours.own_redirect() {
        Some(location) => {
            let same = |seen: &&_| Seen::own_redirect(seen) == Some(location);
            pair.chain.iter().find(same)
        }
        None => pair.chain.last(),
    };
    let Some(end) = end else { return false };
    let differ = *end != pair.go;
    pair.go = end.clone();
    differ
}

fn is_unclean(path: &[u8]) -> bool {
    let mut segments = path.split(|&b| b == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let empty = segment.is_empty() && segments.peek().is_some();
        if empty || segment == b"." || segment == b".." {
            return true;
        }
    }
    false
}

/// The only service that got something from Go and the gateway.
fn targets<'a>(pair: &'a mut Pair<'_>) -> Option<(&'a mut String, &'a mut String)> {
    match (&mut pair.go.received[..], &mut pair.ours.received[..]) {
        ([go], [ours]) => Some((&mut go.target, &mut ours.target)),
        _ => None,
    }
}

pub fn trailing_dot(pair: &mut Pair<'_>) -> bool {
    let path = pair.request.path();
    let holds = path.ends_with(b"/.") || path.ends_with(b"/..");
    let Some((go, ours)) = targets(pair) else {
        return false;
    };
    let differ = holds && *ours == format!("{go}/");
    if differ {
        go.clone_from(ours);
    }
    differ
}

/// The path by RFC 3986: an empty segment is one that `..` takes away.
fn resolved(path: &[u8]) -> String {
    let text = std::str::from_utf8(path).unwrap();
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = text.split('/').skip(1).collect();
    for (at, segment) in segments.iter().enumerate() {
        match *segment {
            "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other),
        }
        if at + 1 == segments.len() && matches!(*segment, "." | "..") {
            kept.push("");
        }
    }
    let mut path = format!("/{}", kept.join("/"));
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    path
}

/// Whether the gateway did by the path `clean` what the document's table says.
fn did(pair: &Pair<'_>, clean: &str) -> bool {
    let [ours] = &pair.ours.received[..] else {
        let routed = ["/blog/api/", "/api/users/"];
        return pair.ours.status == 404 && !routed.iter().any(|prefix| clean.starts_with(prefix));
    };
    let kept = ["/blog/api/posts/", "/blog/api/categories/"];
    let (service, host, target) = if kept.iter().any(|prefix| clean.starts_with(prefix)) {
        ("blog", "blog-service:8005", clean)
    } else if let Some(rest) = clean.strip_prefix("/blog/api/") {
        (
            "auth",
            "auth-service:8002",
            &clean[clean.len() - rest.len() - 1..],
        )
    } else if let Some(rest) = clean.strip_prefix("/api/users/") {
        (
            "user",
            "user-service:8001",
            &clean[clean.len() - rest.len() - 1..],
        )
    } else {
        return false;
    };
    let sent = ours
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("host"));
    let host = sent.is_some_and(|(_, sent)| sent == host);
    host && ours.service == service && ours.target == target
}

/// The gateway did by the path `clean` what it should, and Go something else. Where
/// the same service got it from both, only the target is settled.
fn take_ours(pair: &mut Pair<'_>, clean: Option<String>) -> bool {
    let place = |seen: &Seen| {
        let got = seen.received.first();
        (
            seen.status,
            got.map(|got| (got.service, got.target.clone())),
        )
    };
    let Some(clean) = clean else { return false };
    if place(&pair.go) == place(&pair.ours) || !did(pair, &clean) {
        return false;
    }
    match (&mut pair.go.received[..], &pair.ours.received[..]) {
        ([go], [ours]) if go.service == ours.service => go.target.clone_from(&ours.target),
        _ => pair.go = pair.ours.clone(),
    }
    true
}

pub fn dots_before_slashes(pair: &mut Pair<'_>) -> bool {
    let path = pair.request.path();
    let holds = path.windows(4).any(|w| w == b"//..");
    let clean = holds.then(|| resolved(path));
    take_ours(pair, clean)
}

pub fn escaped_dots(pair: &mut Pair<'_>) -> bool {
    let path = decode(pair.request.path(), |b| b == b'.');
    let holds = path != pair.request.path() && is_unclean(&path);
    let clean = holds.then(|| resolved(&path));
    take_ours(pair, clean)
}

pub fn backslash(pair: &mut Pair<'_>) -> bool {
    let holds = pair.request.path().contains(&b'\\');
    let turned: Vec<u8> = pair
        .request
        .path()
        .iter()
        .map(|&b| if b == b'\\' { b'/' } else { b })
        .collect();
    let clean = holds.then(|| resolved(&turned));
    take_ours(pair, clean)
}

/// Beside a byte that Go escapes itself it has forgotten what else was escaped.
pub fn escaped_slash(pair: &mut Pair<'_>) -> bool {
    let path = String::from_utf8_lossy(pair.request.path()).into_owned();
    let holds = path.to_ascii_lowercase().contains("%2f") && path.contains(['^', '|', '{', '"']);
    // The gateway escapes such a byte too, and remembers.
    let escapes = [
        ("^", "%5E"),
        ("|", "%7C"),
        ("{", "%7B"),
        ("}", "%7D"),
        ("\"", "%22"),
    ];
    let clean = escapes
        .iter()
        .fold(path, |path, (byte, escape)| path.replace(byte, escape));
    take_ours(pair, holds.then_some(clean))
}
