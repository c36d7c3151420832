//! Which entry of a VirtualService's `http` takes a request.

use super::host::{Name, fit};
use super::node::Node;
use super::object::Object;
use super::patterns::Patterns;

/// The path and method of a request, as the sidecar sees them.
#[derive(Debug, Clone, Copy)]
pub struct Asks<'a> {
    /// Without the query.
    pub path: &'a str,
    /// For example `GET`.
    pub method: &'a str,
}

/// Whether it is for requests within the mesh, rather than at a gateway.
#[must_use]
pub fn is_for_the_mesh(service: &Object) -> bool {
    let mut gateways = service.node.texts("spec.gateways").peekable();
    gateways.peek().is_none() || gateways.any(|name| name == "mesh")
}

/// How well its hosts fit this service; see [`fit`].
#[must_use]
pub fn fits(service: &Object, name: &Name, gateways: &str) -> Option<usize> {
    let from = service.namespace_or(gateways);
    let hosts = service.node.texts("spec.hosts");
    hosts.filter_map(|host| fit(host, from, name)).max()
}

/// The first entry that takes the request; `None` when none does, or when it depends on what
/// isn't known.
#[must_use]
pub fn entry<'o>(service: &'o Object, asks: Asks<'_>, patterns: &Patterns) -> Option<&'o Node> {
    for entry in service.node.items("spec.http") {
        let matches = entry.items("match");
        if matches.is_empty() {
            return Some(entry);
        }
        for of in matches {
            if takes(of, asks, patterns)? {
                return Some(entry);
            }
        }
    }
    None
}

/// One condition that fails is enough, whatever the others are.
fn takes(of: &Node, asks: Asks<'_>, patterns: &Patterns) -> Option<bool> {
    let mut whole = Some(true);
    for (key, value) in of.entries() {
        let one = match key.as_str() {
            "name" => Some(true),
            "uri" => takes_text(value, asks.path, patterns),
            "method" => takes_text(value, asks.method, patterns),
            _ => None,
        };
        match one {
            Some(false) if of.get("ignoreUriCase").is_none() => return Some(false),
            Some(true) => {}
            _ => whole = None,
        }
    }
    whole
}

fn takes_text(value: &Node, text: &str, patterns: &Patterns) -> Option<bool> {
    if let Some(exact) = value.text_at("exact") {
        return Some(text == exact);
    }
    if let Some(prefix) = value.text_at("prefix") {
        return Some(text.starts_with(prefix));
    }
    patterns.matches(value.text_at("regex")?, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::manifests::Manifests;

    #[test]
    fn the_first_entry_that_takes_it_is_told_where_that_is_certain() {
        let text = "\
kind: VirtualService
spec:
  http:
    - { name: a, match: [{ uri: { prefix: /a }, headers: { x: { exact: y } } }] }
    - { name: b, match: [{ uri: { regex: '/b.*' }, method: { exact: GET } }] }
    - { name: c, match: [{ uri: { exact: /C }, ignoreUriCase: true }] }
    - { name: rest }
";
        let read = Manifests::read([("x", text.as_bytes())]);
        let ask = |method, path| {
            let asks = Asks { path, method };
            let entry = entry(&read.objects[0], asks, &Patterns::default())?;
            entry.text_at("name")
        };
        assert_eq!(ask("GET", "/b/x"), Some("b"));
        // Depends on a header, and on the case.
        assert_eq!(ask("GET", "/a/x"), None);
        assert_eq!(ask("POST", "/b"), None);
    }
}
