//! The line of a request.

use std::time::Duration;

use http::HeaderName;
use http::header::USER_AGENT;

use super::details;
use super::json::{self, beginning, boundary, number, string, word};
use super::redact::{REDACTED, Redactor, Scratch};
use super::rules::Rules;
use super::time::Clock;
use super::trace::trace_id;
use crate::fields::Fields;
use crate::observe::{Exchange, Origin};

/// The longest target that is logged whole, in bytes as it came.
const MAX_PATH: usize = 8 << 10;

/// The same for any other text.
const MAX_FIELD: usize = 1 << 10;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

const SERVICE_TIME: HeaderName = HeaderName::from_static("x-envoy-upstream-service-time");

/// Formats lines, and keeps its memory from one to the next.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: Vec<u8>,
    /// The values of a header.
    joined: Vec<u8>,
    /// What is left of a value that had secrets.
    value: Vec<u8>,
    scratch: Scratch,
    clock: Clock,
}

impl Line {
    /// The line, its end included.
    pub(super) fn write(&mut self, exchange: &Exchange<'_>, rules: &Rules) -> &[u8] {
        self.text.clear();
        self.request(exchange, rules);
        self.response(exchange);
        self.addresses(exchange);
        self.ours(exchange);
        if !rules.headers.is_empty() {
            self.headers(exchange.request_headers, rules);
        }
        self.text.extend_from_slice(b"}\n");
        &self.text
    }

    fn request(&mut self, exchange: &Exchange<'_>, rules: &Rules) {
        self.key(r#"{"start_time":"#);
        self.clock.write(exchange.start, &mut self.text);
        self.key(r#","method":"#);
        self.text_or_null(exchange.method);
        self.key(r#","path":"#);
        self.target(exchange.target, &rules.redactor);
        self.key(r#","protocol":"#);
        self.word_or_null(exchange.protocol);
        let headers = exchange.request_headers;
        self.key(r#","authority":"#);
        self.authority(exchange.authority);
        self.key(r#","x_forwarded_for":"#);
        self.header(headers, &FORWARDED, None);
        self.key(r#","user_agent":"#);
        self.header(headers, &USER_AGENT, None);
        self.key(r#","request_id":"#);
        self.text_or_null(exchange.request_id.unwrap_or_default());
    }

    fn response(&mut self, exchange: &Exchange<'_>) {
        self.key(r#","response_code":"#);
        number(exchange.status.into(), &mut self.text);
        self.key(r#","response_flags":"#);
        let flag = exchange.failure.map_or("-", |failure| failure.flag());
        word(flag, &mut self.text);
        self.key(r#","response_code_details":"#);
        details::write(exchange, &mut self.text);
        self.key(r#","bytes_received":"#);
        number(exchange.received, &mut self.text);
        self.key(r#","bytes_sent":"#);
        number(exchange.sent, &mut self.text);
        self.key(r#","duration":"#);
        number(milliseconds(exchange.duration), &mut self.text);
        self.key(r#","upstream_service_time":"#);
        self.text_or_null(service_time(exchange.response_headers).unwrap_or_default());
    }

    fn addresses(&mut self, exchange: &Exchange<'_>) {
        let service = exchange.service.map_or("", |(_, name)| name).as_bytes();
        self.key(r#","upstream_host":"#);
        match exchange.upstream {
            Some(address) => json::socket(address, &mut self.text),
            None => self.null(),
        }
        self.key(r#","upstream_cluster":"#);
        let from = self.text.len();
        self.text_or_null(service);
        let written = from..self.text.len();
        self.key(r#","downstream_remote_address":"#);
        match exchange.client {
            Some(address) => json::ip(address, &mut self.text),
            None => self.null(),
        }
        self.key(r#","route_name":"#);
        self.text_or_null(exchange.route.map_or("", |(_, name)| name).as_bytes());
        self.key(r#","service":"#);
        self.text.extend_from_within(written);
    }

    fn ours(&mut self, exchange: &Exchange<'_>) {
        self.key(r#","error_origin":"#);
        self.word_or_null(exchange.origin.map_or("", Origin::name));
        self.key(r#","trace_id":"#);
        let trace = exchange.request_headers.and_then(trace_id);
        self.text_or_null(trace.unwrap_or_default().as_bytes());
        self.key(r#","retries":"#);
        number(exchange.retries.into(), &mut self.text);
        self.key(r#","ttfb":"#);
        match exchange.first_byte {
            Some(time) => number(milliseconds(time), &mut self.text),
            None => self.null(),
        }
    }

    /// Those that the configuration names.
    fn headers(&mut self, headers: Option<Fields<'_>>, rules: &Rules) {
        let mut separator = r#","headers":{"#;
        for (name, key) in &rules.headers {
            self.key(separator);
            self.text.extend_from_slice(key);
            self.header(headers, name, Some(&rules.redactor));
            separator = ",";
        }
        self.text.push(b'}');
    }

    fn key(&mut self, key: &str) {
        self.text.extend_from_slice(key.as_bytes());
    }

    fn null(&mut self) {
        self.text.extend_from_slice(b"null");
    }

    fn word_or_null(&mut self, value: &'static str) {
        match value {
            "" => self.null(),
            value => word(value, &mut self.text),
        }
    }

    fn text_or_null(&mut self, value: &[u8]) {
        match value {
            [] => self.null(),
            value => string(value, MAX_FIELD, &mut self.text),
        }
    }

    /// The target of a request, of any form.
    fn target(&mut self, target: &[u8], redactor: &Redactor) {
        if target.is_empty() {
            return self.null();
        }
        if Redactor::is_plain(target) {
            return string(target, MAX_PATH, &mut self.text);
        }
        let shown = boundary(target, MAX_PATH);
        self.value.clear();
        redactor.target(target, shown, &mut self.scratch, &mut self.value);
        beginning(&self.value, target.len() - shown, &mut self.text);
    }

    /// A host, without the user that doesn't belong there.
    fn authority(&mut self, authority: &[u8]) {
        let Some(at) = authority.iter().rposition(|&byte| byte == b'@') else {
            return self.text_or_null(authority);
        };
        self.value.clear();
        self.value.extend_from_slice(REDACTED);
        self.value.extend_from_slice(&authority[at..]);
        string(&self.value, MAX_FIELD, &mut self.text);
    }

    /// All values of a header, with commas between them as HTTP means it; through
    /// `redactor` when URLs may be among them.
    fn header(&mut self, all: Option<Fields<'_>>, name: &HeaderName, redactor: Option<&Redactor>) {
        let mut values = all.unwrap_or(Fields::NONE).get_all(name);
        let Some(mut all) = values.next() else {
            return self.null();
        };
        if let Some(second) = values.next() {
            self.joined.clear();
            self.joined.extend_from_slice(all);
            for value in std::iter::once(second).chain(values) {
                self.joined.push(b',');
                self.joined.extend_from_slice(value);
            }
            all = &self.joined;
        }
        let (shown, rest) = all.split_at(boundary(all, MAX_FIELD));
        match redactor {
            Some(redactor) if !Redactor::is_plain(all) => {
                self.value.clear();
                redactor.value(all, shown.len(), &mut self.scratch, &mut self.value);
                beginning(&self.value, rest.len(), &mut self.text);
            }
            _ => beginning(shown, rest.len(), &mut self.text),
        }
    }
}

/// Whole ones that have passed.
fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// What the sidecar says that the service took, in milliseconds; as text, as Envoy logs it.
fn service_time(headers: Option<Fields<'_>>) -> Option<&[u8]> {
    let value = headers?.get(&SERVICE_TIME)?;
    let is_number = value.iter().all(u8::is_ascii_digit) && value.len() <= 20;
    is_number.then_some(value)
}
