//! Ports and status codes.

use std::ops::RangeInclusive;

use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// `routes[].redirect.port`.
#[derive(Debug)]
pub(in super::super) enum Port {}

impl Value for Port {
    type Out = u16;

    const FIX: &'static str = "write a port from 1 to 65535";

    fn read(text: &str) -> Result<u16, Mistake> {
        number(text, 1..=u16::MAX).ok_or_else(|| {
            let message = format!("{} is not a port", quote(text));
            Mistake::new(message, Self::FIX)
        })
    }

    fn schema() -> Vec<serde_json::Value> {
        integers(1, u16::MAX)
    }
}

/// `tests[].expect.status`.
#[derive(Debug)]
pub(in super::super) enum Status {}

impl Value for Status {
    type Out = u16;

    const FIX: &'static str = "write a status from 100 to 599";

    fn read(text: &str) -> Result<u16, Mistake> {
        number(text, 100..=599).ok_or_else(|| {
            let message = format!("{} is not a status", quote(text));
            Mistake::new(message, Self::FIX)
        })
    }

    fn schema() -> Vec<serde_json::Value> {
        integers(100, 599)
    }
}

/// `routes[].redirect.status`.
#[derive(Debug)]
pub(in super::super) enum RedirectStatus {}

/// Those that say where to go (RFC 9110, section 15.4).
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

impl Value for RedirectStatus {
    type Out = u16;

    const FIX: &'static str = "write 301, 302, 303, 307 or 308";

    fn read(text: &str) -> Result<u16, Mistake> {
        number(text, 300..=399)
            .filter(|status| REDIRECTS.contains(status))
            .ok_or_else(|| {
                let message = format!("{} is not the status of a redirect", quote(text));
                Mistake::new(message, Self::FIX)
            })
    }

    fn schema() -> Vec<serde_json::Value> {
        let texts = REDIRECTS.map(|status| status.to_string());
        vec![json!({ "enum": REDIRECTS }), json!({ "enum": texts })]
    }
}

fn number(text: &str, range: RangeInclusive<u16>) -> Option<u16> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok()?;
    (digits && range.contains(&number)).then_some(number)
}

fn integers(minimum: u16, maximum: u16) -> Vec<serde_json::Value> {
    vec![
        json!({ "type": "integer", "minimum": minimum, "maximum": maximum }),
        json!({ "type": "string", "pattern": "^[0-9]+$" }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(Port::read("65535"), Ok(65535));
        assert_eq!(Status::read("599"), Ok(599));
        assert_eq!(RedirectStatus::read("308"), Ok(308));
        for text in ["0", "65536", "+80", "-1", "8e1", "http"] {
            assert!(Port::read(text).is_err(), "{text}");
        }
        for text in ["99", "600", "2xx"] {
            assert!(Status::read(text).is_err(), "{text}");
        }
        for text in ["200", "300", "304", "305"] {
            assert!(RedirectStatus::read(text).is_err(), "{text}");
        }
    }
}
