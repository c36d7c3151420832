//! The file as a tree in which everything knows where it stands.

/// A place in the file, both parts counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: usize,
    /// In characters, as editors count.
    pub(super) column: usize,
}

impl Position {
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

/// A value of the file.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) position: Position,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Nothing was written, or what was written has been rejected already.
    Null,
    /// The text as written: `1.10`, `yes` and `off` get a type by their key only.
    Scalar {
        text: String,
        /// The variables that went into it, so that a message can name them.
        variables: Vec<String>,
    },
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) position: Position,
    pub(super) value: Node,
}

impl Node {
    pub(super) fn null(position: Position) -> Self {
        Self {
            position,
            kind: Kind::Null,
        }
    }

    /// How many levels stand below and including this one.
    pub(super) fn depth(&self) -> usize {
        match &self.kind {
            Kind::Null | Kind::Scalar { .. } => 1,
            Kind::Sequence(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Kind::Mapping(entries) => {
                1 + entries.iter().map(|e| e.value.depth()).max().unwrap_or(0)
            }
        }
    }
}

/// What a path leads to.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// Where an editor should jump to.
    pub(super) position: Position,
    /// Where its key stands; the value itself in a list.
    pub(super) key: Position,
    pub(super) node: &'a Node,
}

/// The path of a key below `parent`. A key that would make the path ambiguous
/// or break its line is quoted.
pub(super) fn child(parent: &str, key: &str) -> String {
    let plain = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let key = if plain {
        key.to_owned()
    } else {
        super::text::quote(key)
    };
    if parent.is_empty() {
        key
    } else {
        format!("{parent}.{key}")
    }
}

/// The path of an item of the list at `parent`.
pub(super) fn item(parent: &str, index: usize) -> String {
    format!("{parent}[{index}]")
}

/// Follows `path`, as [`child`] and [`item`] write it.
pub(super) fn find<'a>(root: &'a Node, path: &str) -> Option<Found<'a>> {
    let found = Found {
        position: root.position,
        key: root.position,
        node: root,
    };
    follow(found, path)
}

fn follow<'a>(at: Found<'a>, rest: &str) -> Option<Found<'a>> {
    if rest.is_empty() {
        return Some(at);
    }
    match &at.node.kind {
        Kind::Null | Kind::Scalar { .. } => None,
        Kind::Sequence(items) => {
            let (index, rest) = rest.strip_prefix('[')?.split_once(']')?;
            let node = items.get(index.parse::<usize>().ok()?)?;
            let position = node.position;
            let found = Found {
                position,
                key: position,
                node,
            };
            follow(found, rest)
        }
        Kind::Mapping(entries) => {
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            entries.iter().find_map(|entry| {
                let rest = rest.strip_prefix(child("", &entry.key).as_str())?;
                if !(rest.is_empty() || rest.starts_with(['.', '['])) {
                    return None;
                }
                let position = match entry.value.kind {
                    Kind::Scalar { .. } => entry.value.position,
                    // The key says more than the first thing below it.
                    _ => entry.position,
                };
                let found = Found {
                    position,
                    key: entry.position,
                    node: &entry.value,
                };
                follow(found, rest)
            })
        }
    }
}

/// The path without its last part, `None` for the root.
pub(super) fn parent(path: &str) -> Option<&str> {
    if path.is_empty() {
        return None;
    }
    Some(&path[..path.rfind(['.', '[']).unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(line: usize) -> Node {
        Node {
            position: Position { line, column: 1 },
            kind: Kind::Scalar {
                text: String::new(),
                variables: Vec::new(),
            },
        }
    }

    fn mapping(entries: Vec<(&str, Node)>) -> Node {
        Node {
            position: Position::START,
            kind: Kind::Mapping(
                entries
                    .into_iter()
                    .map(|(key, value)| Entry {
                        key: key.to_owned(),
                        position: Position::START,
                        value,
                    })
                    .collect(),
            ),
        }
    }

    #[test]
    fn finds_keys_that_contain_dots() {
        let root = mapping(vec![
            ("a", mapping(vec![("b", scalar(2))])),
            ("a.b", mapping(vec![("c", scalar(3))])),
            ("a b", scalar(4)),
        ]);
        let line = |path| find(&root, path).map(|found| found.position.line);
        assert_eq!(line("a.b"), Some(2));
        assert_eq!(line("\"a.b\".c"), Some(3));
        assert_eq!(line("a.b.c"), None);
        assert_eq!(line("\"a b\""), Some(4));
        assert_eq!(line("a.c"), None);
    }

    #[test]
    fn a_parent_is_the_path_without_its_last_part() {
        assert_eq!(parent("a[1].b"), Some("a[1]"));
        assert_eq!(parent("a[1]"), Some("a"));
        assert_eq!(parent("a"), Some(""));
        assert_eq!(parent(""), None);
    }
}
