//! Everything that is wrong with a file, each mistake with its place.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use super::text::{quote, replace_quoted};
use super::tree::{self, Kind, Node, Position};

/// Stands for the path of a mistake that concerns the whole file.
const WHOLE_FILE: &str = "(file)";

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file can't be used.
    Error,
    /// The file can be used and probably doesn't do what was meant.
    Warning,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// For example `routes[1].match.path.prefix`; empty for the whole file.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub fix: String,
}

impl fmt::Display for Diagnostic {
    /// `LINE:COL path.to.key: message; fix`, without the name of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self.path.as_str() {
            "" => WHOLE_FILE,
            path => path,
        };
        let kind = match self.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        write!(
            f,
            "{}:{} {path}: {kind}{}; {}",
            self.line, self.column, self.message, self.fix
        )
    }
}

/// All mistakes in one file. It keeps the file's tree, so a later check can add
/// mistakes by key path and needs no positions.
///
/// It displays as lines `FILE:LINE:COL path.to.key: message; fix`, in the order
/// of the file.
#[derive(Debug, Clone)]
pub struct Report {
    file: String,
    root: Node,
    diagnostics: Vec<Diagnostic>,
    /// The paths of `diagnostics`, and those that another mistake explains.
    covered: BTreeSet<String>,
    /// The values that variables went into, as messages quote them, and what is said
    /// instead.
    from_variables: HashMap<String, String>,
}

impl Report {
    pub(super) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            root: Node::null(Position::START),
            diagnostics: Vec::new(),
            covered: BTreeSet::new(),
            from_variables: HashMap::new(),
        }
    }

    /// From now on paths are looked up in `root`.
    pub(super) fn set_tree(&mut self, root: Node) {
        self.from_variables.clear();
        collect(&root, &mut self.from_variables);
        self.root = root;
    }

    pub(super) fn tree(&self) -> &Node {
        &self.root
    }

    /// Adds an error about the key at `path`, such as
    /// `routes[1].match.path.prefix`. A key that isn't in the file is reported
    /// at the nearest one above it.
    pub fn error(&mut self, path: &str, message: impl Into<String>, fix: impl Into<String>) {
        let (position, message) = self.locate(path, message.into());
        self.add(Severity::Error, position, path, message, fix.into());
    }

    /// Adds a warning, as [`Report::error`] does.
    pub fn warning(&mut self, path: &str, message: impl Into<String>, fix: impl Into<String>) {
        let (position, message) = self.locate(path, message.into());
        self.add(Severity::Warning, position, path, message, fix.into());
    }

    /// Adds an error about the key at `path` itself, whatever its value.
    pub(super) fn error_at_key(
        &mut self,
        path: &str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        match tree::find(&self.root, path).map(|found| found.key) {
            Some(position) => self.error_at(position, path, message, fix),
            None => self.error(path, message, fix),
        }
    }

    /// Adds an error at a place that the tree doesn't know.
    pub(super) fn error_at(
        &mut self,
        position: Position,
        path: &str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(Severity::Error, position, path, message.into(), fix.into());
    }

    fn add(
        &mut self,
        severity: Severity,
        position: Position,
        path: &str,
        message: String,
        fix: String,
    ) {
        // A warning explains nothing that is missing.
        if severity == Severity::Error {
            self.covered.insert(path.to_owned());
        }
        self.diagnostics.push(Diagnostic {
            severity,
            line: position.line,
            column: position.column,
            path: path.to_owned(),
            message,
            fix,
        });
    }

    /// Where `path` is, and the message with the variables its value came from:
    /// what it quotes is not what the reader finds at that place.
    fn locate(&self, path: &str, message: String) -> (Position, String) {
        let mut wanted = path;
        loop {
            if let Some(found) = tree::find(&self.root, wanted) {
                return (found.position, self.without_values(found.node, message));
            }
            match tree::parent(wanted) {
                Some(parent) => wanted = parent,
                None => return (self.root.position, message),
            }
        }
    }

    /// The message about `node` without what variables hold, which may be secret: they are
    /// named instead, and are what the reader finds at that place.
    fn without_values(&self, node: &Node, message: String) -> String {
        let (own, variables) = match &node.kind {
            Kind::Scalar { text, variables } => (text.as_str(), variables.as_slice()),
            _ => ("", Default::default()),
        };
        let mut is_named = variables.is_empty();
        let message = replace_quoted(&message, |quoted| {
            if !variables.is_empty() {
                is_named = true;
                return Some(value_of(variables));
            }
            // Of another place, which this one doesn't agree with.
            let elsewhere = self.from_variables.get(quoted)?;
            (quote(own) != quoted).then(|| elsewhere.clone())
        });
        match is_named {
            true => message,
            false => format!("{message} (from {})", variables.join(", ")),
        }
    }

    /// Whether variables went into the value at `path`.
    pub(super) fn is_from_variables(&self, path: &str) -> bool {
        tree::find(&self.root, path).is_some_and(
            |found| matches!(&found.node.kind, Kind::Scalar { variables, .. } if !variables.is_empty()),
        )
    }

    /// Whether the file has something at `path`, be it empty.
    pub(super) fn is_written(&self, path: &str) -> bool {
        tree::find(&self.root, path).is_some()
    }

    /// A mistake elsewhere explains why `path` is missing.
    pub(super) fn cover(&mut self, path: String) {
        self.covered.insert(path);
    }

    /// Whether something is known to be wrong at or below `path`, so that
    /// nothing needs to be said about its absence.
    pub(super) fn is_covered(&self, path: &str) -> bool {
        let below = |separator: &str| {
            let start = format!("{path}{separator}");
            self.covered
                .range(start.clone()..)
                .next()
                .is_some_and(|next| next.starts_with(&start))
        };
        self.covered.contains(path) || below(".") || below("[")
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Whether the file can't be used.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many diagnostics of this severity there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.iter().filter(|d| d.severity == severity).count()
    }

    /// The file as it was named to [`parse`](super::parse) or
    /// [`read`](super::read).
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The mistakes in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted: Vec<&Diagnostic> = self.iter().collect();
        sorted.sort_by_key(|d| (d.line, d.column));
        for (index, diagnostic) in sorted.into_iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}:{diagnostic}", self.file)?;
        }
        Ok(())
    }
}

fn value_of(variables: &[String]) -> String {
    format!("the value of {}", variables.join(", "))
}

fn collect(node: &Node, all: &mut HashMap<String, String>) {
    match &node.kind {
        Kind::Scalar { text, variables } if !variables.is_empty() => {
            all.insert(quote(text), value_of(variables));
        }
        Kind::Null | Kind::Scalar { .. } => {}
        Kind::Sequence(items) => items.iter().for_each(|node| collect(node, all)),
        Kind::Mapping(entries) => entries.iter().for_each(|entry| collect(&entry.value, all)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_covers_its_path_and_what_is_above() {
        let mut report = Report::new("f");
        report.error("a.b[1].c", "is wrong", "write it right");
        for path in ["a", "a.b", "a.b[1]", "a.b[1].c"] {
            assert!(report.is_covered(path), "{path}");
        }
        for path in ["a.b[1].c.d", "a.b[2]", "a.bb", "b"] {
            assert!(!report.is_covered(path), "{path}");
        }
    }

    #[test]
    fn lines_come_in_the_order_of_the_file() {
        let mut report = Report::new("f.yaml");
        let at = |line| Position { line, column: 1 };
        report.error_at(at(9), "late", "is wrong", "change it");
        report.error_at(at(2), "", "is odd", "change it");
        report.warning("x", "is unusual", "change it");
        assert_eq!(
            report.to_string(),
            "f.yaml:1:1 x: warning: is unusual; change it\n\
             f.yaml:2:1 (file): is odd; change it\n\
             f.yaml:9:1 late: is wrong; change it"
        );
    }
}
