//! How many there may be.

use std::ops::RangeInclusive;

use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// More than this is a mistake rather than a limit.
const MAX: usize = 1_000_000_000;

/// What Pingora's parser has room for.
const MAX_HEADERS: usize = 256;

/// A number that can't be turned off.
#[derive(Debug)]
pub(in super::super) enum Count {}

impl Value for Count {
    type Out = usize;

    const FIX: &'static str = "write a whole number from 1, such as 10000";

    fn read(text: &str) -> Result<usize, Mistake> {
        read(text, Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        numbers(1..=MAX)
    }
}

/// A number or `off`, which is `None`.
#[derive(Debug)]
pub(in super::super) enum CountOrOff {}

impl Value for CountOrOff {
    type Out = Option<usize>;

    const FIX: &'static str = "write a whole number from 1, such as 1024, or off";

    fn read(text: &str) -> Result<Option<usize>, Mistake> {
        match text {
            "off" => Ok(None),
            text => read(text, Self::FIX).map(Some),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        let mut forms = numbers(1..=MAX);
        forms.push(json!({ "const": "off" }));
        forms
    }
}

/// `server.limits.headers`.
#[derive(Debug)]
pub(in super::super) enum HeaderCount {}

impl Value for HeaderCount {
    type Out = usize;

    const FIX: &'static str = "write a whole number from 1 to 256";

    fn read(text: &str) -> Result<usize, Mistake> {
        let count = read(text, Self::FIX)?;
        if count > MAX_HEADERS {
            let message = format!(
                "{} is more than the {MAX_HEADERS} that Pingora's parser takes",
                quote(text)
            );
            return Err(Mistake::new(message, Self::FIX));
        }
        Ok(count)
    }

    fn schema() -> Vec<serde_json::Value> {
        numbers(1..=MAX_HEADERS)
    }
}

fn read(text: &str, fix: &'static str) -> Result<usize, Mistake> {
    let wrong = |what| Mistake::new(format!("{} {what}", quote(text)), fix);
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong("is not a whole number".to_owned()));
    }
    match text.parse() {
        Ok(0) => Err(wrong("is less than 1".to_owned())),
        Ok(count) if count <= MAX => Ok(count),
        _ => Err(wrong(format!("is more than {MAX}"))),
    }
}

fn numbers(range: RangeInclusive<usize>) -> Vec<serde_json::Value> {
    vec![
        json!({ "type": "integer", "minimum": range.start(), "maximum": range.end() }),
        json!({ "type": "string", "pattern": "^[0-9]+$" }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert_eq!(Count::read("1"), Ok(1));
        assert_eq!(Count::read("1000000000"), Ok(MAX));
        assert_eq!(CountOrOff::read("007"), Ok(Some(7)));
        assert_eq!(CountOrOff::read("off"), Ok(None));
        assert_eq!(HeaderCount::read("256"), Ok(256));
    }

    #[test]
    fn refusals() {
        for (text, message) in [
            ("0", r#""0" is less than 1"#),
            ("-1", r#""-1" is not a whole number"#),
            ("+1", r#""+1" is not a whole number"#),
            ("1.0", r#""1.0" is not a whole number"#),
            ("1e3", r#""1e3" is not a whole number"#),
            ("1_000", r#""1_000" is not a whole number"#),
            ("off", r#""off" is not a whole number"#),
            ("1000000001", r#""1000000001" is more than 1000000000"#),
            (
                "99999999999999999999999",
                r#""99999999999999999999999" is more than 1000000000"#,
            ),
        ] {
            assert_eq!(Count::read(text).unwrap_err().message, message);
        }
        assert_eq!(
            HeaderCount::read("257").unwrap_err(),
            Mistake::new(
                r#""257" is more than the 256 that Pingora's parser takes"#,
                "write a whole number from 1 to 256"
            )
        );
        assert_eq!(CountOrOff::read("on").unwrap_err().fix, CountOrOff::FIX);
    }
}
