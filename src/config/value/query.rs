//! Parameters of queries, as they stand in the URL: nothing is decoded, so what
//! can't stand there is never found.

use serde_json::json;

use super::super::text::quote;
use super::path::escaped;
use super::{Mistake, Value};

/// The name of a parameter.
#[derive(Debug)]
pub(in super::super) enum ParameterName {}

/// The value of a parameter.
#[derive(Debug)]
pub(in super::super) enum ParameterValue {}

impl Value for ParameterName {
    type Out = String;

    const FIX: &'static str = "write the name of a query parameter as it stands in the URL";

    fn read(text: &str) -> Result<String, Mistake> {
        as_in_url(text, &['&', '=', '#'], &format!("{} contains", quote(text)))
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![
            json!({ "type": "string", "pattern": r#"^[!"$%'-<>-~]+$"# }),
            json!({ "type": ["number", "boolean"] }),
        ]
    }
}

impl Value for ParameterValue {
    type Out = String;

    const FIX: &'static str = r#"write the value as it stands in the URL, "" for an empty one"#;

    const MAY_BE_EMPTY: bool = true;

    /// No mistake quotes the value: it may be a credential, and reports are shown.
    fn read(text: &str) -> Result<String, Mistake> {
        as_in_url(text, &['&', '#'], "contains")
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![
            json!({ "type": "string", "pattern": r#"^[!"$%'-~]*$"# }),
            json!({ "type": ["number", "boolean"] }),
        ]
    }
}

fn as_in_url(text: &str, ends: &[char], contains: &str) -> Result<String, Mistake> {
    match text
        .chars()
        .find(|c| ends.contains(c) || !('!'..='~').contains(c))
    {
        None => Ok(text.to_owned()),
        Some(c) => Err(Mistake::new(
            format!("{contains} {c:?}, which can't stand there in a URL"),
            format!("write it as {}", escaped(c)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_as_in_the_url() {
        for text in ["q", "a%20b", "a[]", "a+b", "0"] {
            assert_eq!(ParameterName::read(text).as_deref(), Ok(text));
        }
        assert_eq!(ParameterValue::read("a=b").as_deref(), Ok("a=b"));
        for (text, fix) in [
            ("a b", "%20"),
            ("a&b", "%26"),
            ("a#", "%23"),
            ("é", "%C3%A9"),
        ] {
            let fix = format!("write it as {fix}");
            assert_eq!(ParameterName::read(text).unwrap_err().fix, fix);
            assert_eq!(ParameterValue::read(text).unwrap_err().fix, fix);
        }
        assert!(ParameterName::read("a=b").is_err());
    }
}
