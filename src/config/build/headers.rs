//! `routes[].request_headers:` and `response_headers:`, and other mappings of
//! headers.

use std::collections::HashMap;

use http::{HeaderName, HeaderValue};

use super::super::model::HeaderRules;
use super::super::raw;
use super::super::report::Report;
use super::super::shape::Pairs;
use super::super::tree::child;
use super::super::value::{FieldName, FieldValue, Leaf, Value as _};
use super::{LIST_FIX, unique, value, values, without_value};

/// Whose headers are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
}

/// Fields that are about one connection (RFC 9110, section 7.6.1), or that were
/// before (RFC 7230 and RFC 9113, section 8.2.2).
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What the gateway writes into every request itself, after these rules.
const OURS: [&str; 5] = [
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
];

/// Builds the rules at `path`.
pub(super) fn header_rules(
    path: &str,
    side: Side,
    raw: Option<&raw::HeaderRules>,
    report: &mut Report,
) -> HeaderRules {
    let Some(raw) = raw else {
        return HeaderRules::default();
    };
    let mut names = Rules {
        side,
        seen: HashMap::new(),
    };
    HeaderRules {
        set: names.pairs(&child(path, "set"), raw.set.as_ref(), report),
        add: names.pairs(&child(path, "add"), raw.add.as_ref(), report),
        remove: names.list(&child(path, "remove"), raw.remove.as_deref(), report),
    }
}

struct Rules {
    side: Side,
    /// Where each name stood first. A name that stands twice has no one meaning
    /// without knowing in which order the keys are applied.
    seen: HashMap<HeaderName, String>,
}

impl Rules {
    fn pairs(
        &mut self,
        path: &str,
        raw: Option<&Pairs<FieldName, FieldValue>>,
        report: &mut Report,
    ) -> Vec<(HeaderName, HeaderValue)> {
        let all = pairs(path, raw, &mut self.seen, report);
        for (path, name, _) in &all {
            self.refuse(path, name, report);
        }
        let complete = |(_, name, value): (String, _, Option<_>)| Some((name, value?));
        all.into_iter().filter_map(complete).collect()
    }

    fn list(
        &mut self,
        path: &str,
        raw: Option<&[Option<Leaf<FieldName>>]>,
        report: &mut Report,
    ) -> Vec<HeaderName> {
        let Some(raw) = raw else {
            without_value(path, LIST_FIX, report);
            return Vec::new();
        };
        let mut all = Vec::new();
        for (path, name) in values::<FieldName>(path, raw, report) {
            unique(&path, name.clone(), "header", &mut self.seen, report);
            self.refuse(&path, &name, report);
            all.push(name);
        }
        all
    }

    /// Reports a header that isn't the configuration's to change.
    fn refuse(&self, path: &str, name: &HeaderName, report: &mut Report) {
        let is_request = self.side == Side::Request;
        let (message, fix) = match name.as_str() {
            "host" if is_request => (
                "is the Host header, which decides where a mesh sends the request",
                "write rewrite: { host: blog.example }, or host in the service",
            ),
            "content-length" => (
                "is the length of the body, which stays as it is",
                "leave it out",
            ),
            name if HOP_BY_HOP.contains(&name) => (
                "belongs to one connection and is never passed on",
                "leave it out",
            ),
            name if is_request && OURS.contains(&name) => (
                "is written by the gateway itself, after these rules",
                "leave it out; server.trusted_proxies says whose is kept",
            ),
            _ => return,
        };
        report.error_at_key(path, message, fix);
    }
}

/// The good names of a mapping, each with its path, and with its value if that
/// is good too.
pub(super) fn pairs(
    path: &str,
    raw: Option<&Pairs<FieldName, FieldValue>>,
    seen: &mut HashMap<HeaderName, String>,
    report: &mut Report,
) -> Vec<(String, HeaderName, Option<HeaderValue>)> {
    let Some(raw) = raw else {
        without_value(path, "write a mapping such as { X-Team: blog }", report);
        return Vec::new();
    };
    let mut all = Vec::new();
    for (key, leaf) in &raw.all {
        let path = child(path, key);
        let value = value(&path, leaf.as_ref(), report);
        match FieldName::read(key) {
            Ok(name) => {
                unique(&path, name.clone(), "header", seen, report);
                all.push((path, name, value));
            }
            Err(mistake) => report.error_at_key(&path, mistake.message, mistake.fix),
        }
    }
    all
}
