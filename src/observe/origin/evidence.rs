//! What an answer shows.

use http::HeaderName;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, SERVER, TRANSFER_ENCODING};

use super::text::{self, BODY, Text};
use crate::fields::Fields;

static GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
static GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
static UPSTREAM_TIME: HeaderName = HeaderName::from_static("x-envoy-upstream-service-time");
static RATE_LIMITED: HeaderName = HeaderName::from_static("x-envoy-ratelimited");
static OVERLOADED: HeaderName = HeaderName::from_static("x-envoy-overloaded");

/// What an answer of a service gives away about who made it.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Its status.
    pub status: u16,
    /// Its headers, as they came.
    pub headers: Fields<'a>,
    /// The first bytes of the body, as far as they are known; more than [`BODY`] are of
    /// no use.
    pub body: &'a [u8],
    /// Whether the service's connection ended before the answer did.
    pub cut: bool,
}

impl<'a> Evidence<'a> {
    /// The text of the error: for gRPC it is in a header, beside a status of 200.
    pub(super) fn message(&self) -> &'a [u8] {
        if self.is_grpc() {
            self.headers.get(&GRPC_MESSAGE).unwrap_or_default()
        } else {
            self.body
        }
    }

    /// Whether it is one of gRPC that ends with its header.
    pub(super) fn is_grpc(&self) -> bool {
        self.body.is_empty() && self.headers.contains(&GRPC_STATUS)
    }

    /// Whether what is known of the body is all that matters.
    fn is_whole(&self) -> bool {
        let known = self.body.len();
        let length = self.headers.get(&CONTENT_LENGTH);
        let length = length.and_then(|value| str::from_utf8(value).ok()?.parse().ok());
        let framed = known == 0 && self.headers.contains(&TRANSFER_ENCODING);
        !self.cut
            && !framed
            && (known >= BODY || length.is_none_or(|length: usize| length <= known))
    }

    fn text(&self) -> Text {
        let message = self.message();
        if self.is_grpc() {
            // The status is 200 whatever it was, so it can't confirm a text.
            return match text::find(message) {
                Some(found) if !found.is_common() => Text::Known,
                _ => Text::Other,
            };
        }
        let whole = self.is_whole();
        if whole && message.is_empty() {
            return Text::Empty;
        }
        // Envoy writes just this; frameworks add a charset.
        let plain = self.headers.get(&CONTENT_TYPE) == Some(b"text/plain");
        match text::find(message) {
            Some(found) if plain && found.goes_with(self.status) => {
                if found.is_common() {
                    Text::Common
                } else {
                    Text::Known
                }
            }
            Some(found) if !found.is_common() => Text::Misplaced,
            None if plain && !whole && text::begins(message) => Text::Unseen,
            _ => Text::Other,
        }
    }
}

/// What `server` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    Envoy,
    Other,
    Absent,
    /// They disagree.
    Several,
}

impl Server {
    fn of(headers: Fields<'_>) -> Self {
        let all = headers.get_all(&SERVER);
        all.fold(Self::Absent, |so_far, value| {
            let this = match value {
                b"envoy" | b"istio-envoy" => Self::Envoy,
                _ => Self::Other,
            };
            if so_far == Self::Absent || so_far == this {
                this
            } else {
                Self::Several
            }
        })
    }
}

/// The evidence, read.
pub(super) struct Signs {
    pub(super) server: Server,
    /// An Envoy got the answer from the next one, and after the whole request.
    pub(super) upstream_time: bool,
    /// It has a header that Envoy sets when it refuses because of a limit.
    pub(super) limited: bool,
    pub(super) text: Text,
}

impl Signs {
    pub(super) fn of(evidence: &Evidence<'_>) -> Self {
        let has = |name| evidence.headers.contains(name);
        Self {
            server: Server::of(evidence.headers),
            upstream_time: has(&UPSTREAM_TIME),
            limited: has(&RATE_LIMITED) || has(&OVERLOADED),
            text: evidence.text(),
        }
    }
}
