//! `routes:`.

use std::collections::HashMap;

use super::super::model::{PathMatch, Rewrite, Route};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::{Section, Shape as _};
use super::super::text::{nearest, quote};
use super::super::tree::{child, item};
use super::super::value::{Leaf, Path, ServiceName, Value as _};
use super::{missing, required, value, without_value};

const PATH: &str = "routes";

const FIX: &str = "write at least one, such as - { name: auth, match: { path: { prefix: /auth/ } }, service: auth-service }";

/// Builds the routes; `services` are the names that they may refer to.
pub(super) fn routes(
    raw: Option<Vec<Option<Section<raw::Route>>>>,
    services: &[String],
    report: &mut Report,
) -> Vec<Route> {
    let Some(raw) = raw else {
        missing(PATH, FIX, report);
        return Vec::new();
    };
    if raw.is_empty() {
        report.error(PATH, "is empty: every request would be answered 404", FIX);
    }
    let services = services
        .iter()
        .enumerate()
        .map(|(index, name)| (name.as_str(), index))
        .collect();
    let mut names = HashMap::new();
    let mut built = Vec::new();
    for (index, raw) in raw.iter().enumerate() {
        let path = item(PATH, index);
        match raw {
            Some(Section(raw)) => {
                let name = name(&path, raw, &mut names, report);
                let service = service(&path, raw, &services, report);
                let match_path = match_path(&path, raw, report);
                let rewrite = rewrite(&path, raw, match_path.as_ref(), report);
                if let (Some(name), Some(service), Some(path), Some(rewrite)) =
                    (name, service, match_path, rewrite)
                {
                    built.push(Route {
                        name,
                        path,
                        rewrite,
                        service,
                    });
                }
            }
            None => without_value(&path, raw::Route::FIX, report),
        }
    }
    built
}

fn name(
    route: &str,
    raw: &raw::Route,
    names: &mut HashMap<String, String>,
    report: &mut Report,
) -> Option<String> {
    let path = child(route, "name");
    let name = required(&path, raw.name.as_ref(), report)?;
    if let Some(first) = names.get(&name) {
        report.error(
            &path,
            format!("{} is the name of {first} too", quote(&name)),
            "give each route its own name",
        );
        return None;
    }
    names.insert(name.clone(), route.to_owned());
    Some(name)
}

fn service(
    route: &str,
    raw: &raw::Route,
    services: &HashMap<&str, usize>,
    report: &mut Report,
) -> Option<usize> {
    let path = child(route, "service");
    let name = required(&path, raw.service.as_ref(), report)?;
    if let Some(index) = services.get(name.as_str()) {
        return Some(*index);
    }
    // Without `services:` every reference is wrong, which has been said.
    if !services.is_empty() {
        let fix = match nearest(&name, services.keys().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => ServiceName::FIX.to_owned(),
        };
        report.error(&path, format!("{} is not a service", quote(&name)), fix);
    }
    None
}

fn match_path(route: &str, raw: &raw::Route, report: &mut Report) -> Option<PathMatch> {
    let all = || Some(PathMatch::Prefix("/".into()));
    let Some(Section(raw)) = &raw.r#match else {
        return all();
    };
    let path = format!("{route}.match.path");
    let Some(Section(raw)) = &raw.path else {
        without_value(&path, raw::PathMatch::FIX, report);
        return all();
    };
    let (key, text) = only_one(
        &path,
        [
            ("prefix", raw.prefix.as_ref()),
            ("exact", raw.exact.as_ref()),
        ],
        raw::PathMatch::FIX,
        report,
    )?;
    Some(match key {
        "prefix" => PathMatch::Prefix(text),
        _ => PathMatch::Exact(text),
    })
}

/// The rewrite of a route; `matched` is `None` when it is wrong.
fn rewrite(
    route: &str,
    raw: &raw::Route,
    matched: Option<&PathMatch>,
    report: &mut Report,
) -> Option<Rewrite> {
    let path = child(route, "rewrite");
    let Some(Section(raw)) = &raw.rewrite else {
        without_value(&path, raw::Rewrite::FIX, report);
        return Some(Rewrite::Keep);
    };
    let (key, text) = only_one(
        &path,
        [
            ("strip_prefix", raw.strip_prefix.as_ref()),
            ("replace_prefix", raw.replace_prefix.as_ref()),
            ("replace_path", raw.replace_path.as_ref()),
        ],
        raw::Rewrite::FIX,
        report,
    )?;
    let path = child(&path, key);
    match key {
        "strip_prefix" => strip_prefix(&path, &text, matched, report),
        "replace_prefix" => {
            if let Some(PathMatch::Exact(_)) = matched {
                report.error(
                    &path,
                    "needs a prefix in `match`, which has an exact path",
                    "write replace_path instead",
                );
            }
            Some(Rewrite::ReplacePrefix(text))
        }
        _ => Some(Rewrite::ReplacePath(text)),
    }
}

fn strip_prefix(
    path: &str,
    written: &str,
    matched: Option<&PathMatch>,
    report: &mut Report,
) -> Option<Rewrite> {
    // Segments are stripped, so a slash after the last one says nothing.
    let segments = written.strip_suffix('/').unwrap_or(written);
    if segments.is_empty() {
        report.error(
            path,
            "strips nothing",
            "write the segments to take off, such as /api, or leave the rewrite out",
        );
        return None;
    }
    if let Some(PathMatch::Prefix(matched) | PathMatch::Exact(matched)) = matched {
        let begins = matched
            .strip_prefix(segments)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if !begins {
            report.error(
                path,
                format!(
                    "{} is not how every path that {} takes begins",
                    quote(segments),
                    quote(matched)
                ),
                "write the segments that the path in `match` begins with",
            );
        }
    }
    Some(Rewrite::StripPrefix(segments.to_owned()))
}

/// The one of `choices` that is written, with its path checked.
fn only_one<'a, const N: usize>(
    path: &str,
    choices: [(&'a str, Option<&Leaf<Path>>); N],
    fix: &str,
    report: &mut Report,
) -> Option<(&'a str, String)> {
    let mut taken = None;
    let mut first: Option<&str> = None;
    for (key, leaf) in choices {
        let path = child(path, key);
        if !report.is_written(&path) {
            continue;
        }
        let text = value(&path, leaf, report);
        match first {
            Some(first) => report.error_at_key(&path, format!("can't stand beside `{first}`"), fix),
            None => taken = text.map(|text| (key, text)),
        }
        first = first.or(Some(key));
    }
    if first.is_none() && !report.is_covered(path) {
        report.error(path, "is empty", fix);
    }
    taken
}
