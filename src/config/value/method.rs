//! Methods of requests.

use http::Method;
use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// A method that can be routed.
#[derive(Debug)]
pub(in super::super) enum MethodName {}

impl Value for MethodName {
    type Out = Method;

    const FIX: &'static str = "write a method such as GET";

    fn read(text: &str) -> Result<Method, Mistake> {
        let Ok(method) = Method::from_bytes(text.as_bytes()) else {
            let message = format!("{} is not a method", quote(text));
            return Err(Mistake::new(message, Self::FIX));
        };
        // Methods are case-sensitive (RFC 9110, section 9.1).
        let upper = text.to_ascii_uppercase();
        if upper != text {
            return Err(Mistake::new(
                format!("{} is not in upper case, as methods are", quote(text)),
                format!("did you mean {upper}?"),
            ));
        }
        // It names a host and a port, not a path.
        if method == Method::CONNECT {
            return Err(Mistake::new(
                "CONNECT asks for a tunnel, which the gateway is not",
                "leave it out",
            ));
        }
        Ok(method)
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({
            "type": "string",
            "pattern": r"^[A-Z0-9!#$%&'*+.^_`|~-]+$",
            "not": { "const": "CONNECT" },
        })]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods() {
        assert_eq!(MethodName::read("GET"), Ok(Method::GET));
        assert_eq!(MethodName::read("M-SEARCH").unwrap(), "M-SEARCH");
        assert_eq!(
            MethodName::read("get").unwrap_err().fix,
            "did you mean GET?"
        );
        for text in ["G ET", "GET,POST", "CONNECT", "connect", "GÉT", "*/*"] {
            assert!(MethodName::read(text).is_err(), "{text}");
        }
    }
}
