//! Which entry of a VirtualService's `http` takes a request.

use regex::Regex;

use super::host::Name;
use super::node::Node;
use super::object::Object;

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

/// Whether one of its hosts is this service.
#[must_use]
pub fn is_for(service: &Object, name: &Name, gateways: &str) -> bool {
    let from = service.namespace_or(gateways);
    let mut hosts = service.node.texts("spec.hosts");
    hosts.any(|host| Name::of(host, from).as_ref() == Some(name))
}

/// The first entry that takes the request; `None` when none does, or when it depends on what
/// isn't known.
#[must_use]
pub fn entry<'o>(service: &'o Object, asks: Asks<'_>) -> Option<&'o Node> {
    for entry in service.node.items("spec.http") {
        let matches = entry.items("match");
        if matches.is_empty() {
            return Some(entry);
        }
        for of in matches {
            if takes(of, asks)? {
                return Some(entry);
            }
        }
    }
    None
}

fn takes(of: &Node, asks: Asks<'_>) -> Option<bool> {
    let mut all = true;
    for (key, value) in of.entries() {
        all &= match key.as_str() {
            "name" => true,
            "uri" => takes_text(value, asks.path)?,
            "method" => takes_text(value, asks.method)?,
            _ => return None,
        };
    }
    Some(all)
}

fn takes_text(value: &Node, text: &str) -> Option<bool> {
    if let Some(exact) = value.text_at("exact") {
        return Some(text == exact);
    }
    if let Some(prefix) = value.text_at("prefix") {
        return Some(text.starts_with(prefix));
    }
    let whole = format!("^(?:{})$", value.text_at("regex")?);
    Some(Regex::new(&whole).ok()?.is_match(text))
}

/// Whether an earlier entry takes all that a later one could.
#[must_use]
pub fn hides(earlier: &Node, later: &Node) -> bool {
    let (first, then) = (earlier.items("match"), later.items("match"));
    if earlier.get("delegate").is_some() {
        // It takes what the other VirtualService does.
        return false;
    }
    if first.is_empty() {
        return true;
    }
    let covered = |of: &Node| first.iter().any(|over| covers(over, of));
    match then {
        [] => first.iter().any(is_all),
        then => then.iter().all(covered),
    }
}

/// Whether it asks for nothing but the beginning of the path.
fn only_uri(of: &Node) -> Option<&Node> {
    let mut keys = of.entries().iter().map(|(key, _)| key.as_str());
    let only = keys.all(|key| matches!(key, "uri" | "name"));
    only.then(|| of.get("uri")).flatten()
}

fn is_all(of: &Node) -> bool {
    only_uri(of).and_then(|uri| uri.text_at("prefix")) == Some("/")
}

fn covers(over: &Node, of: &Node) -> bool {
    if is_all(over) {
        return true;
    }
    let Some(over) = only_uri(over) else {
        return false;
    };
    let Some(of) = of.get("uri").filter(|_| of.get("ignoreUriCase").is_none()) else {
        return false;
    };
    let below = of.text_at("prefix");
    let exactly = of.text_at("exact");
    match (over.text_at("prefix"), over.text_at("exact")) {
        (Some(prefix), _) => below
            .or(exactly)
            .is_some_and(|path| path.starts_with(prefix)),
        (None, Some(exact)) => exactly == Some(exact),
        (None, None) => false,
    }
}
