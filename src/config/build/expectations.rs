//! `tests:`.

use std::collections::HashMap;

use http::header::HOST;
use http::{HeaderName, HeaderValue};

use super::super::model::{Expectation, Test};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::{Pairs, Section, Shape as _};
use super::super::tree::child;
use super::super::value::{FieldName, FieldValue, RouteName, ServiceName, Value as _};
use super::headers::pairs;
use super::matches::sections;
use super::{LIST_FIX, Names, missing, required, value, without_value};

const PATH: &str = "tests";

/// Builds the tests; `routes` and `services` are the names that they may refer to.
pub(super) fn tests(
    raw: Option<Vec<Option<Section<raw::Test>>>>,
    routes: &[String],
    services: &Names<'_>,
    report: &mut Report,
) -> Vec<Test> {
    let Some(raw) = raw else {
        without_value(PATH, LIST_FIX, report);
        return Vec::new();
    };
    let routes = Names::new("route", routes);
    let mut all = Vec::new();
    for (path, raw) in sections(PATH, &raw, report) {
        all.extend(test(&path, raw, &routes, services, report));
    }
    all
}

fn test(
    path: &str,
    raw: &raw::Test,
    routes: &Names<'_>,
    services: &Names<'_>,
    report: &mut Report,
) -> Option<Test> {
    let request = required(&child(path, "request"), raw.request.as_ref(), report);
    let host = value(&child(path, "host"), raw.host.as_ref(), report);
    let headers = headers(&child(path, "headers"), raw.headers.as_ref(), report);
    let expect = child(path, "expect");
    let Some(Section(raw)) = &raw.expect else {
        missing(&expect, raw::Expectation::FIX, report);
        return None;
    };
    let expect = expectation(&expect, raw, routes, services, report);
    let (method, target) = request?;
    Some(Test {
        method,
        target,
        host,
        headers,
        expect,
    })
}

fn headers(
    path: &str,
    raw: Option<&Pairs<FieldName, FieldValue>>,
    report: &mut Report,
) -> Vec<(HeaderName, HeaderValue)> {
    let mut all = Vec::new();
    for (path, name, value) in pairs(path, raw, &mut HashMap::new(), report) {
        if name == HOST {
            let fix = "write it as the test's `host`";
            report.error_at_key(&path, "is the Host header, which has a key of its own", fix);
        }
        all.extend(value.map(|value| (name, value)));
    }
    all
}

fn expectation(
    path: &str,
    raw: &raw::Expectation,
    routes: &Names<'_>,
    services: &Names<'_>,
    report: &mut Report,
) -> Expectation {
    let at = |key| child(path, key);
    let route = value(&at("route"), raw.route.as_ref(), report);
    if let Some(name) = &route {
        routes.find(&at("route"), name, RouteName::FIX, report);
    }
    let service = value(&at("service"), raw.service.as_ref(), report);
    if let Some(name) = &service {
        services.find(&at("service"), name, ServiceName::FIX, report);
    }
    let expectation = Expectation {
        route,
        service,
        host: value(&at("host"), raw.host.as_ref(), report),
        path: value(&at("path"), raw.path.as_ref(), report),
        status: value(&at("status"), raw.status.as_ref(), report),
        location: value(&at("location"), raw.location.as_ref(), report),
    };
    if expectation == Expectation::default() && !report.is_covered(path) {
        report.error(path, "is empty", raw::Expectation::FIX);
    }
    expectation
}
