//! The answer as text.

use std::io::{self, Write};
use std::time::Duration;

use super::mesh::{MeshAnswer, TwinAnswer};
use super::{Answer, Question};
use crate::cli::paint::{Paint, Style};
use crate::mesh::{Http, Policy, Rung, Target, Tls, Verdict};

pub(super) fn tell(
    question: &Question,
    answer: &Answer,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let first = format!("{} {}", question.method, question.url);
    writeln!(out, "{}", paint.styled(Style::Heading, &first))?;
    let row = |out: &mut dyn Write, name: &str, value: &str| {
        let text = paint.paragraph(&format!("  {name:<10} "), Style::Plain, value);
        out.write_all(text.as_bytes())
    };
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
    writeln!(out, "{}", paint.styled(Style::Heading, "why"))?;
    for line in &answer.considered {
        out.write_all(paint.paragraph("  ", Style::Plain, line).as_bytes())?;
    }
    match &answer.mesh {
        Some(mesh) => sidecar(mesh, paint, out),
        None => Ok(()),
    }
}

/// The width of the names in the sidecar's part.
const NAMES: usize = 14;

fn sidecar(mesh: &MeshAnswer, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let row = |name: &str| format!("  {name:<NAMES$}");
    let heading = match &mesh.proxy {
        Some(proxy) => format!("the sidecar ({proxy})"),
        None => "the sidecar".to_owned(),
    };
    let mut text = paint.paragraph("", Style::Heading, &heading);
    let destination = format!("{} ({})", mesh.destination, mesh.destination_from);
    text += &paint.paragraph(&row("destination"), Style::Plain, &destination);
    for step in &mesh.steps {
        text += &paint.paragraph(&row(step.what), Style::Plain, &step.chosen);
        text += &paint.paragraph(&row(""), Style::Faint, &step.why);
        for lost in &step.lost {
            text += &paint.paragraph(&format!("{}- ", row("")), Style::Faint, lost);
        }
    }
    if let Some(target) = &mesh.target {
        text += &cluster(target, mesh, paint);
    }
    if let Some(policy) = &mesh.policy {
        text += &paint.paragraph(&row("timeout"), Style::Plain, &span(policy.timeout));
        text += &paint.paragraph(&row("retries"), Style::Plain, &retries(policy));
    }
    for (name, value) in [
        ("path then", &mesh.rewritten.target),
        ("path changed", &mesh.rewritten.how),
        ("Host then", &mesh.rewritten.host),
    ] {
        if let Some(value) = value {
            text += &paint.paragraph(&row(name), Style::Plain, value);
        }
    }
    for note in &mesh.notes {
        text += &paint.paragraph(&row("note"), Style::Faint, note);
    }
    let style = style(mesh.verdict, mesh.reached);
    text += &paint.paragraph("", Style::Heading, "verdict");
    text += &paint.paragraph("  ", style, mesh.verdict.as_str());
    text += &paint.paragraph("  ", Style::Plain, &mesh.why);
    if let Some(twin) = &mesh.twin {
        text += &twins(twin, paint);
    }
    if let Some(ladder) = &mesh.ladder {
        text += &paint.paragraph("", Style::Heading, "at worst, for one request of a client");
        text += &paint.paragraph(&row("gateway"), Style::Plain, &rung(&ladder.gateway));
        text += &paint.paragraph(&row("sidecar"), Style::Plain, &rung(&ladder.sidecar));
        let together = Rung {
            attempts: ladder.attempts,
            longest: ladder.longest,
        };
        text += &paint.paragraph(&row("together"), Style::Plain, &rung(&together));
    }
    out.write_all(text.as_bytes())
}

fn style(verdict: Verdict, reached: bool) -> Style {
    match verdict {
        Verdict::Routed if reached => Style::Good,
        Verdict::Unknown | Verdict::Redirect | Verdict::DirectResponse => Style::Doubtful,
        _ => Style::Bad,
    }
}

fn twins(twin: &TwinAnswer, paint: Paint) -> String {
    let heading = match twin.kept {
        true => "if the client's Host were kept",
        false => "if the Host were the service's",
    };
    let mut text = paint.paragraph("", Style::Heading, heading);
    let style = style(twin.verdict, twin.reached);
    let said = format!("{} with Host {}", twin.verdict.as_str(), twin.host);
    text += &paint.paragraph("  ", style, &said);
    text += &paint.paragraph("  ", Style::Plain, &twin.why);
    text
}

/// How many endpoints are told of.
const ENDPOINTS: usize = 8;

fn cluster(target: &Target, mesh: &MeshAnswer, paint: Paint) -> String {
    let row = |name: &str| format!("  {name:<NAMES$}");
    let mut text = paint.paragraph(&row("cluster"), Style::Plain, &target.cluster);
    for share in &mesh.shares {
        let share = format!("weight {}: {}", share.weight, share.cluster);
        text += &paint.paragraph(&format!("{}- ", row("")), Style::Faint, &share);
    }
    let kind = format!("{}, {}{}", target.kind, tls(&target.tls), http(target));
    text += &paint.paragraph(&row(""), Style::Faint, &kind);
    match target.endpoints.as_deref() {
        None if target.kind == "ORIGINAL_DST" => {}
        None => {
            let none = "not in the dump (?include_eds has them)";
            text += &paint.paragraph(&row("endpoints"), Style::Faint, none);
        }
        Some([]) => text += &paint.paragraph(&row("endpoints"), Style::Bad, "none"),
        Some(all) => {
            for (index, of) in all.iter().take(ENDPOINTS).enumerate() {
                let name = if index == 0 { "endpoints" } else { "" };
                let wrapped = match of.tls == target.tls {
                    true => String::new(),
                    false => format!(", {}", tls(&of.tls)),
                };
                let style = match of.health.as_str() {
                    "HEALTHY" => Style::Plain,
                    _ => Style::Doubtful,
                };
                let said = format!("{} {}{wrapped}", of.address, of.health);
                text += &paint.paragraph(&row(name), style, &said);
            }
            if all.len() > ENDPOINTS {
                let more = format!("and {} more", all.len() - ENDPOINTS);
                text += &paint.paragraph(&row(""), Style::Faint, &more);
            }
        }
    }
    text
}

/// Nothing of HTTP/1.1, which is what they all take.
fn http(target: &Target) -> &'static str {
    match target.http {
        Http::One => "",
        Http::Two => ", HTTP/2",
        Http::Three => ", HTTP/3",
        Http::AsReceived if target.http2 => ", HTTP/2 as the gateway sends it",
        Http::AsReceived => ", HTTP/1.1 as the gateway sends it",
        Http::Negotiated => ", HTTP/2 or HTTP/1.1 as the endpoint takes it",
    }
}

fn tls(tls: &Tls) -> String {
    match tls {
        Tls::Plaintext => "plaintext".to_owned(),
        Tls::Mutual { sni } if sni.is_empty() => "mutual TLS".to_owned(),
        Tls::Mutual { sni } => format!("mutual TLS as {sni}"),
        Tls::Simple { sni } if sni.is_empty() => "TLS".to_owned(),
        Tls::Simple { sni } => format!("TLS as {sni}"),
        Tls::ByEndpoint => "TLS as each endpoint's metadata says".to_owned(),
        Tls::Mixed => "not all endpoints alike".to_owned(),
        Tls::Other(name) => format!("wrapped by {name}"),
    }
}

fn retries(policy: &Policy) -> String {
    if policy.retries == 0 {
        return "none".to_owned();
    }
    let per_try = policy.per_try_timeout;
    let per_try = per_try.map(|limit| format!(", each within {}", span(Some(limit))));
    let codes: Vec<_> = policy
        .retriable_status_codes
        .iter()
        .map(u16::to_string)
        .collect();
    let codes = match codes.as_slice() {
        [] => String::new(),
        codes => format!(" ({})", codes.join(", ")),
    };
    format!(
        "{}{}, on {}{codes}",
        policy.retries,
        per_try.unwrap_or_default(),
        policy.retry_on.join(", "),
    )
}

fn rung(rung: &Rung) -> String {
    let plural = if rung.attempts == 1 { "" } else { "s" };
    format!(
        "{} attempt{plural}, {}",
        rung.attempts,
        match rung.longest {
            None => "no limit of time".to_owned(),
            limit => span(limit),
        }
    )
}

fn span(limit: Option<Duration>) -> String {
    match limit {
        None => "none".to_owned(),
        Some(limit) => format!("{} s", limit.as_secs_f64()),
    }
}
