//! What every match of an expression begins with.

use regex_syntax::hir::{Hir, HirKind, Look};

/// The bytes that a text must begin with for the whole of it to match, and
/// whether there is no more to it than these. Empty when nothing can be said.
#[must_use]
pub fn literal_prefix(pattern: &str) -> (Vec<u8>, bool) {
    let mut prefix = Vec::new();
    let whole = regex_syntax::parse(pattern).is_ok_and(|hir| collect(&hir, &mut prefix));
    (prefix, whole)
}

/// True when more may follow: `hir` is nothing but what was collected.
fn collect(hir: &Hir, prefix: &mut Vec<u8>) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(Look::Start | Look::End) => true,
        HirKind::Literal(literal) => {
            prefix.extend_from_slice(&literal.0);
            true
        }
        HirKind::Capture(capture) => collect(&capture.sub, prefix),
        HirKind::Concat(parts) => parts.iter().all(|part| collect(part, prefix)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::literal_prefix;

    #[test]
    fn the_literal_ends_where_a_choice_begins() {
        for (pattern, prefix, whole) in [
            ("/api/users/[0-9]+", "/api/users/", false),
            ("/api/(users|posts)", "/api/", false),
            ("^/api$", "/api", true),
            ("/(a)(b)c*", "/ab", false),
            ("/a|/b", "", false),
            ("(?i)/api", "/", false),
            (".*/login", "", false),
            ("/a?", "/", false),
            (r"/a\.b", "/a.b", true),
            ("(", "", false),
        ] {
            let found = literal_prefix(pattern);
            assert_eq!(found, (prefix.into(), whole), "{pattern}");
        }
    }
}
