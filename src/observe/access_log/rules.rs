//! What a reload may change: which requests are logged, and what of them.

use http::HeaderName;

use super::json::escaped;
use super::redact::Redactor;
use crate::config::{self, Share};
use crate::observe::Exchange;

#[derive(Debug)]
pub(super) struct Rules {
    sample: Share,
    /// Each with `"name":` as it stands in the line.
    pub(super) headers: Vec<(HeaderName, Vec<u8>)>,
    pub(super) redactor: Redactor,
}

impl Rules {
    pub(super) fn new(config: &config::AccessLog) -> Self {
        let key = |name: &HeaderName| {
            let mut key = vec![b'"'];
            escaped(name.as_str().as_bytes(), &mut key);
            key.extend_from_slice(b"\":");
            (name.clone(), key)
        };
        Self {
            sample: config.sample,
            headers: config.headers.iter().map(key).collect(),
            redactor: Redactor::new(&config.redact_query),
        }
    }

    /// Whether this request leaves a line: one that failed does, of the others a share.
    pub(super) fn want(&self, exchange: &Exchange<'_>) -> bool {
        exchange.status >= 400
            || exchange.failure.is_some()
            || self.sample == Share::ALL
            || fastrand::u32(..Share::ALL.millionths()) < self.sample.millionths()
    }
}
