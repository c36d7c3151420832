//! `api-gateway explain`: what becomes of one request, and why.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use serde::Serialize;

use super::load::load;
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
    /// One JSON object instead of text.
    pub json: bool,
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
    mesh: Option<()>,
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
    let (host, target, headers) = match read(question) {
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
    let raw = Raw {
        method: &question.method,
        target: target.as_bytes(),
        host: host.as_bytes(),
        headers: &headers,
    };
    let came = outcome(&config, &Table::new(&config), raw);
    let mut answer = answer(&came);
    answer.considered = words::considered(&config, raw, &came);
    let reached = match (&came, &mut answer.upstream) {
        (Outcome::Proxy { service, .. }, Some(upstream)) => {
            locate(&config, service, question.resolve, upstream, err)?
        }
        _ => false,
    };
    if question.json {
        serde_json::to_writer(&mut *out, &answer)?;
        writeln!(out)?;
    } else {
        tell(question, &answer, out)?;
    }
    Ok(u8::from(!reached))
}

fn read(question: &Question) -> Result<(String, String, HeaderMap), String> {
    let mut headers = HeaderMap::new();
    for line in &question.headers {
        let wrong = || format!("-H {line:?} is not a header; write 'Name: value'");
        let (name, value) = line.split_once(':').ok_or_else(wrong)?;
        let name: HeaderName = name.trim().parse().map_err(|_| wrong())?;
        let value: HeaderValue = value.trim().parse().map_err(|_| wrong())?;
        headers.append(name, value);
    }
    let (authority, target) = split(&question.url)?;
    let given = headers.get(header::HOST);
    let given = given.map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    Ok((given.unwrap_or(authority), target, headers))
}

/// The authority and the target of a URL, or of just its path.
fn split(url: &str) -> Result<(String, String), String> {
    // A client keeps the fragment to itself.
    let sent = url.split('#').next().unwrap_or_default();
    if sent.starts_with('/') {
        return Ok((String::new(), sent.to_owned()));
    }
    let wrong = |why: &str| format!("{url:?} {why}; write http://host/path or /path");
    let uri: Uri = sent.parse().map_err(|_| wrong("is no URL"))?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        Some(_) => return Err(wrong("is no http URL")),
        None => return Err(wrong("is no URL")),
    }
    let authority = uri.authority().ok_or_else(|| wrong("is no URL"))?.as_str();
    if authority.contains('@') {
        return Err(wrong("names a user, which no client sends in a request"));
    }
    let after = sent.split_once("://").map_or("", |(_, rest)| rest);
    let target = after.find(['/', '?']).map_or("", |at| &after[at..]);
    let slash = if target.starts_with('/') { "" } else { "/" };
    Ok((authority.to_owned(), format!("{slash}{target}")))
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

fn tell(question: &Question, answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} {}", question.method, question.url)?;
    let row = |out: &mut dyn Write, name: &str, value: &str| writeln!(out, "  {name:<10} {value}");
    match answer.status {
        Some(status) => row(out, "answer", &format!("{status} ({})", answer.action))?,
        None => row(out, "answer", "the service's")?,
    }
    for (name, value) in [
        ("route", &answer.route),
        ("service", &answer.service),
        ("location", &answer.location),
    ] {
        if let Some(value) = value {
            row(out, name, value)?;
        }
    }
    if let Some(allow) = &answer.allow {
        row(out, "allow", &allow.join(", "))?;
    }
    if let Some(upstream) = &answer.upstream {
        row(out, "Host", &upstream.host)?;
        row(out, "path", &upstream.path)?;
        if !upstream.addresses.is_empty() {
            row(out, "addresses", &upstream.addresses.join(", "))?;
        }
    }
    if let Some(limits) = &answer.timeouts_ms {
        let ms = |limit: Option<u64>| limit.map_or("off".to_owned(), |ms| format!("{ms} ms"));
        let deadlines = [
            ("connect", limits.connect),
            ("response header", limits.response_header),
            ("body idle", limits.body_idle),
            ("request", limits.request),
        ];
        let deadlines = deadlines.map(|(name, limit)| format!("{name} {}", ms(limit)));
        row(out, "deadlines", &deadlines.join(", "))?;
    }
    writeln!(out, "why")?;
    for line in &answer.considered {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}
