//! Where the variables of a value begin and end.

/// A part of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// What stays as it is, `$${` as `${`.
    Text(&'a str),
    /// `${NAME}` or `${NAME:-default}`.
    Variable(Reference<'a>),
    /// A `${` without `}`; the last part.
    Unclosed,
}

/// What stands between `${` and `}`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    /// What should be a name.
    pub(super) name: &'a str,
    pub(super) default: Option<&'a str>,
}

impl Reference<'_> {
    /// Whether its name is one.
    pub(super) fn is_sound(&self) -> bool {
        !self.name.starts_with(|c: char| c.is_ascii_digit())
            && !self.name.is_empty()
            && self
                .name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_')
    }
}

/// The parts of `text`, in its order.
pub(super) fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (part, after) = first(rest);
        rest = after;
        Some(part)
    })
}

/// The first part of `text`, and what follows it.
fn first(text: &str) -> (Part<'_>, &str) {
    let Some(at) = text.find("${") else {
        return (Part::Text(text), "");
    };
    let (before, found) = text.split_at(at);
    let inside = &found[2..];
    if before.ends_with('$') {
        // Of the two dollars the second stays.
        return match before.len() {
            1 => (Part::Text("${"), inside),
            length => (Part::Text(&before[..length - 1]), &text[length - 1..]),
        };
    }
    if !before.is_empty() {
        return (Part::Text(before), found);
    }
    let Some((reference, after)) = inside.split_once('}') else {
        return (Part::Unclosed, "");
    };
    let (name, default) = match reference.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (reference, None),
    };
    (Part::Variable(Reference { name, default }), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable<'a>(name: &'a str, default: Option<&'a str>) -> Part<'a> {
        Part::Variable(Reference { name, default })
    }

    #[test]
    fn values_fall_into_parts() {
        for (text, expected) in [
            ("", vec![]),
            ("a$", vec![Part::Text("a$")]),
            ("${A}", vec![variable("A", None)]),
            (
                "a${A:-b}c",
                vec![Part::Text("a"), variable("A", Some("b")), Part::Text("c")],
            ),
            ("$${A}", vec![Part::Text("${"), Part::Text("A}")]),
            (
                "a$$${A}",
                vec![Part::Text("a$"), Part::Text("${"), Part::Text("A}")],
            ),
            (
                "${A}$${B}${C}",
                vec![
                    variable("A", None),
                    Part::Text("${"),
                    Part::Text("B}"),
                    variable("C", None),
                ],
            ),
            ("${A${B}", vec![variable("A${B", None)]),
            ("a${A", vec![Part::Text("a"), Part::Unclosed]),
        ] {
            assert_eq!(parts(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
