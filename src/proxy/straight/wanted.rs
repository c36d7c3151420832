//! What a request wants, where the straight way can give it.

use std::borrow::Cow;

use arc_swap::ArcSwap;
use http::{Method, header};

use crate::config::Protocol;
use crate::fields::{Fields, Lines, MOST};
use crate::guard::Incoming;
use crate::proxy::admit::place;
use crate::proxy::client::Client;
use crate::proxy::ctx::Ctx;
use crate::proxy::snapshot::Snapshot;
use crate::route::{Admitted, Choice, Decision, Raw, Request};

/// A request that goes straight to its service.
pub(super) struct Wanted<'a> {
    pub(super) method: Method,
    pub(super) target: &'a [u8],
    pub(super) host: &'a [u8],
    pub(super) fields: Lines<'a>,
    pub(super) choice: Choice,
    /// Normalised.
    pub(super) path: Cow<'a, [u8]>,
    pub(super) query: Option<&'a [u8]>,
    /// Bytes of its body.
    pub(super) length: u64,
    /// Its answer says that no other follows.
    pub(super) is_last: bool,
}

impl<'a> Wanted<'a> {
    /// With the request's context, its place among those in progress taken. `None` when it
    /// isn't this way's: it asks for more than an answer, isn't for a service of HTTP/1.1,
    /// or isn't let through.
    pub(super) fn of(request: &Incoming<'a>, snapshot: &ArcSwap<Snapshot>) -> Option<(Self, Ctx)> {
        let length = request.length()?;
        let fields = request.fields();
        let closes = asks_to_close(fields)?;
        let target = request.target();
        if !request.is_http11() || !target.starts_with(b"/") || fields.len() > MOST {
            return None;
        }
        let snapshot = snapshot.load_full();
        let method = Method::from_bytes(request.method()).ok()?;
        let host = fields.get(&header::HOST)?;
        let raw = Raw {
            method: &method,
            target,
            host,
            headers: fields.into(),
        };
        raw.check().ok()?;
        let mode = snapshot.config.server.path_normalization;
        let Admitted { path, query } = Admitted::of(target, mode).ok()?;
        let routed = Request {
            host,
            method: &method,
            path: &path,
            query,
            headers: fields.into(),
        };
        let Decision::Route(choice) = snapshot.table.decide(&routed) else {
            return None;
        };
        let service = snapshot.upstream(choice.route)?.service();
        if service.protocol != Protocol::Http1 {
            return None;
        }
        let place = place(&snapshot, Some(length), choice.route).ok()?;
        let deadlines = snapshot.deadlines(choice.route)?;
        let client = Client::new(request.peer(), &snapshot.config.server);
        let control = request.control();
        control.begin(deadlines.request, deadlines.response_header);
        let mut ctx = Ctx::new(snapshot, Some(control.clone()));
        ctx.request_id = Some(client.request_id(Fields::from(fields)));
        ctx.client = Some(client);
        ctx.head = request.text().clone();
        ctx.choice = Some(choice);
        ctx.in_flight = Some(place);
        let wanted = Self {
            method,
            target,
            host,
            fields,
            choice,
            path,
            query,
            length,
            is_last: request.is_last() || closes,
        };
        Some((wanted, ctx))
    }
}

/// Whether the request says that no other follows. `None` where a field asks for more than
/// an answer, or goes no further than here.
fn asks_to_close(fields: Lines<'_>) -> Option<bool> {
    let mut closes = false;
    for (name, value) in fields.iter() {
        // Which of them it could be, its length tells.
        let elsewhere: &[&str] = match name.len() {
            2 => &["te"],
            6 => &["expect"],
            7 => &["trailer", "upgrade"],
            10 if name.eq_ignore_ascii_case(b"connection") => {
                let close = value.eq_ignore_ascii_case(b"close");
                // Others that it names would have to go with it.
                if !close && !value.eq_ignore_ascii_case(b"keep-alive") {
                    return None;
                }
                closes |= close;
                continue;
            }
            10 => &["keep-alive"],
            12 if name.eq_ignore_ascii_case(b"content-type") => {
                // Its failures are told in words of its own.
                let grpc = b"application/grpc";
                let media = value.get(..grpc.len());
                if media.is_some_and(|media| media.eq_ignore_ascii_case(grpc)) {
                    return None;
                }
                continue;
            }
            14 => &["http2-settings"],
            16 => &["proxy-connection"],
            17 => &["transfer-encoding"],
            18 => &["proxy-authenticate"],
            19 => &["proxy-authorization"],
            _ => continue,
        };
        let is = |other: &&str| name.eq_ignore_ascii_case(other.as_bytes());
        if elsewhere.iter().any(is) {
            return None;
        }
    }
    Some(closes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Line;

    fn asks(fields: &[(&str, &str)]) -> Option<bool> {
        let mut head = String::new();
        let mut lines = Vec::new();
        for (name, value) in fields {
            let from = head.len();
            head += &format!("{name}: {value}\r\n");
            let value = from + name.len() + 2;
            lines.push(Line::new(
                (from, from + name.len()),
                (value, head.len() - 2),
            ));
        }
        asks_to_close(Lines::new(head.as_bytes(), &lines))
    }

    #[test]
    fn most_requests_ask_for_an_answer_alone() {
        assert_eq!(asks(&[]), Some(false));
        assert_eq!(
            asks(&[("accept", "*/*"), ("Connection", "Keep-Alive")]),
            Some(false)
        );
        assert_eq!(
            asks(&[("connection", "close"), ("content-length", "0")]),
            Some(true)
        );
        assert_eq!(asks(&[("content-type", "application/json")]), Some(false));
    }

    #[test]
    fn what_asks_for_more_goes_elsewhere() {
        for field in [
            ("connection", "close, x-token"),
            ("connection", "upgrade"),
            ("connection", ""),
            ("Transfer-Encoding", "chunked"),
            ("expect", "100-continue"),
            ("TE", "trailers"),
            ("Trailer", "x-sum"),
            ("upgrade", "websocket"),
            ("http2-settings", "AAMAAABk"),
            ("keep-alive", "timeout=5"),
            ("proxy-connection", "close"),
            ("proxy-authenticate", "Basic"),
            ("Proxy-Authorization", "Basic YTpi"),
            ("content-type", "application/grpc"),
            ("content-type", "Application/gRPC+proto"),
        ] {
            assert_eq!(asks(&[field]), None, "{field:?}");
        }
        let two = [("connection", "close"), ("connection", "x-token")];
        assert_eq!(asks(&two), None);
    }
}
