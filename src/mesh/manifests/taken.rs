//! Which requests the entries of a VirtualService have taken so far.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::{Included, Unbounded};

use super::node::Node;

/// What earlier matches took. Looking a later one up costs as much as its text is long,
/// however many came before.
#[derive(Debug, Default)]
pub struct Taken {
    /// By what a match asks for besides the path; what asks for nothing is under "".
    under: HashMap<String, Paths>,
}

#[derive(Debug, Default)]
struct Paths {
    all: Option<usize>,
    /// None of them begins with another, so the one before a path in their order is the only
    /// one that it may begin with.
    prefixes: BTreeMap<String, usize>,
    exact: HashMap<String, usize>,
    expressions: HashMap<String, usize>,
}

/// The part of a match that is about the path.
enum Path<'n> {
    All,
    Prefix(&'n str),
    Exact(&'n str),
    Expression(&'n str),
    Other,
}

impl Taken {
    /// The line of an earlier match that takes all that this one asks for.
    #[must_use]
    pub fn by(&self, of: &Node) -> Option<usize> {
        let path = path(of);
        let conditions = conditions(of);
        // Of a path in any case the others take only a part.
        let of_others = match of.get("ignoreUriCase") {
            Some(_) => &Path::Other,
            None => &path,
        };
        let anybody = self.under.get("").and_then(|paths| paths.by(of_others));
        let alike = || self.under.get(&conditions)?.by(&path);
        anybody.or_else(alike)
    }

    /// The line of an earlier match that takes all paths which begin like this.
    #[must_use]
    pub fn by_prefix(&self, prefix: &str) -> Option<usize> {
        self.under.get("")?.by(&Path::Prefix(prefix))
    }

    /// The line of an earlier match that takes everything.
    #[must_use]
    pub fn everything(&self) -> Option<usize> {
        self.under.get("")?.all
    }

    /// An entry without a match.
    pub fn take_all(&mut self, line: usize) {
        let paths = self.under.entry(String::new()).or_default();
        paths.all.get_or_insert(line);
    }

    /// A match, in the entry on this line.
    pub fn take(&mut self, of: &Node, line: usize) {
        let paths = self.under.entry(conditions(of)).or_default();
        match path(of) {
            Path::All => {
                paths.all.get_or_insert(line);
            }
            Path::Prefix(prefix) => paths.take_prefix(prefix, line),
            Path::Exact(path) => {
                paths.exact.entry(path.to_owned()).or_insert(line);
            }
            Path::Expression(text) => {
                paths.expressions.entry(text.to_owned()).or_insert(line);
            }
            Path::Other => {}
        }
    }
}

impl Paths {
    fn by(&self, path: &Path<'_>) -> Option<usize> {
        let below = |path: &str| {
            let mut before = self.prefixes.range::<str, _>((Unbounded, Included(path)));
            let taken = before
                .next_back()
                .filter(|(prefix, _)| path.starts_with(prefix.as_str()));
            taken.map(|(_, line)| *line)
        };
        self.all.or_else(|| match path {
            Path::Prefix(prefix) => below(prefix),
            Path::Exact(path) => self.exact.get(*path).copied().or_else(|| below(path)),
            Path::Expression(text) => self.expressions.get(*text).copied(),
            Path::All | Path::Other => None,
        })
    }

    fn take_prefix(&mut self, prefix: &str, line: usize) {
        if self.by(&Path::Prefix(prefix)).is_some() {
            return;
        }
        let below: Vec<_> = self
            .prefixes
            .range::<str, _>((Included(prefix), Unbounded))
            .map(|(other, _)| other.clone())
            .take_while(|other| other.starts_with(prefix))
            .collect();
        for other in below {
            self.prefixes.remove(&other);
        }
        self.prefixes.insert(prefix.to_owned(), line);
    }
}

fn path(of: &Node) -> Path<'_> {
    let Some(uri) = of.get("uri") else {
        return Path::All;
    };
    match (
        uri.text_at("prefix"),
        uri.text_at("exact"),
        uri.text_at("regex"),
    ) {
        (Some("/"), ..) | (.., Some(".*" | "/.*")) => Path::All,
        (Some(prefix), ..) => Path::Prefix(prefix),
        (_, Some(path), _) => Path::Exact(path),
        (.., Some(text)) => Path::Expression(text),
        _ => Path::Other,
    }
}

/// What it asks for besides the path, in one order.
fn conditions(of: &Node) -> String {
    let mut all: Vec<_> = of
        .entries()
        .iter()
        .filter(|(key, _)| key != "uri" && key != "name")
        .map(|(key, value)| format!("{key}: {}\n", value.written()))
        .collect();
    all.sort();
    all.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::manifests::Manifests;

    /// Whether the last of these matches is taken by those before.
    fn is_taken(matches: &str) -> bool {
        let all = Manifests::value(&format!("of: {matches}")).unwrap();
        let (last, before) = all.items("of").split_last().unwrap();
        let mut taken = Taken::default();
        for of in before {
            taken.take(of, of.line);
        }
        taken.by(last).is_some()
    }

    #[test]
    fn an_earlier_match_takes_what_begins_like_it() {
        for matches in [
            "[{ uri: { prefix: /a } }, { uri: { prefix: /ab } }]",
            "[{ uri: { prefix: /a } }, { uri: { exact: /a } }]",
            "[{ uri: { prefix: /abc } }, { uri: { prefix: /a } }, { uri: { exact: /ad } }]",
            "[{ uri: { prefix: /a } }, { uri: { prefix: /a/b } }, { uri: { prefix: /a/c } }]",
            "[{ uri: { prefix: /a } }, { uri: { prefix: /a }, method: { exact: GET } }]",
            "[{ uri: { prefix: / } }, { uri: { regex: '/x.*' } }]",
            "[{ uri: { regex: '.*' } }, { headers: { a: { exact: b } } }]",
            "[{ uri: { regex: 'x' } }, { uri: { regex: 'x' } }]",
            "[{ name: x, uri: { exact: /a } }, { name: y, uri: { exact: /a } }]",
            "[{ port: 1, method: { exact: GET } }, { method: { exact: GET }, port: 1 }]",
            "[{ uri: { prefix: /a }, port: 1 }, { uri: { prefix: /ab }, port: 1 }]",
        ] {
            assert!(is_taken(matches), "{matches}");
        }
        for matches in [
            "[{ uri: { prefix: /ab } }, { uri: { prefix: /a } }]",
            "[{ uri: { exact: /a } }, { uri: { prefix: /a } }]",
            "[{ uri: { prefix: /a/b } }, { uri: { prefix: /a/c } }]",
            "[{ uri: { prefix: /a }, method: { exact: GET } }, { uri: { prefix: /a } }]",
            "[{ uri: { prefix: /a }, port: 1 }, { uri: { prefix: /a }, port: 2 }]",
            "[{ uri: { prefix: /a }, ignoreUriCase: true }, { uri: { prefix: /a } }]",
            "[{ uri: { regex: '/a.*' } }, { uri: { prefix: /ab } }]",
            "[{ uri: { prefix: /a } }, { uri: { prefix: /ab }, ignoreUriCase: true }]",
        ] {
            assert!(!is_taken(matches), "{matches}");
        }
    }

    #[test]
    fn thousands_of_matches_cost_no_more_than_reading_them() {
        let prefix = |number: usize| format!("{{ uri: {{ prefix: /{number}- }} }}");
        let all: Vec<_> = (0..20_000).map(prefix).collect();
        let all = Manifests::value(&format!("of: [{}]", all.join(", "))).unwrap();
        let began = std::time::Instant::now();
        let mut taken = Taken::default();
        for of in all.items("of") {
            assert_eq!(taken.by(of), None);
            taken.take(of, of.line);
        }
        // Comparing each with each took minutes.
        let took = began.elapsed();
        assert!(took < std::time::Duration::from_secs(10), "{took:?}");
    }
}
