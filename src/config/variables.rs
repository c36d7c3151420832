//! `${NAME}` and `${NAME:-default}` in the values of the file.
//!
//! They are put in after YAML has been parsed, so no variable can change the
//! structure, and what it holds isn't searched for variables again.

mod scan;

use std::collections::BTreeSet;

use self::scan::{Part, Reference, parts};
use super::report::Report;
use super::text::quote;
use super::tree::{self, Kind, Node, Position, child, item};
use super::yaml;

/// What all values together may grow to, in bytes.
const MAX_TOTAL: usize = 4 << 20;

/// Looks a variable up.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The names of all environment variables that the configuration in `text` refers
/// to, with or without a default; none when it can't be read.
#[must_use]
pub fn variables(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(tree) = yaml::load(text, &mut Report::new("")) {
        collect(&tree, &mut names);
    }
    names
}

fn collect(node: &Node, names: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Null => {}
        Kind::Sequence(items) => items.iter().for_each(|node| collect(node, names)),
        Kind::Mapping(entries) => entries
            .iter()
            .for_each(|entry| collect(&entry.value, names)),
        Kind::Scalar { text, .. } => names.extend(parts(text).filter_map(|part| match part {
            Part::Variable(reference) if reference.is_sound() => Some(reference.name.to_owned()),
            _ => None,
        })),
    }
}

/// All values below the key that variables were put into.
pub(super) fn values(root: &Node, key: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    if let Some(found) = tree::find(root, key) {
        collect_values(found.node, &mut all);
    }
    all
}

fn collect_values(node: &Node, all: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Scalar { text, variables } if !variables.is_empty() => {
            all.insert(text.clone());
        }
        Kind::Null | Kind::Scalar { .. } => {}
        Kind::Sequence(items) => items.iter().for_each(|node| collect_values(node, all)),
        Kind::Mapping(entries) => entries
            .iter()
            .for_each(|entry| collect_values(&entry.value, all)),
    }
}

/// Puts the variables into all values of the tree. A value that can't be made
/// becomes [`Kind::Null`] and is reported.
pub(super) fn expand_all(root: &mut Node, environment: Environment<'_>, report: &mut Report) {
    let mut room = MAX_TOTAL;
    expand_node(root, "", environment, report, &mut room);
}

fn expand_node(
    node: &mut Node,
    path: &str,
    environment: Environment<'_>,
    report: &mut Report,
    room: &mut usize,
) {
    let position = node.position;
    match &mut node.kind {
        Kind::Null => {}
        Kind::Sequence(items) => {
            for (index, node) in items.iter_mut().enumerate() {
                expand_node(node, &item(path, index), environment, report, room);
            }
        }
        Kind::Mapping(entries) => {
            for entry in entries {
                let path = child(path, &entry.key);
                expand_node(&mut entry.value, &path, environment, report, room);
            }
        }
        Kind::Scalar { text, variables } => {
            if !text.contains("${") {
                return;
            }
            match expand(text, environment) {
                Ok(expanded) if expanded.text.len() <= *room => {
                    *room -= expanded.text.len();
                    *text = expanded.text;
                    *variables = expanded.names;
                }
                Ok(_) => {
                    refuse(report, position, path, Mistake::too_long());
                    node.kind = Kind::Null;
                }
                Err(mistake) => {
                    refuse(report, position, path, mistake);
                    node.kind = Kind::Null;
                }
            }
        }
    }
}

fn refuse(report: &mut Report, position: Position, path: &str, mistake: Mistake) {
    report.error_at(position, path, mistake.message, mistake.fix);
}

#[derive(Debug, PartialEq, Eq)]
struct Mistake {
    message: String,
    fix: String,
}

impl Mistake {
    fn new(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            fix: fix.into(),
        }
    }

    fn too_long() -> Self {
        Self::new(
            "grows too long with its variables",
            "use shorter values in the environment",
        )
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Expanded {
    text: String,
    /// Each variable once, as `$NAME`.
    names: Vec<String>,
}

fn expand(text: &str, environment: Environment<'_>) -> Result<Expanded, Mistake> {
    let mut out = Expanded::default();
    for part in parts(text) {
        match part {
            Part::Text(text) => out.text.push_str(text),
            Part::Unclosed => {
                return Err(Mistake::new(
                    "has a ${ without }",
                    "close the variable, or write $${ for a literal ${",
                ));
            }
            Part::Variable(reference) => {
                let value = resolve(&reference, environment)?;
                if out.text.len() + value.len() > MAX_TOTAL {
                    return Err(Mistake::too_long());
                }
                out.text.push_str(&value);
                let name = format!("${}", reference.name);
                if !out.names.contains(&name) {
                    out.names.push(name);
                }
            }
        }
    }
    Ok(out)
}

fn resolve(reference: &Reference<'_>, environment: Environment<'_>) -> Result<String, Mistake> {
    let Reference { name, default } = *reference;
    if !reference.is_sound() {
        return Err(Mistake::new(
            format!("has a bad variable name {}", quote(name)),
            "write ${NAME} or ${NAME:-default}, NAME of A-Z, a-z, 0-9 and _ and not beginning with a digit",
        ));
    }
    if default.is_some_and(|default| default.contains("${")) {
        return Err(Mistake::new(
            format!("has a variable in the default of ${{{name}}}"),
            "write the default out; variables don't nest",
        ));
    }
    match (environment(name), default) {
        (Some(value), None) => Ok(value),
        (Some(value), Some(_)) if !value.is_empty() => Ok(value),
        (_, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(Mistake::new(
            format!("needs the environment variable {name}, which is not set"),
            format!("set it, or write ${{{name}:-default}}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        match name {
            "A" => Some("1".into()),
            "EMPTY" => Some(String::new()),
            "TRICKY" => Some("${A}".into()),
            _ => None,
        }
    }

    fn expanded(text: &str) -> String {
        expand(text, &environment).unwrap().text
    }

    #[test]
    fn variables_are_put_in() {
        assert_eq!(expanded("x${A}y${A}"), "x1y1");
        assert_eq!(expanded("${A:-2}"), "1");
        assert_eq!(expanded("${NO:-a:-b}"), "a:-b");
        assert_eq!(expanded("${NO:-}"), "");
    }

    #[test]
    fn an_empty_variable_takes_the_default() {
        assert_eq!(expanded("${EMPTY:-2}"), "2");
        assert_eq!(expanded("${EMPTY}"), "");
    }

    #[test]
    fn values_are_not_searched_again() {
        assert_eq!(expanded("${TRICKY}"), "${A}");
    }

    #[test]
    fn two_dollars_make_a_literal() {
        assert_eq!(expanded("$${A}"), "${A}");
        assert_eq!(expanded("$${A}${A}"), "${A}1");
        assert_eq!(expanded("cost: $5 $"), "cost: $5 $");
    }

    #[test]
    fn mistakes_say_what_to_write() {
        let message = |text| expand(text, &environment).unwrap_err().message;
        assert_eq!(
            message("${NO}"),
            "needs the environment variable NO, which is not set"
        );
        assert_eq!(message("${A"), "has a ${ without }");
        assert_eq!(message("${}"), r#"has a bad variable name """#);
        assert_eq!(message("${1A}"), r#"has a bad variable name "1A""#);
        assert_eq!(message("${A-b}"), r#"has a bad variable name "A-b""#);
        assert_eq!(
            message("${NO:-${A}}"),
            "has a variable in the default of ${NO}"
        );
    }

    #[test]
    fn names_are_listed_once() {
        let names = expand("${A}${NO:-x}${A}", &environment).unwrap().names;
        assert_eq!(names, ["$A", "$NO"]);
    }

    fn named(text: &str) -> Vec<String> {
        super::variables(text).into_iter().collect()
    }

    #[test]
    fn a_text_s_variables_are_found_wherever_a_value_stands() {
        let text = "a: ${B}\nc: { d: ['x${A}y${Z:-${}', \"${B}\"] }\ne: |\n  ${M:-a:-b}\n";
        assert_eq!(named(text), ["A", "B", "M", "Z"]);
        assert_eq!(named("\u{FEFF}a: ${B}\r\n"), ["B"]);
        assert_eq!(named("a: &x ${B}\nb: *x\n"), ["B"]);
    }

    #[test]
    fn what_is_no_variable_is_not_found() {
        let text = "a: $${A}\n${B}: c # ${C}\nd: $D ${} ${1E} ${F\ng: ${OK}\n";
        assert_eq!(named(text), ["OK"]);
        assert_eq!(named("a: $${A}${B}"), ["B"]);
    }

    #[test]
    fn a_text_that_cannot_be_read_has_no_variables() {
        for text in ["", "a: [${A}", "a: ${A}\u{0}", &"a: ${A} ".repeat(1 << 18)] {
            assert_eq!(named(text), [""; 0]);
        }
    }
}
