//! Which pods a selector means.

use super::node::Node;

/// More labels than any pod has: each is compared with all that is asked for.
const MOST: usize = 1000;

/// Whether these labels have all that the selector asks for. One with expressions, which
/// aren't worked out, is `None`; so is none at all.
#[must_use]
pub fn selects(selector: Option<&Node>, labels: Option<&Node>) -> Option<bool> {
    let selector = selector?;
    let many = labels.is_some_and(|labels| labels.entries().len() > MOST);
    if many || selector.get("matchExpressions").is_some() {
        return None;
    }
    let wanted = selector.get("matchLabels").unwrap_or(selector);
    let has = |key: &str, value: &Node| {
        let own = labels.and_then(|labels| labels.get(key));
        own.and_then(Node::text) == value.text()
    };
    Some(wanted.entries().iter().all(|(key, value)| has(key, value)))
}
