//! YAML text to a [`Node`] tree. Whatever YAML can say beyond lists, mappings
//! and text is refused by name, and hostile text costs bounded time and memory.

mod key;

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::report::Report;
use super::tree::{Entry, Kind, Node, Position, child, item};

/// The configuration nests seven levels. The limit keeps recursion over the
/// tree off the end of the stack.
const MAX_DEPTH: usize = 16;

/// The whole file, in bytes. A thousand routes take about a fifth of it.
pub(super) const MAX_FILE: usize = 1 << 20;

/// What the tree may weigh, in bytes of text plus [`NODE_WEIGHT`] for each
/// value. Some 100,000 values of usual length fit.
const MAX_WEIGHT: usize = 4 << 20;

/// About what a value costs besides its text.
const NODE_WEIGHT: usize = 16;

/// Reads `text` into a tree. Mistakes go to `report`; `None` when there is no
/// tree to go on with.
pub(super) fn load(text: &str, report: &mut Report) -> Option<Node> {
    if text.len() > MAX_FILE {
        report.error("", "is larger than 1 MiB", "make it smaller");
        return None;
    }
    // Windows editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if let Some((index, found)) = text.char_indices().find(|(_, c)| !is_printable(*c)) {
        // The scanner takes NUL for the end, and would ignore what follows it.
        report.error_at(
            position_of(text, index),
            "",
            format!("contains the control character {found:?}"),
            "remove it; text files have none but tab and line end",
        );
        return None;
    }
    Loader::new(report).load(text)
}

/// YAML 1.2.2, section 5.1, without the byte order mark inside the text.
fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r')
        || !(c.is_control() || matches!(c, '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'))
}

/// The position of the byte at `index`.
pub(super) fn position_of(text: &str, index: usize) -> Position {
    let before = &text[..index];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Position {
        line: 1 + before.bytes().filter(|b| *b == b'\n').count(),
        column: 1 + before[line_start..].chars().count(),
    }
}

fn position(marker: &Marker) -> Position {
    Position {
        line: marker.line().max(1),
        column: marker.col() + 1,
    }
}

/// A list or mapping whose end hasn't come yet.
struct Open {
    anchor: usize,
    position: Position,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        /// Where each key stands, to find duplicates without a search.
        lines: HashMap<String, usize>,
        next: Next,
    },
}

/// What a mapping waits for.
enum Next {
    Key,
    Value(String, Position),
    /// The value of a key that was refused.
    Ignored,
}

struct Loader<'a> {
    report: &'a mut Report,
    stack: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    weight: usize,
    root: Option<Node>,
}

/// The tree can't be continued; the report says why.
struct Stop;

impl<'a> Loader<'a> {
    fn new(report: &'a mut Report) -> Self {
        Self {
            report,
            stack: Vec::new(),
            anchors: HashMap::new(),
            weight: 0,
            root: None,
        }
    }

    fn load(mut self, text: &str) -> Option<Node> {
        let mut parser = Parser::new_from_str(text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            match event {
                Err(error) => {
                    let position = position(error.marker());
                    // The scanner reads ahead, and may find this first.
                    if error.info().contains("recursion limit") {
                        self.too_deep(position);
                        return None;
                    }
                    self.report.error_at(
                        position,
                        &self.path(),
                        format!("is not valid YAML here: {}", error.info()),
                        syntax_fix(text, position),
                    );
                    return None;
                }
                Ok((Event::StreamEnd, _)) => break,
                Ok((Event::DocumentStart(_), span)) => {
                    documents += 1;
                    if documents > 1 {
                        self.report.error_at(
                            position(&span.start),
                            "",
                            "contains a second YAML document",
                            "write one document, without `---` between its parts",
                        );
                        return None;
                    }
                }
                Ok((event, span)) => self.take(event, position(&span.start)).ok()?,
            }
        }
        self.root.or_else(|| Some(Node::null(Position::START)))
    }

    fn take(&mut self, event: Event<'_>, position: Position) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), position);
                self.weigh(NODE_WEIGHT + text.len(), position)?;
                let plain = style == ScalarStyle::Plain;
                let kind = match text.as_ref() {
                    "" | "~" | "null" if plain => Kind::Null,
                    text => Kind::Scalar {
                        text: text.to_owned(),
                        variables: Vec::new(),
                    },
                };
                self.attach(Node { position, kind }, anchor)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), position);
                self.open(anchor, position, Content::Sequence(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), position);
                let content = Content::Mapping {
                    entries: Vec::new(),
                    lines: HashMap::new(),
                    next: Next::Key,
                };
                self.open(anchor, position, content)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.stack.pop() {
                    let kind = match open.content {
                        Content::Sequence(items) => Kind::Sequence(items),
                        Content::Mapping { entries, .. } => Kind::Mapping(entries),
                    };
                    let position = open.position;
                    self.attach(Node { position, kind }, open.anchor)?;
                }
            }
            Event::Alias(anchor) => {
                // An anchor that is still open would contain itself.
                let Some((node, weight)) = self.anchors.get(&anchor).cloned() else {
                    self.report.error_at(
                        position,
                        &self.path(),
                        "is an alias of something that contains it",
                        "write the value out",
                    );
                    return Err(Stop);
                };
                self.weigh(weight, position)?;
                self.check_depth(node.depth(), position)?;
                self.attach(node, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, anchor: usize, position: Position, content: Content) -> Result<(), Stop> {
        self.weigh(NODE_WEIGHT, position)?;
        self.check_depth(1, position)?;
        self.stack.push(Open {
            anchor,
            position,
            content,
        });
        Ok(())
    }

    fn check_depth(&mut self, below: usize, position: Position) -> Result<(), Stop> {
        if self.stack.len() + below <= MAX_DEPTH {
            return Ok(());
        }
        self.too_deep(position);
        Err(Stop)
    }

    fn too_deep(&mut self, position: Position) {
        self.report.error_at(
            position,
            "",
            format!("nests deeper than {MAX_DEPTH} levels here"),
            "remove brackets or indentation; the configuration nests seven",
        );
    }

    fn weigh(&mut self, weight: usize, position: Position) -> Result<(), Stop> {
        self.weight += weight;
        if self.weight <= MAX_WEIGHT {
            return Ok(());
        }
        self.report.error_at(
            position,
            "",
            "holds more values than any configuration needs, aliases written out",
            "remove values, or aliases of aliases",
        );
        Err(Stop)
    }

    fn refuse_tag(&mut self, present: bool, position: Position) {
        if present {
            self.report.error_at(
                position,
                &self.path(),
                "has a YAML tag",
                "remove the tag; each key knows its type",
            );
        }
    }

    /// Puts a finished value where it belongs.
    fn attach(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        if anchor > 0 {
            // The copy that is kept counts too: anchors can nest.
            let weight = weight_of(&node);
            self.weigh(weight, node.position)?;
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        let refused = match &mut open.content {
            Content::Sequence(items) => {
                items.push(node);
                return Ok(());
            }
            Content::Mapping {
                entries,
                lines,
                next,
            } => match std::mem::replace(next, Next::Key) {
                Next::Key => match key::check(node, lines) {
                    Ok((key, position)) => {
                        *next = Next::Value(key, position);
                        return Ok(());
                    }
                    Err(refused) => {
                        *next = Next::Ignored;
                        refused
                    }
                },
                Next::Value(key, position) => {
                    entries.push(Entry {
                        key,
                        position,
                        value: node,
                    });
                    return Ok(());
                }
                Next::Ignored => return Ok(()),
            },
        };
        let path = match &refused.key {
            Some(key) => child(&self.path(), key),
            None => self.path(),
        };
        self.report
            .error_at(refused.position, &path, refused.message, refused.fix);
        Ok(())
    }

    /// The path of the value that comes next.
    fn path(&self) -> String {
        self.stack
            .iter()
            .fold(String::new(), |path, open| match &open.content {
                Content::Sequence(items) => item(&path, items.len()),
                Content::Mapping {
                    next: Next::Value(key, _),
                    ..
                } => child(&path, key),
                Content::Mapping { .. } => path,
            })
    }
}

/// What most likely helps against a syntax error at `position`.
fn syntax_fix(text: &str, position: Position) -> &'static str {
    let line = text.lines().nth(position.line - 1).unwrap_or("");
    if line.contains("${") {
        return "put quotes around values with ${...}; inside { } and [ ] YAML takes the braces";
    }
    "check the indentation, quotes and brackets up to this place"
}

fn weight_of(node: &Node) -> usize {
    NODE_WEIGHT
        + match &node.kind {
            Kind::Null => 0,
            Kind::Scalar { text, .. } => text.len(),
            Kind::Sequence(items) => items.iter().map(weight_of).sum(),
            Kind::Mapping(entries) => entries
                .iter()
                .map(|entry| entry.key.len() + weight_of(&entry.value))
                .sum(),
        }
}
