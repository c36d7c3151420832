//! `routes:`, each route as a whole.

use std::collections::HashMap;

use super::super::model::{Action, Match, Route};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::{Section, Shape as _};
use super::super::text::quote;
use super::super::tree::{child, item};
use super::super::value::{ServiceName, Value as _};
use super::headers::{Side, header_rules};
use super::limits::route_limits;
use super::matches::matches;
use super::redirect::redirect;
use super::rewrite::rewrite;
use super::timeouts::route_timeouts;
use super::{Names, chosen, missing, required, without_value};

const PATH: &str = "routes";

const FIX: &str = "write at least one, such as - { name: auth, match: { path: { prefix: /auth/ } }, service: auth-service }";

/// What `routes:` says.
#[derive(Default)]
pub(super) struct Routes {
    /// All names in the file; those of routes with mistakes are no reason to call
    /// a test's reference wrong.
    pub(super) names: Vec<String>,
    pub(super) built: Vec<Route>,
}

/// Builds the routes; `services` are the names that they may refer to.
pub(super) fn routes(
    raw: Option<Vec<Option<Section<raw::Route>>>>,
    services: &Names<'_>,
    report: &mut Report,
) -> Routes {
    let mut routes = Routes::default();
    let Some(raw) = raw else {
        missing(PATH, FIX, report);
        return routes;
    };
    if raw.is_empty() {
        report.error(PATH, "is empty: every request would be answered 404", FIX);
    }
    let mut names = HashMap::new();
    for (index, raw) in raw.iter().enumerate() {
        let path = item(PATH, index);
        match raw {
            Some(Section(raw)) => {
                let name = name(&path, raw, &mut names, report);
                routes.names.extend(name.clone());
                routes
                    .built
                    .extend(route(&path, name, raw, services, report));
            }
            None => without_value(&path, raw::Route::FIX, report),
        }
    }
    routes
}

fn route(
    path: &str,
    name: Option<String>,
    raw: &raw::Route,
    services: &Names<'_>,
    report: &mut Report,
) -> Option<Route> {
    let matches = matches(&child(path, "match"), raw.r#match.as_ref(), report);
    let known = matches.as_deref().unwrap_or_default();
    let action = action(path, raw, known, services, report);
    let mut headers = |key: &str, side, raw: &Option<Section<raw::HeaderRules>>| {
        let raw = raw.as_ref().map(|section| &section.0);
        header_rules(&child(path, key), side, raw, report)
    };
    let request_headers = headers("request_headers", Side::Request, &raw.request_headers);
    let response_headers = headers("response_headers", Side::Response, &raw.response_headers);
    let timeouts = child(path, "timeouts");
    let timeouts = route_timeouts(&timeouts, raw.timeouts.as_ref(), report);
    let limits = route_limits(&child(path, "limits"), raw.limits.as_ref(), report);
    Some(Route {
        name: name?,
        matches: matches?,
        action: action?,
        request_headers,
        response_headers,
        timeouts,
        limits,
    })
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

fn action(
    route: &str,
    raw: &raw::Route,
    matches: &[Match],
    services: &Names<'_>,
    report: &mut Report,
) -> Option<Action> {
    const FIX: &str = "write a service or a redirect, not both";
    let path = child(route, "redirect");
    if chosen(route, &["service", "redirect"], FIX, report) == Some("redirect") {
        for key in raw::FOR_SERVICES {
            let path = child(route, key);
            if report.is_written(&path) {
                report.error_at_key(
                    &path,
                    "is for a service, and a redirect sends nothing to one",
                    "leave it out",
                );
            }
        }
        let Some(Section(raw)) = &raw.redirect else {
            without_value(&path, raw::Redirect::FIX, report);
            return None;
        };
        return redirect(&path, raw, matches, report).map(Action::Redirect);
    }
    let rewrite = rewrite(
        &child(route, "rewrite"),
        raw.rewrite.as_ref(),
        matches,
        report,
    );
    // A misspelled redirect is no missing service.
    if raw.service.is_none() && report.is_covered(&path) {
        return None;
    }
    let path = child(route, "service");
    let name = required(&path, raw.service.as_ref(), report)?;
    let service = services.find(&path, &name, ServiceName::FIX, report)?;
    let (rewrite, host) = rewrite?;
    Some(Action::Proxy {
        service,
        rewrite,
        host,
    })
}
