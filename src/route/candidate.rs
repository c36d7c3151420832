//! One match of one route, with all that isn't its host and path.

use http::{HeaderName, Method};

use super::rank::Rank;
use super::request::Request;
use crate::config::{Match, ValueMatch};
use crate::fields::Fields;

/// Which match of which route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Index into `Config::routes`.
    pub route: usize,
    /// Index into its `matches`.
    pub matched: usize,
}

/// A match that applies when its path does and these hold.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) choice: Choice,
    pub(super) rank: Rank,
    methods: Vec<Method>,
    headers: Vec<(HeaderName, ValueMatch)>,
    query: Vec<(String, ValueMatch)>,
}

impl Candidate {
    pub(super) fn new(wanted: &Match, choice: Choice) -> Self {
        Self {
            choice,
            rank: Rank::new(wanted, choice.route, choice.matched),
            methods: wanted.methods.clone(),
            headers: wanted.headers.clone(),
            query: wanted.query.clone(),
        }
    }

    pub(super) fn methods(&self) -> &[Method] {
        &self.methods
    }

    pub(super) fn accepts(&self, request: &Request<'_>) -> bool {
        (self.methods.is_empty() || self.methods.contains(request.method))
            && self.accepts_any_method(request)
    }

    /// Whether all but the method holds.
    pub(super) fn accepts_any_method(&self, request: &Request<'_>) -> bool {
        self.headers
            .iter()
            .all(|(name, value)| header(request.headers, name, value))
            && self
                .query
                .iter()
                .all(|(name, value)| parameter(request.query, name, value))
    }
}

/// Several fields of one name count as one with commas (RFC 9110, section 5.3).
/// Envoy compares each by itself.
fn header(headers: Fields<'_>, name: &HeaderName, wanted: &ValueMatch) -> bool {
    let mut values = headers.get_all(name);
    let Some(first) = values.next() else {
        return false;
    };
    let mut rest = values.peekable();
    if rest.peek().is_none() {
        return is(wanted, first);
    }
    let mut joined = first.to_vec();
    for value in rest {
        joined.push(b',');
        joined.extend_from_slice(value);
    }
    is(wanted, &joined)
}

/// The first parameter of the name counts, bytes as they came, as for Envoy.
fn parameter(query: Option<&[u8]>, name: &str, wanted: &ValueMatch) -> bool {
    let pairs = query.unwrap_or_default().split(|&b| b == b'&');
    let value = pairs
        .filter_map(|pair| {
            let mut parts = pair.splitn(2, |&b| b == b'=');
            (parts.next()? == name.as_bytes()).then(|| parts.next().unwrap_or_default())
        })
        .next();
    value.is_some_and(|value| is(wanted, value))
}

fn is(wanted: &ValueMatch, value: &[u8]) -> bool {
    match wanted {
        ValueMatch::Exact(exact) => value == exact.as_bytes(),
        ValueMatch::Regex(pattern) => pattern.matches(value),
    }
}
