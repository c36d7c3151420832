//! What every match of an expression begins with.

use regex_syntax::hir::{Dot, Hir, HirKind, Look};

/// How a text must begin for the whole of it to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Empty when nothing can be said.
    pub literal: Vec<u8>,
    /// What may stand after it.
    pub then: Then,
}

/// What an expression has after its literal beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing: it is one text.
    End,
    /// `.*`, so that it takes everything that begins so.
    Anything,
    /// Something else.
    Other,
}

/// Takes the beginning of an expression as the file has it.
#[must_use]
pub fn beginning(pattern: &str) -> Beginning {
    let mut literal = Vec::new();
    let Ok(hir) = regex_syntax::parse(pattern) else {
        let then = Then::Other;
        return Beginning { literal, then };
    };
    let parts = parts(&hir);
    let mut rest = without_anchors(&parts);
    while let Some((first, after)) = rest.split_first()
        && let HirKind::Literal(bytes) = first.kind()
    {
        literal.extend_from_slice(&bytes.0);
        rest = after;
    }
    let then = if rest.is_empty() {
        Then::End
    } else if rest.iter().all(|part| is_anything(part)) {
        Then::Anything
    } else {
        Then::Other
    };
    Beginning { literal, then }
}

/// Whether every match begins with `segments`, and goes on with a slash or not at
/// all. False also when that can't be seen.
pub(super) fn begins_with_segments(pattern: &str, segments: &[u8]) -> bool {
    regex_syntax::parse(pattern).is_ok_and(|hir| begins(&hir, segments))
}

fn begins(hir: &Hir, segments: &[u8]) -> bool {
    let parts = parts(hir);
    let mut rest = without_anchors(&parts);
    let mut wanted = segments;
    while let Some((first, after)) = rest.split_first() {
        if wanted.is_empty() {
            return begins_with_slash(rest);
        }
        let bytes = match first.kind() {
            HirKind::Literal(bytes) => &bytes.0,
            HirKind::Alternation(all) if after.is_empty() => {
                return all.iter().all(|one| begins(one, wanted));
            }
            _ => return false,
        };
        let common = bytes.len().min(wanted.len());
        if bytes[..common] != wanted[..common] {
            return false;
        }
        if let Some(next) = bytes.get(common) {
            return *next == b'/';
        }
        (wanted, rest) = (&wanted[common..], after);
    }
    wanted.is_empty()
}

/// The parts of a sequence, groups taken apart.
fn parts(hir: &Hir) -> Vec<&Hir> {
    match hir.kind() {
        HirKind::Empty => Vec::new(),
        HirKind::Capture(group) => parts(&group.sub),
        HirKind::Concat(all) => all.iter().flat_map(parts).collect(),
        _ => vec![hir],
    }
}

/// Without `^` at the start and `$` at the end, where they say nothing. Anywhere
/// else nothing gets past them.
fn without_anchors<'p, 'h>(parts: &'p [&'h Hir]) -> &'p [&'h Hir] {
    let is = |part: &&&Hir, look| *part.kind() == HirKind::Look(look);
    let start = parts.iter().take_while(|p| is(p, Look::Start)).count();
    let parts = &parts[start..];
    let end = parts.iter().rev().take_while(|p| is(p, Look::End)).count();
    &parts[..parts.len() - end]
}

/// `.*`; no path has a line feed.
fn is_anything(hir: &Hir) -> bool {
    let HirKind::Repetition(repeated) = hir.kind() else {
        return false;
    };
    let any = [Dot::AnyChar, Dot::AnyCharExceptLF].map(Hir::dot);
    repeated.min == 0 && repeated.max.is_none() && any.contains(&repeated.sub)
}

/// Unless it matches nothing.
fn begins_with_slash(rest: &[&Hir]) -> bool {
    in_sequence(rest.iter().copied()).is_some()
}

/// Whether it may match nothing; `None` when it may match what doesn't begin with a
/// slash.
fn slash_or_nothing(hir: &Hir) -> Option<bool> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(true),
        HirKind::Literal(bytes) => (bytes.0.first() == Some(&b'/')).then_some(false),
        HirKind::Capture(group) => slash_or_nothing(&group.sub),
        HirKind::Repetition(repeated) => {
            slash_or_nothing(&repeated.sub).map(|empty| empty || repeated.min == 0)
        }
        HirKind::Concat(all) => in_sequence(all),
        HirKind::Alternation(all) => all.iter().try_fold(false, |empty, part| {
            slash_or_nothing(part).map(|too| empty || too)
        }),
        HirKind::Class(_) => None,
    }
}

fn in_sequence<'h>(parts: impl IntoIterator<Item = &'h Hir>) -> Option<bool> {
    for part in parts {
        if !slash_or_nothing(part)? {
            return Some(false);
        }
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literal_ends_where_a_choice_begins() {
        use Then::{Anything, End, Other};
        for (pattern, literal, then) in [
            ("/api/users/[0-9]+", "/api/users/", Other),
            ("/api/(users|posts)", "/api/", Other),
            ("^/api$", "/api", End),
            ("/(a)(b)c*", "/ab", Other),
            ("/a|/b", "", Other),
            ("(?i)/api", "/", Other),
            (".*/login", "", Other),
            ("/a?", "/", Other),
            (r"/a\.b", "/a.b", End),
            ("(", "", Other),
            ("", "", End),
            ("/a.*", "/a", Anything),
            ("/a(.*)$", "/a", Anything),
            ("/a(?s:.*)", "/a", Anything),
            (".*", "", Anything),
            ("/a.+", "/a", Other),
            (r"/a\.*", "/a", Other),
            ("/d$.*", "/d", Other),
            ("/d^.*", "/d", Other),
            ("/d$x", "/d", Other),
            ("(?x)/d #.*", "/d", End),
        ] {
            let literal = literal.into();
            assert_eq!(beginning(pattern), Beginning { literal, then }, "{pattern}");
        }
    }

    #[test]
    fn segments_end_with_the_match_or_with_a_slash() {
        for pattern in [
            "/api/.*",
            "/api",
            "^/api$",
            "/api(/.*)?",
            "/api(/x|/y)?",
            "/api(|/.*)",
            "/api/*",
            "/api[/]?",
            "/api(/[0-9]+)*",
            "(/api)(/x)?(/y)?",
            "/api/x|/api/y|/api",
            "^(/api|/api/x[0-9])$",
            "/api$",
        ] {
            assert!(begins_with_segments(pattern, b"/api"), "{pattern}");
        }
        for pattern in [
            "/api.*",
            "/apix",
            "/api(/x)?y",
            "/api(/x|y)",
            "/ap",
            "/ap(i)?",
            "/x|/api",
            "(/api|/api/x)y",
            ".*",
            "(",
            "/api(x)*",
        ] {
            assert!(!begins_with_segments(pattern, b"/api"), "{pattern}");
        }
    }
}
