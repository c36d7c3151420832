//! Parts of a whole.

use serde_json::json;

use super::super::model::Share;
use super::super::text::quote;
use super::{Mistake, Value};

/// `access_log.sample`.
#[derive(Debug)]
pub(in super::super) enum ShareOfAll {}

/// Digits after the point.
const PLACES: usize = 6;

impl Value for ShareOfAll {
    type Out = Share;

    const FIX: &'static str = "write a number from 0.0 to 1.0, such as 0.1 for one in ten";

    fn read(text: &str) -> Result<Share, Mistake> {
        let wrong = |what| Err(Mistake::new(format!("{} {what}", quote(text)), Self::FIX));
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) {
            return wrong("is not a number from 0.0 to 1.0");
        }
        let part = part.trim_end_matches('0');
        if part.len() > PLACES {
            return wrong("has more than six digits after the point");
        }
        let millionths = format!("{whole}{part:0<PLACES$}");
        match millionths.parse().ok().and_then(Share::of_millionths) {
            Some(share) => Ok(share),
            None => wrong("is more than 1.0"),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![
            json!({ "type": "number", "minimum": 0, "maximum": 1 }),
            json!({ "type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$" }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        for (text, millionths) in [
            ("0", 0),
            ("0.0", 0),
            ("1", 1_000_000),
            ("1.0", 1_000_000),
            ("1.0000000000", 1_000_000),
            ("0.1", 100_000),
            ("00.250", 250_000),
            ("0.000001", 1),
            ("0.999999", 999_999),
        ] {
            assert_eq!(
                ShareOfAll::read(text).map(Share::millionths),
                Ok(millionths),
                "{text}"
            );
        }
    }

    #[test]
    fn refusals() {
        for (text, message) in [
            ("1.000001", r#""1.000001" is more than 1.0"#),
            ("2", r#""2" is more than 1.0"#),
            ("99999999999999", r#""99999999999999" is more than 1.0"#),
            ("-0.1", r#""-0.1" is not a number from 0.0 to 1.0"#),
            ("+1", r#""+1" is not a number from 0.0 to 1.0"#),
            (".5", r#"".5" is not a number from 0.0 to 1.0"#),
            ("1.", r#""1." is not a number from 0.0 to 1.0"#),
            ("1e-1", r#""1e-1" is not a number from 0.0 to 1.0"#),
            ("10%", r#""10%" is not a number from 0.0 to 1.0"#),
            (".nan", r#"".nan" is not a number from 0.0 to 1.0"#),
            ("off", r#""off" is not a number from 0.0 to 1.0"#),
            (
                "0.0000001",
                r#""0.0000001" has more than six digits after the point"#,
            ),
        ] {
            assert_eq!(
                ShareOfAll::read(text),
                Err(Mistake::new(message, ShareOfAll::FIX))
            );
        }
    }
}
