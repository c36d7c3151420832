//! RE2's expressions, matched as a whole value.
//!
//! Rust's `regex` has RE2's syntax but for some corners, where the same text means something
//! else. What uses one of them isn't matched but said to be unknown. So is what isn't ASCII:
//! there the two read classes such as `\w` differently.
//!
//! A dump may have as many expressions as somebody likes, so what is compiled is bounded: the
//! size of one, the number that is kept, and the number that is compiled at all.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use regex::bytes::{Regex, RegexBuilder};

use super::truth::Truth;

/// As much as any expression of a route needs. Envoy refuses a program of 100 instructions
/// and more unless told otherwise, which is less.
const LARGEST: usize = 64 << 10;

/// The longest text that is compiled.
const LONGEST: usize = 16 << 10;

/// As many as are kept, of the largest some 130 MiB.
const KEPT: usize = 2_000;

/// As many as are compiled for one dump, or one set of manifests. A route comes to its turn only when none before it
/// matches, so this is a table of thousands without a match.
const COMPILED: usize = 5_000;

/// The expressions of a dump that a question came to.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// `Err` says what of it isn't known.
    by_text: HashMap<String, Result<Regex, String>>,
    compiled: usize,
    refused: bool,
}

impl Expressions {
    /// How many were compiled before one was refused that came after them; `None` when none
    /// was.
    pub(super) fn refused_after(&self) -> Option<usize> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.refused.then_some(COMPILED)
    }

    /// Whether an expression matches all of a value.
    pub(super) fn match_whole(&self, regex: &str, value: &[u8]) -> Truth {
        if !value.is_ascii() {
            return Truth::Unknown(format!(
                "the expression {regex:.80} on a value that isn't ASCII"
            ));
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(regex) {
            Err(what) => Truth::Unknown(format!("the expression {regex:.80} {what}")),
            Ok(compiled) => Truth::of(compiled.is_match(value), || {
                format!("isn't matched as a whole by {regex:.80}")
            }),
        }
    }

    #[cfg(test)]
    pub(super) fn compiled(&self) -> usize {
        self.known.lock().unwrap().compiled
    }
}

impl Known {
    fn get(&mut self, regex: &str) -> Result<&Regex, String> {
        if !self.by_text.contains_key(regex) {
            if self.compiled >= COMPILED {
                self.refused = true;
                return Err(format!(
                    "comes after {COMPILED} others, and no more are compiled"
                ));
            }
            self.compiled += 1;
            if self.by_text.len() >= KEPT {
                self.by_text.clear();
            }
            self.by_text.insert(regex.to_owned(), compile(regex));
        }
        match self.by_text.get(regex) {
            Some(Ok(compiled)) => Ok(compiled),
            Some(Err(what)) => Err(what.clone()),
            None => Err("isn't kept".to_owned()),
        }
    }
}

fn compile(regex: &str) -> Result<Regex, String> {
    if regex.len() > LONGEST {
        return Err("is longer than the model compiles".to_owned());
    }
    if let Some(what) = corner(regex) {
        return Err(what.to_owned());
    }
    if !regex.is_ascii() {
        return Err("isn't ASCII".to_owned());
    }
    // Without Unicode `\w` and its like are ASCII's, as RE2's are, and small.
    RegexBuilder::new(&format!("^(?:{regex})$"))
        .unicode(false)
        .size_limit(LARGEST)
        .dfa_size_limit(LARGEST)
        .build()
        .map_err(|why| match why {
            regex::Error::CompiledTooBig(_) => "is larger than the model compiles".to_owned(),
            _ => "has something of RE2 that the model doesn't".to_owned(),
        })
}

/// What RE2 reads differently, or might.
fn corner(regex: &str) -> Option<&'static str> {
    let bytes = regex.as_bytes();
    let mut class = false;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        match byte {
            b'\\' => {
                match rest {
                    [b'<' | b'>', ..] => return Some("escapes < or >"),
                    [b'b', b'{', ..] => return Some("has \\b before a brace"),
                    [b'Q' | b'C' | b'E', ..] => return Some("has \\Q, \\E or \\C"),
                    _ => {}
                }
                at += 1;
            }
            b'[' if !class => {
                class = true;
                // A bracket that closes is a member when it comes first.
                at += match rest {
                    [b'^', b']', ..] => 2,
                    [b'^' | b']', ..] => 1,
                    _ => 0,
                };
            }
            b'[' => match rest {
                // Up to its end, a class by name.
                [b':', ..] => {
                    let Some(end) = rest.windows(2).position(|pair| pair == b":]") else {
                        return Some("has a bracket in a class");
                    };
                    at += end + 2;
                }
                _ => return Some("has a bracket in a class"),
            },
            b']' => class = false,
            b'&' | b'-' | b'~' if class && rest.first() == Some(&byte) => {
                return Some("doubles &, - or ~ in a class");
            }
            b'{' if !class && rest.first() == Some(&b',') => {
                return Some("repeats from nothing");
            }
            b'(' if !class => {
                if let [b'?', flags @ ..] = rest {
                    let known = |b: &u8| b"imsU-".contains(b);
                    let end = flags.iter().position(|b| !known(b));
                    match end.and_then(|end| flags.get(end..)) {
                        Some([b':' | b')', ..] | [b'P', b'<', ..]) => {}
                        _ => return Some("has a group with flags that the model doesn't know"),
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(regex: &str, value: &str) -> Truth {
        Expressions::default().match_whole(regex, value.as_bytes())
    }

    #[test]
    fn the_whole_value_or_nothing() {
        for (regex, value, expected) in [
            ("/a/[0-9]+", "/a/42", true),
            ("/a/[0-9]+", "/a/42x", false),
            ("a|ab", "ab", true),
            ("/a.*", "/a", true),
            ("(?i)/a", "/A", true),
            ("[]a]+", "]a", true),
            ("[^]a]", "b", true),
            ("[[:alpha:]]+", "ab", true),
            ("^a$", "a", true),
            ("a.b", "a\nb", false),
        ] {
            let is = matched(regex, value) == Truth::Yes;
            assert_eq!(is, expected, "{regex} {value}");
        }
    }

    #[test]
    fn corners_of_re2_are_not_guessed() {
        for regex in [
            r"\<a\>",
            "[a[b]]",
            "[[:a]",
            "[a&&b]",
            "[a--b]",
            "[a~~b]",
            r"\Qa.b\E",
            r"a\b{start}",
            "a{,3}",
            "(?x)a b",
            "(?R)a",
            r"\012",
        ] {
            let came = matched(regex, "a");
            assert!(matches!(came, Truth::Unknown(_)), "{regex}: {came:?}");
        }
        let came = matched(r"\w+", "é");
        assert!(matches!(came, Truth::Unknown(_)), "{came:?}");
    }

    #[test]
    fn an_expression_is_compiled_once() {
        let expressions = Expressions::default();
        for value in ["/a", "/b", "/a/1"] {
            expressions.match_whole("/a/[0-9]+", value.as_bytes());
            expressions.match_whole("[", value.as_bytes());
        }
        assert_eq!(expressions.compiled(), 2);
    }

    #[test]
    fn beyond_the_bounds_it_is_unknown_by_name() {
        let came = matched(r"\w{9999}x", "a");
        let Truth::Unknown(why) = came else {
            panic!("{came:?}");
        };
        assert!(why.contains(r"\w{9999}x is larger than"), "{why}");
        let came = matched(&"a".repeat(LONGEST + 1), "a");
        assert!(matches!(came, Truth::Unknown(_)), "{came:?}");
        let expressions = Expressions::default();
        let mut last = Truth::Yes;
        for index in 0..2 * COMPILED {
            last = expressions.match_whole(&format!("/{index}"), b"/x");
        }
        let Truth::Unknown(why) = last else {
            panic!("{last:?}");
        };
        assert!(why.contains("no more are compiled"), "{why}");
        assert_eq!(expressions.compiled(), COMPILED);
        assert!(expressions.known.lock().unwrap().by_text.len() <= KEPT);
    }
}
