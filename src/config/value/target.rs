//! What `tests:` send and expect. It need not be a good request: that a bad one
//! is refused can be a test too.

use http::Method;
use serde_json::json;

use super::super::text::quote;
use super::path::escaped;
use super::{MethodName, Mistake, Value};

/// `tests[].request`: a method and a target.
#[derive(Debug)]
pub(in super::super) enum RequestLine {}

impl Value for RequestLine {
    type Out = (Method, String);

    const FIX: &'static str = "write a method and a path such as GET /users/7?q=1";

    fn read(text: &str) -> Result<(Method, String), Mistake> {
        let Some((method, target)) = text.split_once(' ') else {
            let message = format!("{} is not a method, a space and a path", quote(text));
            return Err(Mistake::new(message, Self::FIX));
        };
        Ok((MethodName::read(method)?, Target::read(target)?))
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({
            "type": "string",
            "pattern": r"^[A-Z0-9!#$%&'*+.^_`|~-]+ /[!-~]*$",
        })]
    }
}

/// A path, and a query where there is one.
#[derive(Debug)]
pub(in super::super) enum Target {}

impl Value for Target {
    type Out = String;

    const FIX: &'static str = "write a path that begins with /, and a query where there is one";

    fn read(text: &str) -> Result<String, Mistake> {
        if !text.starts_with('/') {
            let message = format!("{} doesn't begin with /", quote(text));
            return Err(Mistake::new(message, Self::FIX));
        }
        visible(text)
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": r"^/[!-~]*$" })]
    }
}

/// `tests[].expect.location`.
#[derive(Debug)]
pub(in super::super) enum Location {}

impl Value for Location {
    type Out = String;

    const FIX: &'static str = "write a URL such as https://blog.example/x, or a path";

    fn read(text: &str) -> Result<String, Mistake> {
        if !["/", "http://", "https://"]
            .iter()
            .any(|start| text.starts_with(start))
        {
            let message = format!("{} is neither a URL nor a path", quote(text));
            return Err(Mistake::new(message, Self::FIX));
        }
        visible(text)
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": r"^(/|https?://)[!-~]*$" })]
    }
}

fn visible(text: &str) -> Result<String, Mistake> {
    match text.chars().find(|c| !('!'..='~').contains(c)) {
        None => Ok(text.to_owned()),
        Some(c) => Err(Mistake::new(
            format!(
                "{} contains {c:?}, which no URL on the wire does",
                quote(text)
            ),
            format!("write it as {}", escaped(c)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        assert_eq!(
            RequestLine::read("GET /%2e%2e/x?q=1#y"),
            Ok((Method::GET, "/%2e%2e/x?q=1#y".into()))
        );
        for (text, fix) in [
            ("/x", RequestLine::FIX),
            ("GET", RequestLine::FIX),
            ("get /x", "did you mean GET?"),
            ("GET x", Target::FIX),
            ("GET  /x", Target::FIX),
            ("GET /x HTTP/1.1", "write it as %20"),
        ] {
            assert_eq!(RequestLine::read(text).unwrap_err().fix, fix, "{text}");
        }
    }

    #[test]
    fn locations() {
        for text in ["/x", "https://blog.example/x?y"] {
            assert_eq!(Location::read(text).as_deref(), Ok(text));
        }
        for text in ["x", "/a b", "blog.example/x"] {
            assert!(Location::read(text).is_err(), "{text}");
        }
    }
}
