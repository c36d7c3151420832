//! Regular expressions that manifests ask for.

use crate::mesh::expression::Expressions;
use crate::mesh::truth::Truth;

/// Those that were asked for, each compiled once.
#[derive(Debug, Default)]
pub struct Patterns {
    expressions: Expressions,
}

impl Patterns {
    /// Whether an expression matches the whole text. `None` where that isn't known.
    #[must_use]
    pub fn matches(&self, expression: &str, text: &str) -> Option<bool> {
        match self.expressions.match_whole(expression, text.as_bytes()) {
            Truth::Yes => Some(true),
            Truth::No(_) => Some(false),
            Truth::Unknown(_) => None,
        }
    }

    /// What there is to say when there were too many.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let most = self.expressions.refused_after()?;
        Some(format!(
            "the manifests have more than {most} regular expressions; what depends on the rest \
             isn't looked at"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_for_the_whole_text() {
        let patterns = Patterns::default();
        for (expression, text, expected) in [
            ("a|b", "a", Some(true)),
            ("a|b", "ab", Some(false)),
            ("(", "a", None),
            (r"\w{1000}", "a", None),
        ] {
            assert_eq!(patterns.matches(expression, text), expected, "{expression}");
        }
        assert_eq!(patterns.note(), None);
    }

    #[test]
    fn too_many_are_told_of() {
        let patterns = Patterns::default();
        let is_known = |number: &usize| patterns.matches(&format!("{number}a"), "x").is_some();
        let known = (0..10_000).take_while(is_known).count();
        let note = patterns.note().unwrap();
        assert!(note.contains(&format!("more than {known} ")), "{note}");
    }
}
