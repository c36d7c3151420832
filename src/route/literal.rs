//! What every match of an expression begins with.

use regex_syntax::hir::{Hir, HirKind, Look};

/// The bytes that a text must begin with for the whole of it to match. Empty when
/// nothing can be said.
pub(super) fn literal_prefix(pattern: &str) -> Vec<u8> {
    let mut prefix = Vec::new();
    if let Ok(hir) = regex_syntax::parse(pattern) {
        collect(&hir, &mut prefix);
    }
    prefix
}

/// True when more may follow: `hir` is nothing but what was collected.
fn collect(hir: &Hir, prefix: &mut Vec<u8>) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(Look::Start) => true,
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
        for (pattern, prefix) in [
            ("/api/users/[0-9]+", "/api/users/"),
            ("/api/(users|posts)", "/api/"),
            ("^/api$", "/api"),
            ("/(a)(b)c*", "/ab"),
            ("/a|/b", ""),
            ("(?i)/api", "/"),
            (".*/login", ""),
            ("/a?", "/"),
            (r"/a\.b", "/a.b"),
        ] {
            let found = literal_prefix(pattern);
            assert_eq!(String::from_utf8(found).unwrap(), prefix, "{pattern}");
        }
    }
}
