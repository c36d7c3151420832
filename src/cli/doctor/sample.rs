//! A text that an expression matches.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The longest that is made up.
const LONGEST: usize = 1000;

/// A short text that the expression probably matches: whoever takes it has to see. `None`
/// when there is none at hand.
pub(super) fn of(expression: &str) -> Option<String> {
    let hir = regex_syntax::parse(expression).ok()?;
    let mut text = String::new();
    add(&hir, &mut text)?;
    Some(text)
}

fn add(hir: &Hir, text: &mut String) -> Option<()> {
    if text.len() > LONGEST {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(Class::Unicode(class)) => {
            let takes = |c: char| class.iter().any(|of| of.start() <= c && c <= of.end());
            let plain = ['x', 'X', '1', '-', '_', '.', '/'];
            let first = class.iter().next().map(|of| of.start());
            text.push(plain.into_iter().find(|c| takes(*c)).or(first)?);
        }
        HirKind::Class(Class::Bytes(_)) => return None,
        HirKind::Repetition(of) => {
            for _ in 0..of.min {
                add(&of.sub, text)?;
            }
        }
        HirKind::Capture(of) => add(&of.sub, text)?,
        HirKind::Concat(all) => {
            for of in all {
                add(of, text)?;
            }
        }
        HirKind::Alternation(all) => add(all.first()?, text)?,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_one_that_matches() {
        for expression in [
            "(/blog)?/api/(posts|categories).*",
            r"/v\d+/[a-z]{2,5}/\w+",
            "/[^/]+/é",
            "(?i)/Ab",
        ] {
            let text = of(expression).unwrap();
            let whole = regex::Regex::new(&format!("^(?:{expression})$")).unwrap();
            assert!(whole.is_match(&text), "{expression} {text}");
        }
        assert_eq!(of("(a{100}){100}"), None);
        assert_eq!(of("("), None);
    }
}
