//! YAML with several documents into [`Node`]s. Hostile text costs bounded time and memory.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::node::{Kind, Node};

/// Kubernetes' own objects nest some twenty levels.
const MAX_DEPTH: usize = 64;

/// Bytes of text plus [`NODE_WEIGHT`] for each value, in all files together.
pub(super) const MAX_WEIGHT: usize = 512 << 20;

/// About what a value costs besides its text.
const NODE_WEIGHT: usize = 64;

/// Why a file can't be read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// The most that a text may weigh which has no aliases.
pub(super) fn without_aliases(text: &str) -> usize {
    NODE_WEIGHT * (text.len() + 1)
}

/// The documents up to the first mistake, and that. What they weigh is taken off what is left.
pub(super) fn documents(text: &str, left: &mut usize) -> (Vec<Node>, Option<Mistake>) {
    let mut loader = Loader {
        limit: *left,
        ..Loader::default()
    };
    let mistake = loader.load(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    *left = left.saturating_sub(loader.weight);
    (loader.documents, mistake.err())
}

#[derive(Default)]
struct Loader {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    weight: usize,
    limit: usize,
}

/// A list or mapping whose end hasn't come yet.
struct Open {
    anchor: usize,
    line: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    /// The entries, and the key that waits for its value.
    Map(Vec<(String, Node)>, Option<String>),
}

impl Loader {
    fn load(&mut self, text: &str) -> Result<(), Mistake> {
        if let Some(at) = text.find('\0') {
            // The scanner takes it for the end, and would ignore what follows it.
            let line = 1 + text[..at].matches('\n').count();
            return Err(mistake(line, "contains a NUL character"));
        }
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            match event {
                Err(error) => {
                    let what = format!("is not valid YAML here: {}", error.info());
                    return Err(mistake(error.marker().line().max(1), &what));
                }
                Ok((Event::StreamEnd, _)) => break,
                Ok((event, span)) => self.take(event, span.start.line().max(1))?,
            }
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Mistake> {
        match event {
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let kind = match text.as_ref() {
                    "" | "~" | "null" if plain => Kind::Null,
                    text => Kind::Text(text.to_owned()),
                };
                self.finish(Node { line, kind }, anchor)?;
            }
            Event::SequenceStart(anchor, _) => {
                self.start(anchor, line, Content::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, _) => {
                self.start(anchor, line, Content::Map(Vec::new(), None))?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let kind = match open.content {
                        Content::List(items) => Kind::List(items),
                        Content::Map(entries, _) => Kind::Map(entries),
                    };
                    let line = open.line;
                    self.finish(Node { line, kind }, open.anchor)?;
                }
            }
            Event::Alias(anchor) => {
                // An anchor that is still open would contain itself.
                let Some((node, depth)) = self.anchors.get(&anchor).cloned() else {
                    return Err(mistake(line, "is an alias of nothing"));
                };
                if self.open.len() + depth > MAX_DEPTH {
                    return Err(mistake(line, "nests too deeply here"));
                }
                self.weigh(weight(&node), line)?;
                self.attach(node);
            }
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, anchor: usize, line: usize, content: Content) -> Result<(), Mistake> {
        if self.open.len() >= MAX_DEPTH {
            return Err(mistake(line, "nests too deeply here"));
        }
        self.open.push(Open {
            anchor,
            line,
            content,
        });
        Ok(())
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Mistake> {
        let own = match &node.kind {
            Kind::Text(text) => text.len(),
            _ => 0,
        };
        self.weigh(NODE_WEIGHT + own, node.line)?;
        if anchor > 0 {
            // The copy that is kept counts too: anchors can nest.
            self.weigh(weight(&node), node.line)?;
            let depth = depth(&node);
            self.anchors.insert(anchor, (node.clone(), depth));
        }
        self.attach(node);
        Ok(())
    }

    fn weigh(&mut self, more: usize, line: usize) -> Result<(), Mistake> {
        self.weight = self.weight.saturating_add(more);
        match self.weight <= self.limit {
            true => Ok(()),
            false => Err(mistake(line, "holds too much, aliases written out")),
        }
    }

    fn attach(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.documents.push(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map(entries, key)) => match key.take() {
                Some(key) => entries.push((key, node)),
                // A key that is no text is none that is looked for.
                None => *key = Some(node.text().unwrap_or_default().to_owned()),
            },
        }
    }
}

fn mistake(line: usize, what: &str) -> Mistake {
    let what = what.to_owned();
    Mistake { line, what }
}

fn weight(node: &Node) -> usize {
    NODE_WEIGHT
        + match &node.kind {
            Kind::Null => 0,
            Kind::Text(text) => text.len(),
            Kind::List(items) => items.iter().map(weight).sum(),
            Kind::Map(entries) => entries.iter().map(|(k, v)| k.len() + weight(v)).sum(),
        }
}

fn depth(node: &Node) -> usize {
    let below = match &node.kind {
        Kind::Null | Kind::Text(_) => 0,
        Kind::List(items) => items.iter().map(depth).max().unwrap_or(0),
        Kind::Map(entries) => entries.iter().map(|(_, v)| depth(v)).max().unwrap_or(0),
    };
    1 + below
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With as much left as there is at first.
    fn documents(text: &str) -> (Vec<Node>, Option<Mistake>) {
        super::documents(text, &mut { MAX_WEIGHT })
    }

    #[test]
    fn each_document_knows_its_lines() {
        let (all, mistake) = documents("a: 1\nb: [x, y]\n---\nc:\n  d: &e 'null'\n  f: *e\n");
        assert_eq!(mistake, None);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].texts("b").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(all[1].at("c.d").map(|node| node.line), Some(5));
        assert_eq!(all[1].text_at("c.f"), Some("null"));
    }

    #[test]
    fn what_came_before_a_mistake_stays() {
        let (all, mistake) = documents("a: 1\n---\nb: [\n");
        assert_eq!(all.len(), 1);
        assert!(mistake.unwrap().line >= 3);
        for (text, what) in [
            ("a: 1\0\n", "NUL"),
            (&"[".repeat(70), ""),
            ("a: &a [*a]", "alias"),
        ] {
            let (_, mistake) = documents(text);
            assert!(mistake.unwrap().what.contains(what), "{text:?}");
        }
    }

    #[test]
    fn aliases_of_aliases_fill_no_memory() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let below = vec![format!("*a{}", level - 1); 9].join(", ");
            text += &format!("a{level}: &a{level} [{below}]\n");
        }
        let (_, mistake) = documents(&text);
        assert!(mistake.unwrap().what.contains("too much"));
    }

    #[test]
    fn what_has_no_aliases_never_weighs_more_than_its_text_allows() {
        for text in [
            "[a,a,a,a,a,a]",
            "{a,b,c}",
            "[[[[]]]]",
            "- -\n- -\n",
            "a",
            "",
            "?\n?\n?\n",
        ] {
            let mut left = without_aliases(text);
            let (_, mistake) = super::documents(text, &mut left);
            assert_eq!(mistake, None, "{text:?}");
        }
    }
}
