//! Names and values of header fields.

use http::{HeaderName, HeaderValue};
use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// The name of a header field (RFC 9110, section 5.1).
#[derive(Debug)]
pub(in super::super) enum FieldName {}

/// The value of a header field (RFC 9110, section 5.5).
#[derive(Debug)]
pub(in super::super) enum FieldValue {}

impl Value for FieldName {
    type Out = HeaderName;

    const FIX: &'static str = "write the name of a header such as X-Team";

    fn read(text: &str) -> Result<HeaderName, Mistake> {
        if text.starts_with(':') {
            return Err(Mistake::new(
                format!("{} is a pseudo-header, not a header", quote(text)),
                "leave it out; paths, hosts and methods have keys of their own",
            ));
        }
        HeaderName::from_bytes(text.as_bytes()).map_err(|_| {
            let message = format!("{} is not the name of a header", quote(text));
            Mistake::new(message, Self::FIX)
        })
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" })]
    }
}

impl Value for FieldValue {
    type Out = HeaderValue;

    const FIX: &'static str = r#"write a value for the header, "" for an empty one"#;

    const MAY_BE_EMPTY: bool = true;

    /// No mistake quotes the value: it may be a credential, and reports are shown.
    fn read(text: &str) -> Result<HeaderValue, Mistake> {
        // Receivers remove it, so it would be neither sent nor found.
        if text.trim_matches([' ', '\t']) != text {
            return Err(Mistake::new(
                "begins or ends with a space",
                "leave it out; it isn't part of a header's value",
            ));
        }
        HeaderValue::from_bytes(text.as_bytes()).map_err(|_| {
            Mistake::new(
                "contains a control character",
                "leave it out; a header's value is one line of text",
            )
        })
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![
            json!({ "type": "string", "pattern": r"^[^\u0000-\u0008\u000a-\u001f\u007f]*$" }),
            json!({ "type": ["number", "boolean"] }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(FieldName::read("X-A").unwrap(), "x-a");
        for name in ["X A", "X-Ä", "X:", ":path", "X\n", "a(b)"] {
            assert!(FieldName::read(name).is_err(), "{name}");
        }
    }

    #[test]
    fn values() {
        for value in ["", "a b", "a\tb", "ä", r#""q", x=1"#] {
            assert_eq!(FieldValue::read(value).unwrap(), value.as_bytes());
        }
        for value in ["a\r\nX: y", "a\0", "\x7f", " a", "a\t"] {
            assert!(FieldValue::read(value).is_err(), "{value:?}");
        }
    }
}
