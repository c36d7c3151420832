//! `api-gateway explain`: what becomes of one request, and why.

pub(super) mod mesh;
mod question;
pub(super) mod sent;
mod text;

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use http::Method;
use serde::Serialize;

use super::dump::{self, Source};
use super::load::load;
use super::paint::Paint;
use super::words;
use crate::config::{Config, Route, Service, ServiceHost};
use crate::route::{Outcome, Raw, Table, outcome};
use crate::upstream::resolve;

/// What is asked about.
#[derive(Debug)]
pub struct Question {
    /// The method.
    pub method: Method,
    /// `Name: value` each.
    pub headers: Vec<String>,
    /// A URL, or just its path.
    pub url: String,
    /// Ask DNS for the service's addresses.
    pub resolve: bool,
    /// The configuration of the sidecar, which is asked then too.
    pub sidecar: Option<Source>,
    /// One JSON object instead of text.
    pub json: bool,
    /// Colours in the text.
    pub colors: bool,
}

/// The answer, as `--output json` has it. What is absent is null.
#[derive(Debug, Default, Serialize)]
struct Answer {
    action: &'static str,
    status: Option<u16>,
    route: Option<String>,
    service: Option<String>,
    upstream: Option<UpstreamAnswer>,
    timeouts_ms: Option<TimeoutsMs>,
    location: Option<String>,
    allow: Option<Vec<String>>,
    considered: Vec<String>,
    mesh: Option<mesh::MeshAnswer>,
}

#[derive(Debug, Serialize)]
struct UpstreamAnswer {
    host: String,
    path: String,
    address: Option<String>,
    addresses: Vec<String>,
}

#[derive(Debug, Serialize)]
struct TimeoutsMs {
    connect: Option<u64>,
    response_header: Option<u64>,
    body_idle: Option<u64>,
    idle: Option<u64>,
    request: Option<u64>,
}

/// Answers from the file at `path`. The exit code is 0 when the request reaches a
/// service, 1 when it doesn't, 2 when the question makes no sense.
///
/// # Errors
///
/// When `out` or `err` can't be written to.
pub fn run(
    path: &Path,
    question: &Question,
    env: &dyn Fn(&str) -> Option<String>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let (host, target, headers) = match question::read(question) {
        Ok(parts) => parts,
        Err(why) => {
            writeln!(err, "{why}")?;
            return Ok(2);
        }
    };
    let (config, report) = load(path, env);
    let Some(config) = config else {
        writeln!(err, "{report}")?;
        return Ok(1);
    };
    let dump = match question.sidecar.as_ref().map(dump::read).transpose() {
        Ok(dump) => dump,
        Err(none) => {
            writeln!(err, "{none}")?;
            return Ok(none.exit_code());
        }
    };
    let raw = Raw {
        method: &question.method,
        target: target.as_bytes(),
        host: host.as_bytes(),
        headers: (&headers).into(),
    };
    let came = outcome(&config, &Table::new(&config), raw);
    let mut answer = answer(&came);
    answer.considered = words::considered(&config, raw, &came);
    let mut reached = match (&came, &mut answer.upstream) {
        (Outcome::Proxy { service, .. }, Some(upstream)) => {
            locate(&config, service, question.resolve, upstream, err)?
        }
        _ => false,
    };
    if let (Some(dump), Some(upstream)) = (&dump, &answer.upstream) {
        let mesh = mesh::ask(dump, &config, raw, &came, &upstream.addresses);
        reached &= mesh.as_ref().is_some_and(|mesh| mesh.reached);
        answer.mesh = mesh;
    }
    if question.json {
        serde_json::to_writer(&mut *out, &answer)?;
        writeln!(out)?;
    } else {
        let paint = Paint {
            colors: question.colors,
        };
        text::tell(question, &answer, paint, out)?;
    }
    Ok(u8::from(!reached))
}

fn answer(came: &Outcome<'_>) -> Answer {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = came.status();
    match came {
        Outcome::Proxy {
            route,
            service,
            host,
            target,
        } => Answer {
            action: "proxy",
            route: Some(route.name.clone()),
            service: Some(service.name.clone()),
            upstream: Some(UpstreamAnswer {
                host: text(host),
                path: text(target),
                address: None,
                addresses: Vec::new(),
            }),
            timeouts_ms: Some(timeouts(route, service)),
            ..Answer::default()
        },
        Outcome::Redirect {
            route, location, ..
        } => Answer {
            action: "redirect",
            status,
            route: Some(route.name.clone()),
            location: Some(text(location)),
            ..Answer::default()
        },
        Outcome::Builtin(_) => Answer {
            action: "builtin",
            status,
            ..Answer::default()
        },
        Outcome::Reject(_, allow) => Answer {
            action: "reject",
            status,
            allow: (!allow.is_empty()).then(|| allow.clone()),
            ..Answer::default()
        },
    }
}

fn timeouts(route: &Route, service: &Service) -> TimeoutsMs {
    let ms = |limit: Option<Duration>| limit.and_then(|d| u64::try_from(d.as_millis()).ok());
    let (own, of) = (&route.timeouts, &service.timeouts);
    TimeoutsMs {
        connect: ms(of.connect),
        response_header: ms(own.response_header.unwrap_or(of.response_header)),
        body_idle: ms(own.body_idle.unwrap_or(of.body_idle)),
        idle: ms(of.idle),
        request: ms(own.request.unwrap_or(of.request)),
    }
}

/// Fills in the addresses. False when the name was asked for and has none.
fn locate(
    config: &Config,
    service: &Service,
    ask: bool,
    upstream: &mut UpstreamAnswer,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let ips: Vec<IpAddr> = match &service.authority.host {
        ServiceHost::Ip(ip) => vec![*ip],
        ServiceHost::Name(_) if !ask => return Ok(true),
        ServiceHost::Name(name) => match resolve(name, &config.dns) {
            Ok(ips) => ips,
            Err(why) => {
                writeln!(err, "service {}: {why}", service.name)?;
                return Ok(false);
            }
        },
    };
    let port = service.authority.port;
    let addresses = ips.iter().map(|ip| SocketAddr::new(*ip, port).to_string());
    upstream.addresses = addresses.collect();
    upstream.address = upstream.addresses.first().cloned();
    Ok(true)
}
