//! A value of a manifest, which knows its line.

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Counted from 1.
    pub line: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    /// The text as written; what type it has depends on who asks.
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => entries
                .iter()
                .find(|(own, _)| own == key)
                .map(|(_, value)| value)
                .filter(|value| value.kind != Kind::Null),
            _ => None,
        }
    }

    /// The value below these keys, which are joined by dots.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, key| node.get(key))
    }

    /// Its text, when it is neither a list nor a mapping.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text below these keys.
    #[must_use]
    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path).and_then(Self::text)
    }

    /// The number below these keys.
    #[must_use]
    pub fn number_at(&self, path: &str) -> Option<u64> {
        self.text_at(path)?.parse().ok()
    }

    /// The items below these keys; none when it is no list.
    #[must_use]
    pub fn items(&self, path: &str) -> &[Self] {
        match self.at(path).map(|node| &node.kind) {
            Some(Kind::List(items)) => items,
            _ => &[],
        }
    }

    /// The texts below these keys.
    pub fn texts<'n>(&'n self, path: &str) -> impl Iterator<Item = &'n str> + use<'n> {
        self.items(path).iter().filter_map(Self::text)
    }

    /// The entries of a mapping.
    #[must_use]
    pub fn entries(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// All of it as a text that is the same for equal values, wherever they are.
    #[must_use]
    pub fn written(&self) -> String {
        match &self.kind {
            Kind::Null => "~".to_owned(),
            Kind::Text(text) => format!("{text:?}"),
            Kind::List(items) => {
                let items: Vec<_> = items.iter().map(Self::written).collect();
                format!("[{}]", items.join(", "))
            }
            Kind::Map(entries) => {
                let entry = |(key, value): &(String, Self)| format!("{key:?}: {}", value.written());
                let mut entries: Vec<_> = entries.iter().map(entry).collect();
                entries.sort();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }
}
