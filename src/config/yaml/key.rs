//! Which keys a mapping may have.

use std::collections::HashMap;

use super::super::tree::{Kind, Node, Position};

/// In bytes. Paths repeat their keys, so this bounds the length of a path.
const MAX_KEY: usize = 128;

/// Why a key isn't taken.
pub(super) struct Refused {
    pub(super) position: Position,
    pub(super) key: Option<String>,
    pub(super) message: String,
    pub(super) fix: &'static str,
}

/// Checks the key of an entry; `lines` are those of the keys before it.
pub(super) fn check(
    node: Node,
    lines: &mut HashMap<String, usize>,
) -> Result<(String, Position), Refused> {
    let position = node.position;
    let refuse = |key: Option<String>, message: &str, fix| {
        Err(Refused {
            position,
            key,
            message: message.to_owned(),
            fix,
        })
    };
    let Kind::Scalar { text, .. } = node.kind else {
        return refuse(
            None,
            "has a key that is not text",
            "write a name before the colon",
        );
    };
    if text.len() > MAX_KEY {
        return refuse(
            None,
            "has a key longer than 128 bytes",
            "write a shorter name",
        );
    }
    if text == "<<" {
        return refuse(
            Some(text),
            "is a merge key, which YAML 1.2 doesn't have",
            "write the keys out",
        );
    }
    if let Some(line) = lines.get(&text) {
        let message = format!("is a duplicate of the key on line {line}");
        return refuse(Some(text), &message, "keep one of the two");
    }
    lines.insert(text.clone(), position.line);
    Ok((text, position))
}
