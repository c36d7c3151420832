//! How messages quote what stands in the file.

/// The longest part of a value that a message repeats, in characters.
const SHOWN: usize = 60;

/// `value` in quotes on one line: control characters escaped, the rest of a
/// long value left out.
pub(super) fn quote(value: &str) -> String {
    if value.chars().nth(SHOWN).is_none() {
        return format!("{value:?}");
    }
    let start: String = value.chars().take(SHOWN).collect();
    format!("{:?}", format!("{start}..."))
}

/// `message` with other words for what [`quote`] has put into it, quotes included, where
/// there are some.
pub(super) fn replace_quoted(
    message: &str,
    mut words: impl FnMut(&str) -> Option<String>,
) -> String {
    let mut to = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(start) = rest.find('"') {
        let mut escaped = false;
        let end = rest[start + 1..].find(|c| {
            let is_end = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            is_end
        });
        let Some(end) = end.map(|end| start + end + 2) else {
            break;
        };
        let quoted = &rest[start..end];
        to.push_str(&rest[..start]);
        to.push_str(words(quoted).as_deref().unwrap_or(quoted));
        rest = &rest[end..];
    }
    to + rest
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// The one of `known` that `word` is most likely a misspelling of.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nothing is that long; comparing would cost the square of it.
    if word.len() > 64 {
        return None;
    }
    let word = word.to_ascii_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            let lower = candidate.to_ascii_lowercase();
            (strsim::damerau_levenshtein(&word, &lower), candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= (candidate.len() / 3).max(1) && *distance < candidate.len()
        })
        // Of equals the first by alphabet, so that the answer is always the same.
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stay_on_one_short_line() {
        assert_eq!(quote("a\nb"), r#""a\nb""#);
        assert_eq!(quote(&"x".repeat(60)).len(), 62);
        assert_eq!(quote(&"x".repeat(61)).len(), 65);
        assert!(quote(&"é".repeat(1000)).ends_with("...\""));
    }

    #[test]
    fn quotes_are_found_whatever_is_in_them() {
        for value in ["", "a", r#"a"b"#, r"a\", "a\\\"\n", &"\"é".repeat(100)] {
            let message = format!("one {} and {} \"", quote(value), quote("b"));
            let replaced = replace_quoted(&message, |quoted| {
                (quoted == quote(value)).then(|| "it".to_owned())
            });
            assert_eq!(replaced, r#"one it and "b" ""#, "{message}");
        }
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(one_of(&["a"]), "a");
        assert_eq!(one_of(&["a", "b", "c"]), "a, b or c");
    }

    #[test]
    fn a_misspelling_finds_its_word() {
        let known = ["listen", "threads", "path_normalization"];
        assert_eq!(nearest("lisen", known), Some("listen"));
        assert_eq!(nearest("Listen", known), Some("listen"));
        assert_eq!(nearest("thraeds", known), Some("threads"));
        assert_eq!(nearest("port", known), None);
        assert_eq!(nearest("b", ["a"]), None);
    }
}
