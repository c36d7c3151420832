//! The same requests to two programs, and how the two differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

#[derive(Default)]
pub struct Comparison {
    asked: usize,
    equal: usize,
    named: BTreeMap<&'static str, Vec<String>>,
    unnamed: Vec<String>,
}

impl Comparison {
    /// One request, the names of the differences that are meant, and what else differs.
    pub fn add(&mut self, request: impl Display, names: &[&'static str], rest: Option<String>) {
        self.asked += 1;
        self.equal += usize::from(names.is_empty() && rest.is_none());
        for name in names {
            self.named
                .entry(name)
                .or_default()
                .push(request.to_string());
        }
        self.unnamed
            .extend(rest.map(|rest| format!("{request}: {rest}")));
    }

    /// The names that occurred; every difference must have one.
    pub fn finish(self) -> BTreeSet<&'static str> {
        eprintln!("{} requests: {} equal", self.asked, self.equal);
        for (name, requests) in &self.named {
            eprintln!("{name}: {} of them, as {}", requests.len(), requests[0]);
        }
        assert!(
            self.unnamed.is_empty(),
            "{} of {} differ without a name:\n{}",
            self.unnamed.len(),
            self.asked,
            self.unnamed.join("\n")
        );
        self.named.into_keys().collect()
    }
}
