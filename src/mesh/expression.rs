//! RE2's expressions, matched as a whole value.
//!
//! Rust's `regex` has RE2's syntax but for some corners, where the same text means something
//! else. What uses one of them isn't matched but said to be unknown. So is a value that isn't
//! ASCII: there the two read classes such as `\w` differently.

use regex::bytes::RegexBuilder;

use crate::mesh::truth::Truth;

/// As much as any expression of a route needs. Envoy refuses a program of 100 instructions
/// and more unless told otherwise, which is far less.
const LARGEST: usize = 4 << 20;

/// Whether an expression matches all of a value.
pub(super) fn matches_whole(regex: &str, value: &[u8]) -> Truth {
    if let Some(what) = corner(regex) {
        return Truth::Unknown(format!("the expression {regex:.80} {what}"));
    }
    if !value.is_ascii() {
        return Truth::Unknown(format!(
            "the expression {regex:.80} on a value that isn't ASCII"
        ));
    }
    let whole = format!("^(?:{regex})$");
    match RegexBuilder::new(&whole).size_limit(LARGEST).build() {
        Ok(compiled) => Truth::of(compiled.is_match(value), || {
            format!("isn't matched as a whole by {regex:.80}")
        }),
        Err(_) => Truth::Unknown(format!(
            "the expression {regex:.80} has something of RE2 that the model doesn't"
        )),
    }
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
            let is = matches_whole(regex, value.as_bytes()) == Truth::Yes;
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
            let came = matches_whole(regex, b"a");
            assert!(matches!(came, Truth::Unknown(_)), "{regex}: {came:?}");
        }
        let came = matches_whole(r"\w+", "é".as_bytes());
        assert!(matches!(came, Truth::Unknown(_)), "{came:?}");
    }
}
