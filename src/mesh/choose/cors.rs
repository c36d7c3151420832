//! The preflight of CORS (`source/extensions/filters/http/cors/cors_filter.cc`), which the
//! filter answers where a policy has the origin. Other requests it lets pass.

use http::Method;

use super::end::End;
use super::request::{Seen, Values};
use super::told::{Own, Told};
use super::{route, text};
use crate::mesh::dump::Dump;
use crate::mesh::dump::filter::{CorsPolicy, HttpFilter, Message};
use crate::mesh::trace::Verdict;
use crate::mesh::truth::Truth;

/// `Err` is the answer to a preflight, or what of it isn't known.
pub(super) fn answer(
    filter: &HttpFilter,
    own: &[Own<'_>],
    told: &Told<'_>,
    seen: &Seen<'_>,
    dump: &Dump,
) -> Result<(), End> {
    // A redirect and a direct response have no policy.
    if told.cluster.is_none() || seen.query.method != Method::OPTIONS {
        return Ok(());
    }
    let policies = policies(filter, own, told)?;
    let Some(first) = policies.first() else {
        return Ok(());
    };
    let (Some(origin), Some(_)) = (
        one(seen, "origin")?,
        one(seen, "access-control-request-method")?,
    ) else {
        return Ok(());
    };
    if let Some(field) = policies.iter().find_map(|of| text::unread(&of.rest)) {
        return Err(End::unknown(format!("a CORS policy with {field}")));
    }
    let enabled = first.filter_enabled.as_ref();
    match enabled.map_or(Truth::Yes, |of| route::fraction(of, dump)) {
        Truth::Yes => {}
        Truth::No(_) => return Ok(()),
        Truth::Unknown(what) => return Err(End::unknown(format!("a CORS preflight with {what}"))),
    }
    let mut forwards = policies.iter();
    let forwards = forwards.find_map(|of| of.forward_not_matching_preflights);
    match allowed(&policies, &origin, seen) {
        Truth::Unknown(what) => Err(End::unknown(format!("a CORS preflight by {what}"))),
        Truth::No(_) if forwards.unwrap_or(true) => Ok(()),
        _ => Err(End::new(
            Verdict::DirectResponse,
            "the CORS filter answers the preflight",
            Some(200),
        )),
    }
}

/// The most specific first. The older fields count only where there is nothing newer.
fn policies(filter: &HttpFilter, own: &[Own<'_>], told: &Told<'_>) -> Result<Vec<CorsPolicy>, End> {
    let unread = || End::unknown(format!("what the HTTP filter {} is told", filter.name));
    let policy = |of: &Own<'_>| match of.config().is("CorsPolicy") {
        true => of.config().read(),
        false => None,
    };
    let newer: Option<Vec<_>> = own.iter().map(policy).collect();
    let newer = newer.ok_or_else(unread)?;
    if !newer.is_empty() {
        return Ok(newer);
    }
    let action = told.route.and_then(|of| of.route.as_ref());
    let older = [
        action.and_then(|of| of.cors.as_ref()),
        told.host.and_then(|of| of.cors.as_ref()),
    ];
    let older: Option<Vec<_>> = older.into_iter().flatten().map(Message::read).collect();
    older.ok_or_else(unread)
}

/// Of several policies the first that names any origin counts.
fn allowed(policies: &[CorsPolicy], origin: &[u8], seen: &Seen<'_>) -> Truth {
    let mut all = policies.iter().map(|of| &of.allow_origin_string_match);
    let Some(wanted) = all.find(|of| !of.is_empty()) else {
        return Truth::No("no origin is allowed".to_owned());
    };
    let mut last = Truth::No("isn't one that is allowed".to_owned());
    for matcher in wanted {
        for value in [b"*".as_slice(), origin] {
            match text::matches(matcher, value, seen.expressions) {
                Truth::Yes => return Truth::Yes,
                Truth::No(_) => {}
                unknown => last = unknown,
            }
        }
    }
    last
}

/// The value of a header, if there is one that isn't empty.
fn one(seen: &Seen<'_>, name: &str) -> Result<Option<Vec<u8>>, End> {
    match seen.values(name) {
        Values::Known(values) => match values.as_slice() {
            [] => Ok(None),
            [value] if value.is_empty() => Ok(None),
            [value] => Ok(Some(value.to_vec())),
            _ => Err(End::unknown(format!(
                "a CORS preflight whose header {name} stands several times"
            ))),
        },
        Values::EnvoysOwn => Err(End::unknown(format!(
            "header {name}, which Envoy writes itself"
        ))),
    }
}
