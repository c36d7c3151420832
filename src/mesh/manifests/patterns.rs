//! Regular expressions that manifests ask for.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

/// The most that are compiled: more than anybody writes, and seconds at the worst.
const MOST: usize = 1000;

/// The most bytes that one may take.
const LARGEST: usize = 1 << 18;

/// Those that were asked for, each compiled once.
#[derive(Debug, Default)]
pub struct Patterns {
    compiled: HashMap<String, Option<Regex>>,
    refused: bool,
}

impl Patterns {
    /// Whether an expression matches the whole text. `None` for one that isn't understood, or
    /// is too large, or too many.
    pub fn matches(&mut self, expression: &str, text: &str) -> Option<bool> {
        if let Some(known) = self.compiled.get(expression) {
            return known.as_ref().map(|of| of.is_match(text));
        }
        if self.compiled.len() >= MOST {
            self.refused = true;
            return None;
        }
        let whole = format!("^(?:{expression})$");
        let compiled = RegexBuilder::new(&whole).size_limit(LARGEST).build().ok();
        let found = compiled.as_ref().map(|of| of.is_match(text));
        self.compiled.insert(expression.to_owned(), compiled);
        found
    }

    /// What there is to say when there were too many.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let note = || {
            format!(
                "the manifests have more than {MOST} regular expressions; what depends on the \
                 rest isn't looked at"
            )
        };
        self.refused.then(note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_for_the_whole_text() {
        let mut patterns = Patterns::default();
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
    fn no_more_are_compiled_than_anybody_writes() {
        let mut patterns = Patterns::default();
        for number in 0..MOST + 10 {
            let expected = (number < MOST).then_some(false);
            assert_eq!(patterns.matches(&format!("{number}a"), "x"), expected);
        }
        // Those that are there still serve.
        assert_eq!(patterns.matches("0a", "0a"), Some(true));
        assert!(patterns.note().is_some());
    }
}
