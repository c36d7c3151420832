//! `services:`.

use super::super::model::{Action, Authority, HostPolicy, Route, Service, ServiceHost};
use super::super::raw;
use super::super::report::Report;
use super::super::shape::{Entries, Section, Shape as _};
use super::super::text::{nearest, quote};
use super::super::tree::child;
use super::super::value::check_name;
use super::limits::service_limits;
use super::timeouts::service_timeouts;
use super::{missing, required, value, without_value};

const PATH: &str = "services";

const FIX: &str =
    r#"write at least one, such as auth-service: { url: "http://auth-service:8002" }"#;

/// What `services:` says.
pub(super) struct Services {
    /// All names in the file; those of services with mistakes are no reason to
    /// call a route's reference wrong.
    pub(super) names: Vec<String>,
    pub(super) built: Vec<Service>,
}

pub(super) fn services(raw: Option<Entries<raw::Service>>, report: &mut Report) -> Services {
    let mut services = Services {
        names: Vec::new(),
        built: Vec::new(),
    };
    let Some(Entries(entries)) = raw else {
        missing(PATH, FIX, report);
        return services;
    };
    if entries.is_empty() && !report.is_covered(PATH) {
        report.error(PATH, "is empty", FIX);
    }
    for (name, raw) in entries {
        let path = child(PATH, &name);
        if let Err(mistake) = check_name(&name) {
            report.error_at_key(&path, mistake.message, mistake.fix);
        }
        match raw {
            Some(Section(raw)) => services.built.extend(service(&name, &path, &raw, report)),
            None => without_value(&path, raw::Service::FIX, report),
        }
        services.names.push(name);
    }
    services
}

fn service(name: &str, path: &str, raw: &raw::Service, report: &mut Report) -> Option<Service> {
    let url = child(path, "url");
    let authority = required(&url, raw.url.as_ref(), report);
    let host = value(&child(path, "host"), raw.host.as_ref(), report).flatten();
    let protocol = value(&child(path, "protocol"), raw.protocol.as_ref(), report);
    let timeouts = child(path, "timeouts");
    let timeouts = service_timeouts(&timeouts, raw.timeouts.as_ref(), report);
    let limits = service_limits(&child(path, "limits"), raw.limits.as_ref(), report);
    let authority = authority?;
    let what = match &authority.host {
        ServiceHost::Ip(_) => Some("is an address"),
        ServiceHost::Name(name) if is_localhost(name) => Some("is this machine"),
        ServiceHost::Name(_) => None,
    };
    if let Some(what) = what {
        report.warning(
            &url,
            format!("{what}, for which a sidecar has no virtual host"),
            "write the service's name, as in http://auth-service:8002",
        );
    }
    check_host(
        &child(path, "host"),
        &url,
        host.as_ref(),
        &authority,
        report,
    );
    Some(Service {
        name: name.to_owned(),
        host: host.unwrap_or_else(|| HostPolicy::Literal(authority.text.clone())),
        authority,
        protocol: protocol.unwrap_or_default(),
        timeouts,
        limits,
    })
}

/// Warns about a Host for which a sidecar has no virtual host.
fn check_host(
    path: &str,
    url: &str,
    host: Option<&HostPolicy>,
    authority: &Authority,
    report: &mut Report,
) {
    let (path, text) = match host {
        Some(HostPolicy::Preserve) => {
            report.warning(
                path,
                "sends the client's Host, for which a sidecar has no virtual host",
                "leave the key out, unless there is no mesh",
            );
            return;
        }
        Some(HostPolicy::Literal(text)) => (path, text.as_str()),
        None => (url, authority.text.as_str()),
    };
    let name = text.rsplit_once(':').map_or(text, |(name, _)| name);
    if name.ends_with('.') {
        report.warning(
            path,
            "ends in a dot, and a sidecar has no virtual host of that name",
            format!(
                "write {}",
                text.replacen(name, name.trim_end_matches('.'), 1)
            ),
        );
    }
    if let (Some(_), Some(meant)) = (host, nearest(text, ["service", "preserve"])) {
        report.warning(
            path,
            format!("{} is sent as it is", quote(text)),
            format!("did you mean `{meant}`?"),
        );
    }
}

/// RFC 6761, section 6.3.
fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Warns about services that no route uses; with a mistake in the routes it
/// isn't known which those are.
pub(super) fn warn_unused(services: &Services, routes: &[Route], report: &mut Report) {
    if report.is_covered("routes") {
        return;
    }
    let mut used = vec![false; services.names.len()];
    for route in routes {
        if let Action::Proxy { service, .. } = &route.action
            && let Some(used) = used.get_mut(*service)
        {
            *used = true;
        }
    }
    for (name, used) in services.names.iter().zip(used) {
        if !used {
            report.warning(
                &child(PATH, name),
                "is used by no route",
                "add a route with this service, or remove it",
            );
        }
    }
}
