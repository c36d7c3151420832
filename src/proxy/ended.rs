//! What is told of a request when it has ended.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use log::warn;
use pingora_http::RequestHeader;
use pingora_proxy::Session;

use super::client;
use super::ctx::Ctx;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::observe::{self, Evidence, Exchange, Origin, looks_like_host_mismatch, plain};

/// More of a path tells nothing.
const LONGEST_PATH: usize = 256;

/// A status of this or more is an error.
pub(super) const ERROR: u16 = 400;

/// The parts of the request and its answer that aren't in the context.
pub(super) struct Wire<'a> {
    pub(super) method: &'a [u8],
    pub(super) target: &'a [u8],
    pub(super) protocol: &'static str,
    pub(super) authority: &'a [u8],
    pub(super) headers: Option<Fields<'a>>,
    /// The status that the client got.
    pub(super) written: Option<StatusCode>,
    /// The fields that came with it, as the service sent them or as the client got them.
    pub(super) response: Option<Fields<'a>>,
    pub(super) sent: u64,
}

impl Ctx {
    /// Tells of a request that came to its last phase.
    pub(super) fn ended(&mut self, session: &Session) {
        let request = session.req_header();
        let written = session.response_written();
        self.tell(&Wire {
            method: request.method.as_str().as_bytes(),
            target: request.raw_path(),
            protocol: protocol(request.version),
            authority: client::host(request),
            headers: Some((&request.headers).into()),
            written: written.map(|response| response.status),
            response: written.map(|response| (&response.headers).into()),
            sent: session.body_bytes_sent() as u64,
        });
    }

    /// Tells of one that was dropped before.
    pub(super) fn killed(&mut self) {
        let head = std::mem::take(&mut self.head);
        let (method, target) = request_line(&head);
        let (protocol, headers) = rest_of(&head);
        let authority = headers.get(HOST).map(HeaderValue::as_bytes);
        self.tell(&Wire {
            method,
            target,
            protocol,
            authority: authority.unwrap_or_default(),
            headers: Some((&headers).into()),
            written: None,
            response: None,
            sent: self.sent,
        });
    }

    pub(super) fn tell(&mut self, wire: &Wire<'_>) {
        if std::mem::replace(&mut self.observed, true) {
            return;
        }
        let duration = self.times.began.elapsed();
        let start = SystemTime::now();
        let snapshot = &self.snapshot;
        let route = self.choice.map(|choice| choice.route);
        let service = route.and_then(|route| snapshot.service(route));
        let status = self.status(wire.written);
        self.report_mismatch(status, wire);
        snapshot.observe(&Exchange {
            start: start.checked_sub(duration).unwrap_or(start),
            duration,
            first_byte: self.times.first_byte,
            method: wire.method,
            target: wire.target,
            protocol: wire.protocol,
            authority: wire.authority,
            request_headers: wire.headers,
            response_headers: wire.response.filter(|_| self.response_began),
            client: self.client.map(|client| client.ip),
            request_id: self.request_id.as_ref().map(|id| id.as_bytes()),
            route: route.map(|at| (at, snapshot.config.routes[at].name.as_str())),
            service,
            upstream: self.address,
            reused: self.reused,
            connect: self.times.connect,
            retries: self.tries.saturating_sub(1),
            status,
            failure: self.failure,
            ended_by: self.ended_by(),
            origin: self.origin(status, wire.response),
            received: self.body_bytes,
            sent: wire.sent,
        });
    }

    /// What the client got; the failure's when it got nothing.
    fn status(&self, written: Option<StatusCode>) -> u16 {
        let written = written.map(|status| status.as_u16());
        let written = written.filter(|status| *status >= 200 || *status == 101);
        match self.failure {
            Some(Failure::ClientGone) => Failure::ClientGone.status(),
            // Of an answer that was cut the client knows the status that it began with;
            // gRPC has 200 for failures, too.
            Some(failure) if !self.response_began => failure.status(),
            failure => written
                .or(self.began_with)
                .unwrap_or_else(|| failure.unwrap_or(Failure::Internal).status()),
        }
    }

    fn origin(&self, status: u16, response: Option<Fields<'_>>) -> Option<Origin> {
        if self.failure == Some(Failure::ClientGone) {
            // Nobody made an error that anybody got.
            return None;
        }
        if self.failure.is_none() && status < ERROR {
            return None;
        }
        let evidence = self.evidence(response);
        Some(evidence.map_or(Origin::Gateway, |evidence| Origin::of(&evidence)))
    }

    /// What the service's answer gives away; `None` when the answer is the gateway's.
    fn evidence<'a>(&'a self, response: Option<Fields<'a>>) -> Option<Evidence<'a>> {
        // As the service sent them, where a route's rules may have changed them since.
        let came = self.evidence.as_deref().map(Fields::from);
        Some(Evidence {
            status: self.began_with?,
            headers: came.or(response)?,
            body: &self.beginning,
            cut: self.failure.is_some(),
        })
    }

    /// Says which command shows why the sidecar answered as it does for a Host that it
    /// doesn't know.
    fn report_mismatch(&self, status: u16, wire: &Wire<'_>) {
        let evidence = self.evidence(wire.response);
        if !evidence.is_some_and(|evidence| looks_like_host_mismatch(&evidence)) {
            return;
        }
        let (snapshot, route) = (&self.snapshot, self.choice.map(|choice| choice.route));
        let (Some(route), true) = (route, snapshot.may_tell_mismatch()) else {
            return;
        };
        // Without the query: secrets travel in it.
        let path = observe::path(wire.target);
        let path = path.get(..LONGEST_PATH).unwrap_or(path);
        warn!(
            "route {}: the sidecar's {status} looks as if it had no virtual host for the Host that \
             is sent; see `api-gateway explain --config FILE -X {} http://{}{}`",
            snapshot.config.routes[route].name,
            plain(wire.method),
            plain(wire.authority),
            plain(path),
        );
    }

    /// The key of what ended it.
    fn ended_by(&self) -> Option<&'static str> {
        let fired = self.control.as_ref().and_then(|control| control.fired());
        if let Some(deadline) = fired {
            return Some(deadline.path());
        }
        match self.failure? {
            Failure::ConnectTimeout => Some("timeouts.connect"),
            Failure::HeaderTooLarge => Some("limits.headers"),
            Failure::TargetTooLong => Some("limits.target_bytes"),
            Failure::BodyTooLarge => Some("limits.request_body"),
            Failure::Overloaded => Some("limits.in_flight"),
            _ => None,
        }
    }
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    }
}

/// Method and target of a head as it came.
pub(super) fn request_line(head: &[u8]) -> (&[u8], &[u8]) {
    let mut words = head.trim_ascii_start().split(|&b| b == b' ');
    match (words.next(), words.next()) {
        (Some(method), Some(target)) => (method, target),
        _ => (b"-", b"-"),
    }
}

/// What a request of HTTP/2, which has no such text, would begin with. Of its headers only
/// those that identify it.
pub(super) fn head_of(request: &RequestHeader) -> Bytes {
    static KEPT: [HeaderName; 3] = [
        USER_AGENT,
        HeaderName::from_static("x-forwarded-for"),
        HeaderName::from_static("traceparent"),
    ];
    let value = |name| request.headers.get(name).map(HeaderValue::as_bytes);
    let values = KEPT.each_ref().map(value);
    let fields = KEPT.iter().zip(values);
    let fields = fields.filter_map(|(name, value)| Some([name.as_str().as_bytes(), value?]));
    let first: [&[u8]; 5] = [
        request.method.as_str().as_bytes(),
        b" ",
        request.raw_path(),
        b" HTTP/2\r\nhost: ",
        client::host(request),
    ];
    let field = |[name, value]: [&[u8]; 2]| 4 + name.len() + value.len();
    let length = first.iter().map(|part| part.len()).sum::<usize>();
    // It is made for each request and read for few: one piece of memory, of its size.
    let mut head = Vec::with_capacity(length + fields.clone().map(field).sum::<usize>());
    for part in first {
        head.extend_from_slice(part);
    }
    for [name, value] in fields {
        for part in [b"\r\n", name, b": ", value] {
            head.extend_from_slice(part);
        }
    }
    head.into()
}

/// The version and the headers of a head that has been checked.
fn rest_of(head: &[u8]) -> (&'static str, HeaderMap) {
    let mut lines = head.trim_ascii_start().split(|&b| b == b'\n');
    let first = lines.next().unwrap_or_default().trim_ascii_end();
    let protocol = match first.rsplit(|&b| b == b' ').next() {
        Some(b"HTTP/1.0") => "HTTP/1.0",
        Some(b"HTTP/2") => "HTTP/2",
        _ => "HTTP/1.1",
    };
    let fields = lines.filter_map(|line| {
        let colon = line.iter().position(|&b| b == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        Some((name, value))
    });
    (protocol, fields.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_was_killed_is_known_by_its_head() {
        let head = b"GET /a HTTP/1.0\r\nHost: h.example\r\nUser-Agent:  x y \r\n\r\n";
        let (protocol, headers) = rest_of(head);
        assert_eq!((protocol, headers.len()), ("HTTP/1.0", 2));
        assert_eq!(
            (&headers["host"], &headers["user-agent"]),
            (&"h.example".parse().unwrap(), &"x y".parse().unwrap())
        );
        let mut request = RequestHeader::build("POST", b"/b?c", None).unwrap();
        request.insert_header("host", "h.example").unwrap();
        request.insert_header("traceparent", "00-1").unwrap();
        let head = head_of(&request);
        assert_eq!(
            head.len(),
            head.try_into_mut().map_or(0, |head| head.capacity())
        );
        let head = head_of(&request);
        assert_eq!(request_line(&head), (&b"POST"[..], &b"/b?c"[..]));
        let (protocol, headers) = rest_of(&head);
        assert_eq!((protocol, headers.len()), ("HTTP/2", 2));
        assert_eq!(rest_of(b"").1.len(), 0);
    }
}
