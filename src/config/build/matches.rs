//! `routes[].match:`.

use std::collections::HashMap;
use std::hash::Hash;

use http::header::HOST;
use http::{HeaderName, Method};

use super::super::model::{HostMatch, Match, PathMatch, Pattern, ValueMatch};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::{Section, Sections, Shape};
use super::super::tree::{child, item};
use super::super::value::{HostPattern, Leaf, MethodName, Value};
use super::{LIST_FIX, chosen, one_of, required, unique, value, values, without_value};

/// The matches of a route; `None` when one of them is wrong.
pub(super) fn matches(
    path: &str,
    raw: Option<&Sections<raw::Match>>,
    report: &mut Report,
) -> Option<Vec<Match>> {
    match raw {
        None => Some(vec![Match {
            path: everything(),
            hosts: Vec::new(),
            methods: Vec::new(),
            headers: Vec::new(),
            query: Vec::new(),
        }]),
        Some(Sections::One(Section(raw))) => one_match(path, raw, report).map(|one| vec![one]),
        Some(Sections::Many(items)) => {
            if items.is_empty() {
                report.error(path, "is an empty list", raw::Match::LIST_FIX);
            }
            let mut all = Vec::new();
            for (path, raw) in sections(path, items, report) {
                all.push(one_match(&path, raw, report));
            }
            let complete = all.len() == items.len();
            all.into_iter().collect::<Option<_>>().filter(|_| complete)
        }
    }
}

fn everything() -> PathMatch {
    PathMatch::Prefix("/".into())
}

fn one_match(path: &str, raw: &raw::Match, report: &mut Report) -> Option<Match> {
    let hosts = hosts(&child(path, "hosts"), raw.hosts.as_deref(), report);
    let methods = methods(&child(path, "methods"), raw.methods.as_deref(), report);
    let headers = headers(&child(path, "headers"), raw.headers.as_deref(), report);
    let query = query(&child(path, "query"), raw.query.as_deref(), report);
    Some(Match {
        path: path_match(&child(path, "path"), raw.path.as_ref(), report)?,
        hosts,
        methods,
        headers,
        query,
    })
}

fn path_match(
    path: &str,
    raw: Option<&Section<raw::PathMatch>>,
    report: &mut Report,
) -> Option<PathMatch> {
    const KEYS: [&str; 3] = ["prefix", "exact", "regex"];
    let Some(Section(raw)) = raw else {
        without_value(path, raw::PathMatch::FIX, report);
        return Some(everything());
    };
    let key = chosen(path, &KEYS, raw::PathMatch::FIX, report);
    if key.is_none() && !report.is_covered(path) {
        report.error(path, "is empty", raw::PathMatch::FIX);
    }
    let prefix = value(&child(path, "prefix"), raw.prefix.as_ref(), report);
    let exact = value(&child(path, "exact"), raw.exact.as_ref(), report);
    let regex = value(&child(path, "regex"), raw.regex.as_ref(), report);
    match key? {
        "prefix" => prefix.map(PathMatch::Prefix),
        "exact" => exact.map(PathMatch::Exact),
        _ => regex.map(PathMatch::Regex),
    }
}

fn hosts(
    path: &str,
    raw: Option<&[Option<Leaf<HostPattern>>]>,
    report: &mut Report,
) -> Vec<HostMatch> {
    distinct(path, raw, "host", "leave it out for every host", report)
}

fn methods(
    path: &str,
    raw: Option<&[Option<Leaf<MethodName>>]>,
    report: &mut Report,
) -> Vec<Method> {
    distinct(path, raw, "method", "leave it out for every method", report)
}

/// A list of different values any of which may hold.
fn distinct<T>(
    path: &str,
    raw: Option<&[Option<Leaf<T>>]>,
    what: &str,
    empty_fix: &str,
    report: &mut Report,
) -> Vec<T::Out>
where
    T: Value<Out: Clone + Eq + Hash>,
{
    let Some(raw) = raw else {
        without_value(path, LIST_FIX, report);
        return Vec::new();
    };
    if raw.is_empty() {
        report.error(path, "is an empty list", empty_fix);
    }
    let mut seen = HashMap::new();
    let mut all = Vec::new();
    for (path, out) in values(path, raw, report) {
        unique(&path, out.clone(), what, &mut seen, report);
        all.push(out);
    }
    all
}

fn headers(
    path: &str,
    raw: Option<&[Option<Section<raw::HeaderMatch>>]>,
    report: &mut Report,
) -> Vec<(HeaderName, ValueMatch)> {
    let mut seen = HashMap::new();
    let mut all = Vec::new();
    for (path, raw) in list(path, raw, report) {
        let key = one_of(&path, &EXACT_OR_REGEX, raw::HeaderMatch::FIX, report);
        let at = child(&path, "name");
        let name = required(&at, raw.name.as_ref(), report);
        if name == Some(HOST) {
            report.error(
                &at,
                "is the Host header, which is matched as a host",
                "write it under `hosts`",
            );
        }
        if let Some(name) = &name {
            unique(&at, name.clone(), "header", &mut seen, report);
        }
        let exact = value(&child(&path, "exact"), raw.exact.as_ref(), report);
        // The file is text, so the value is too.
        let exact = exact.and(raw.exact.as_ref()).map(|leaf| leaf.text.clone());
        let regex = value(&child(&path, "regex"), raw.regex.as_ref(), report);
        all.extend(name.zip(wanted(key, exact, regex)));
    }
    all
}

fn query(
    path: &str,
    raw: Option<&[Option<Section<raw::ParameterMatch>>]>,
    report: &mut Report,
) -> Vec<(String, ValueMatch)> {
    let mut seen = HashMap::new();
    let mut all = Vec::new();
    for (path, raw) in list(path, raw, report) {
        let key = one_of(&path, &EXACT_OR_REGEX, raw::ParameterMatch::FIX, report);
        let at = child(&path, "name");
        let name = required(&at, raw.name.as_ref(), report);
        if let Some(name) = &name {
            unique(&at, name.clone(), "parameter", &mut seen, report);
        }
        let exact = value(&child(&path, "exact"), raw.exact.as_ref(), report);
        let regex = value(&child(&path, "regex"), raw.regex.as_ref(), report);
        all.extend(name.zip(wanted(key, exact, regex)));
    }
    all
}

const EXACT_OR_REGEX: [&str; 2] = ["exact", "regex"];

fn wanted(key: Option<&str>, exact: Option<String>, regex: Option<Pattern>) -> Option<ValueMatch> {
    match key? {
        "exact" => exact.map(ValueMatch::Exact),
        _ => regex.map(ValueMatch::Regex),
    }
}

/// The items of a list that may be left out.
fn list<'a, T: Shape>(
    path: &str,
    raw: Option<&'a [Option<Section<T>>]>,
    report: &mut Report,
) -> Vec<(String, &'a T)> {
    if raw.is_none() {
        without_value(path, LIST_FIX, report);
    }
    sections(path, raw.unwrap_or_default(), report)
}

/// The items of a list, each with its path.
pub(super) fn sections<'a, T: Shape>(
    path: &str,
    items: &'a [Option<Section<T>>],
    report: &mut Report,
) -> Vec<(String, &'a T)> {
    let mut all = Vec::new();
    for (index, raw) in items.iter().enumerate() {
        let path = item(path, index);
        match raw {
            Some(Section(raw)) => all.push((path, raw)),
            None => without_value(&path, T::FIX, report),
        }
    }
    all
}
