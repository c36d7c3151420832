//! The tree to the raw types, collecting every place where the file has the
//! wrong shape instead of stopping at the first.

use serde_path_to_error::Segment;
use serde_yaml::{Mapping, Value};

use super::raw::File;
use super::report::Report;
use super::shape::Section;
use super::text::nearest;
use super::tree::{self, Kind, Node, child, item};

/// Each wrong place costs another pass over the file, so a file that is no
/// configuration at all is left alone at some point.
const MAX_MISTAKES: usize = 100;

/// Reads the tree of `report` into the raw types. Whatever can't be read is
/// reported and left out; `None` when nothing is left.
pub(super) fn read(report: &mut Report) -> Option<File> {
    let mut value = value_of(report.tree());
    for _ in 0..MAX_MISTAKES {
        let error = match serde_path_to_error::deserialize::<_, Section<File>>(&value) {
            Ok(Section(file)) => return Some(file),
            Err(error) => error,
        };
        let segments: Vec<Step> = error.path().iter().filter_map(step).collect();
        let message = error.inner().to_string();
        let unknown = explain(&segments, &message, report);
        if segments.is_empty() || !prune(&mut value, &segments, unknown) {
            return None;
        }
    }
    report.error(
        "",
        "contains more mistakes than are shown here",
        "correct these first",
    );
    None
}

/// A key or an index on the way to a mistake.
enum Step {
    Key(String),
    Index(usize),
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn path_of(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |path, step| match step {
        Step::Key(key) => child(&path, key),
        Step::Index(index) => item(&path, *index),
    })
}

/// All leaves become text: which type a value has is up to its key.
fn value_of(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Scalar { text, .. } => Value::String(text.clone()),
        Kind::Sequence(items) => items.iter().map(value_of).collect(),
        Kind::Mapping(entries) => entries
            .iter()
            .map(|entry| (Value::String(entry.key.clone()), value_of(&entry.value)))
            .collect::<Mapping>()
            .into(),
    }
}

/// Reports serde's error in our words; `true` when it is an unknown key.
fn explain(steps: &[Step], message: &str, report: &mut Report) -> bool {
    let path = path_of(steps);
    if message.starts_with("unknown field")
        && let Some((Step::Key(key), parents)) = steps.split_last()
    {
        unknown_key(key, &path_of(parents), message, report);
        return true;
    }
    let written = match tree::find(report.tree(), &path).map(|found| &found.node.kind) {
        Some(Kind::Mapping(_)) => "is a mapping here",
        Some(Kind::Sequence(_)) => "is a list here",
        Some(Kind::Scalar { .. }) => "is a single value here",
        Some(Kind::Null) | None => "has no value",
    };
    let fix = match message.rsplit_once(", expected ") {
        Some((_, "a sequence")) => "write a list, its items in [ ] or after dashes",
        Some((_, fix)) => fix,
        None => "compare it with `api-gateway schema`",
    };
    report.error(&path, written, fix);
    false
}

fn unknown_key(key: &str, parent: &str, message: &str, report: &mut Report) {
    // "unknown field `x`, expected one of `a`, `b`": the key is the reader's
    // own text, so only what follows it is searched.
    let known: Vec<&str> = message
        .rsplit_once(", expected ")
        .map(|(_, known)| known.split('`').skip(1).step_by(2).collect())
        .unwrap_or_default();
    let path = child(parent, key);
    let fix = match nearest(key, known.iter().copied()) {
        Some(meant) => {
            let meant_path = child(parent, meant);
            if !report.is_written(&meant_path) {
                report.cover(meant_path);
            }
            format!("did you mean `{meant}`?")
        }
        None => format!("the keys here are {}", known.join(", ")),
    };
    report.error_at_key(&path, "is an unknown key", fix);
}

/// Takes out what `steps` lead to. Only an unknown key disappears: items of a
/// list must keep their index, and a known key must count as written.
fn prune(value: &mut Value, steps: &[Step], unknown: bool) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        *value = Value::Null;
        return true;
    };
    match (step, value) {
        (Step::Key(key), Value::Mapping(mapping)) => {
            if unknown && rest.is_empty() {
                return mapping.shift_remove(key.as_str()).is_some();
            }
            mapping
                .get_mut(key.as_str())
                .is_some_and(|value| prune(value, rest, unknown))
        }
        (Step::Index(index), Value::Sequence(items)) => items
            .get_mut(*index)
            .is_some_and(|value| prune(value, rest, unknown)),
        _ => false,
    }
}
