//! What the HTTP filters do with a request on its way to the router.
//!
//! A filter has a configuration of its own, and may be told another for a route: by the share
//! of it, by the route, by its virtual host and by the route configuration. Any of these may
//! switch it off, or on where the connection manager has it off.

use super::end::End;
use super::fault::{self, Waits};
use super::request::Seen;
use super::told::{Own, Told};
use super::{cors, filters};
use crate::mesh::dump::Dump;
use crate::mesh::dump::filter::{Fault, HttpFilter, Router, Wrapped};
use crate::mesh::dump::listener::NetworkConfig;

/// Past all filters, and how long that may take; or the answer of one of them.
pub(super) fn pass(
    manager: &NetworkConfig,
    told: &Told<'_>,
    seen: &Seen<'_>,
    dump: &Dump,
) -> Result<Vec<Waits>, End> {
    let mut waits = Vec::new();
    for filter in &manager.http_filters {
        let Some(own) = own(filter, told)? else {
            continue;
        };
        if !filters::known(filter) {
            return Err(End::unknown(format!("the HTTP filter {}", filter.name)));
        }
        match kind(filter) {
            Kind::Fault => {
                let fault = of_fault(filter, &own)?;
                waits.extend(fault::inject(&fault, manager, told.cluster, seen, dump)?);
            }
            Kind::Cors => cors::answer(filter, &own, told, seen, dump)?,
            Kind::Router => of_router(filter, seen)?,
            Kind::Other => {}
        }
    }
    Ok(waits)
}

/// What a filter is told, taken out of what is around it; `None` when it is off.
fn own<'d>(filter: &HttpFilter, told: &Told<'d>) -> Result<Option<Vec<Own<'d>>>, End> {
    let mut off = filter.disabled;
    let mut own = Vec::new();
    for (level, config) in told.to(&filter.name).into_iter().enumerate() {
        let (disabled, config) = if config.is("FilterConfig") {
            let Some(wrapped) = config.read::<Wrapped>() else {
                return Err(unread(filter));
            };
            (wrapped.disabled, wrapped.config.map(Own::Wrapped))
        } else {
            (false, Some(Own::Plain(config)))
        };
        if level == 0 {
            off = disabled;
        }
        own.extend(config);
    }
    let usual = match kind(filter) {
        Kind::Fault => "envoy.filters.http.fault",
        Kind::Cors => "envoy.filters.http.cors",
        _ => &filter.name,
    };
    // Envoy once took the usual name for any filter of the type.
    if own.is_empty() && filter.name != usual && !told.to(usual).is_empty() {
        return Err(End::unknown(format!(
            "what is told to {usual} where the HTTP filter is named {}",
            filter.name
        )));
    }
    Ok((!off).then_some(own))
}

fn unread(filter: &HttpFilter) -> End {
    End::unknown(format!("what the HTTP filter {} is told", filter.name))
}

enum Kind {
    Fault,
    Cors,
    Router,
    Other,
}

/// By its type, or by its name where it has none that says anything.
fn kind(filter: &HttpFilter) -> Kind {
    let typed = filter.typed_config.as_ref().filter(|config| {
        let opaque = ["", "Wasm", "TypedStruct"];
        !opaque.iter().any(|name| config.is(name))
    });
    let name = filter.name.rsplit('.').next().unwrap_or_default();
    match typed {
        Some(config) if config.is("HTTPFault") => Kind::Fault,
        Some(config) if config.is("Cors") => Kind::Cors,
        Some(config) if config.is("Router") => Kind::Router,
        Some(_) => Kind::Other,
        None if name == "fault" => Kind::Fault,
        None if name == "cors" => Kind::Cors,
        None if name == "router" => Kind::Router,
        None => Kind::Other,
    }
}

/// What is told for the route replaces the filter's own.
fn of_fault(filter: &HttpFilter, own: &[Own<'_>]) -> Result<Fault, End> {
    let config = own.first().map(Own::config);
    let config = match (config, &filter.typed_config, &filter.config) {
        (Some(config), ..) | (None, Some(config), None) => config,
        (None, None, None) => return Ok(Fault::default()),
        (None, _, Some(_)) => return Err(unread(filter)),
    };
    match config.is("HTTPFault") {
        true => config.read().ok_or_else(|| unread(filter)),
        false => Err(unread(filter)),
    }
}

fn of_router(filter: &HttpFilter, seen: &Seen<'_>) -> Result<(), End> {
    let Some(config) = &filter.typed_config else {
        return Ok(());
    };
    let Some(router) = config.read::<Router>() else {
        return Err(unread(filter));
    };
    let own = |name: &http::HeaderName| name.as_str().starts_with("x-envoy-");
    if !router.strict_check_headers.is_empty() && seen.query.headers.keys().any(own) {
        return Err(End::unknown("a router that refuses wrong headers x-envoy-"));
    }
    upstream(&router.upstream_http_filters)
}

/// Filters between the router and a cluster.
pub(super) fn upstream(filters: &[HttpFilter]) -> Result<(), End> {
    match filters.iter().find(|of| !filters::known_upstream(of)) {
        None => Ok(()),
        Some(filter) => Err(End::unknown(format!(
            "the HTTP filter {} behind the router",
            filter.name
        ))),
    }
}
