//! Regular expressions.

use serde_json::json;

use super::super::literal::beginning;
use super::super::model::Pattern;
use super::super::text::quote;
use super::{Mistake, Value};

/// An expression for a whole value.
#[derive(Debug)]
pub(in super::super) enum Expression {}

/// An expression for a whole path.
#[derive(Debug)]
pub(in super::super) enum PathExpression {}

impl Value for Expression {
    type Out = Pattern;

    const FIX: &'static str = "write an expression for the whole value, such as '[0-9]+'";

    /// No mistake quotes it: a value that it is for may be a credential.
    fn read(text: &str) -> Result<Pattern, Mistake> {
        Pattern::of_bytes(text).map_err(|error| mistake("", &error))
    }

    fn schema() -> Vec<serde_json::Value> {
        // JSON Schema's `regex` format is another dialect.
        vec![
            json!({ "type": "string" }),
            json!({ "type": ["number", "boolean"] }),
        ]
    }
}

impl Value for PathExpression {
    type Out = Pattern;

    const FIX: &'static str = "write an expression for the whole path, such as '/users/[0-9]+'";

    fn read(text: &str) -> Result<Pattern, Mistake> {
        let pattern =
            Pattern::new(text).map_err(|error| mistake(&format!("{} ", quote(text)), &error))?;
        match beginning(text).literal.first() {
            Some(first) if *first != b'/' => Err(Mistake::new(
                format!(
                    "{} takes no path: it doesn't begin with the / that paths begin with",
                    quote(text)
                ),
                Self::FIX,
            )),
            _ => Ok(pattern),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string" })]
    }
}

/// `what` begins the message, with a space after it.
fn mistake(what: &str, error: &regex::Error) -> Mistake {
    match error {
        regex::Error::CompiledTooBig(_) => Mistake::new(
            format!("{what}is too large for an expression"),
            "repeat less in it, or write several matches",
        ),
        error => Mistake::new(
            format!("{what}is not an expression: {}", reason(error)),
            "correct it; the syntax is that of Rust's regex crate, \
             without look-around and backreferences",
        ),
    }
}

/// The last line says what is wrong, the others draw where.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_for_the_whole_value() {
        let pattern = Expression::read("a|b").unwrap();
        assert!(pattern.matches(b"a") && pattern.matches(b"b"));
        assert!(!pattern.matches(b"ab") && !pattern.matches(b"xa") && !pattern.matches(b""));
    }

    #[test]
    fn a_value_is_bytes_unless_its_expression_names_characters() {
        for (text, value, matches) in [
            ("a.", &b"a\xff"[..], true),
            ("[^b]+", b"\xff\xfe", true),
            (r"\w+", b"a_1", true),
            (r"\w", "\u{fc}".as_bytes(), false),
            ("gr\u{fc}n.*", "gr\u{fc}ner".as_bytes(), true),
            (r"\p{L}+", "\u{fc}".as_bytes(), true),
            (r"\p{L}.*", b"a\xff", false),
        ] {
            let pattern = Expression::read(text).unwrap();
            assert_eq!(pattern.matches(value), matches, "{text}");
        }
    }

    #[test]
    fn refusals() {
        for (text, part) in [
            ("(", "unclosed group"),
            ("a)|(b", "unopened group"),
            ("[a", "unclosed character class"),
            ("(?=a)", "look-around"),
            (r"(a)\1", "backreferences are not supported"),
            ("a{100000}{100000}", "is too large"),
            ("(?s:.{9999}){9999}", "is too large"),
            (&"(".repeat(1000), "unclosed group"),
        ] {
            let mistake = Expression::read(text).unwrap_err();
            assert!(mistake.message.contains(part), "{}", mistake.message);
            assert!(!mistake.message.contains('\n'), "{}", mistake.message);
        }
    }

    #[test]
    fn a_path_expression_takes_a_path() {
        for text in ["/a", "^/a$", "(/blog)?/api/.*", ".*", "[/]a", "(?i)/a"] {
            assert!(PathExpression::read(text).is_ok(), "{text}");
        }
        for text in ["a", "^a", "(api)/x", "users/[0-9]+"] {
            assert!(PathExpression::read(text).is_err(), "{text}");
        }
    }
}
