//! Durations: a number and its unit.

use std::time::Duration;

use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// Longer than anything that is waited for here.
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Nobody waits longer for a process to end.
const MAX_DRAIN: Duration = Duration::from_secs(60 * 60);

/// The timers' resolution.
const MIN: Duration = Duration::from_millis(1);

/// A duration that can't be turned off.
#[derive(Debug)]
pub(in super::super) enum Period {}

/// A duration or `off`, which is `None`.
#[derive(Debug)]
pub(in super::super) enum Timeout {}

/// `server.drain.delay`, which may be zero.
#[derive(Debug)]
pub(in super::super) enum DrainDelay {}

/// `server.drain.timeout`.
#[derive(Debug)]
pub(in super::super) enum DrainTimeout {}

const PATTERN: &str = r"^[0-9]+(\.[0-9]+)?(ms|s|m|h)$";

impl Value for Period {
    type Out = Duration;

    const FIX: &'static str = "write a duration such as 1s or 500ms";

    fn read(text: &str) -> Result<Duration, Mistake> {
        read(text, MAX, "write 1s or 500ms")
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![json!({ "type": "string", "pattern": PATTERN })]
    }
}

impl Value for Timeout {
    type Out = Option<Duration>;

    const FIX: &'static str = "write a duration such as 1s or 500ms, or off";

    fn read(text: &str) -> Result<Option<Duration>, Mistake> {
        if text == "off" {
            return Ok(None);
        }
        read(text, MAX, "write 1s, 500ms or off").map(Some)
    }

    fn schema() -> Vec<serde_json::Value> {
        vec![
            json!({ "type": "string", "pattern": PATTERN }),
            json!({ "const": "off" }),
        ]
    }
}

impl Value for DrainDelay {
    type Out = Duration;

    const FIX: &'static str = "write a duration such as 5s, or 0s for none";

    fn read(text: &str) -> Result<Duration, Mistake> {
        match parse(text, "write 5s, or 0s for none")? {
            Duration::ZERO => Ok(Duration::ZERO),
            _ => read(text, MAX_DRAIN, "write 5s, or 0s for none"),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        Period::schema()
    }
}

impl Value for DrainTimeout {
    type Out = Duration;

    const FIX: &'static str = "write a duration such as 20s, at most 1h";

    fn read(text: &str) -> Result<Duration, Mistake> {
        read(text, MAX_DRAIN, Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        Period::schema()
    }
}

/// A duration as the file would say it.
pub(in super::super) fn written(duration: Duration) -> String {
    const UNITS: [(&str, u128); 4] = [
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
    ];
    let nanos = duration.as_nanos();
    let fits = |(_, unit): &&(&str, u128)| nanos > 0 && nanos.is_multiple_of(*unit);
    match UNITS.iter().find(fits) {
        Some((name, unit)) => format!("{}{name}", nanos / unit),
        None if nanos == 0 => "0s".to_owned(),
        None => {
            let (whole, part) = (nanos / 1_000_000, nanos % 1_000_000);
            format!("{whole}.{}ms", format!("{part:06}").trim_end_matches('0'))
        }
    }
}

/// A duration of which a timer can be made.
fn read(text: &str, max: Duration, fix: &'static str) -> Result<Duration, Mistake> {
    let duration = parse(text, fix)?;
    let wrong = |what: String| Err(Mistake::new(format!("{} {what}", quote(text)), fix));
    if duration < MIN {
        return wrong("is shorter than 1ms".into());
    }
    if duration > max {
        return wrong(format!("is longer than {}h", max.as_secs() / 3600));
    }
    Ok(duration)
}

/// Any duration; one that is out of all range is a long one.
fn parse(text: &str, fix: &'static str) -> Result<Duration, Mistake> {
    let digits_end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits_end);
    let wrong = |what: String| Mistake::new(format!("{} {what}", quote(text)), fix);
    if number.is_empty() {
        return Err(wrong("is not a duration".into()));
    }
    let unit_nanos: u128 = match unit {
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 3600 * 1_000_000_000,
        "" => return Err(wrong("has no unit".into())),
        _ => {
            return Err(wrong(format!(
                "has the unit {}, which is not ms, s, m or h",
                quote(unit)
            )));
        }
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, "0"),
    };
    // Nine digits each are enough for any duration in range, and fit the sum.
    let part = |digits: &str| {
        (1..=9)
            .contains(&digits.len())
            .then(|| digits.parse::<u32>().ok())
            .flatten()
    };
    let (Some(whole), Some(fraction_value)) = (part(whole), part(fraction)) else {
        return Err(wrong("is not a duration".into()));
    };
    let scale = 10_u128.pow(u32::try_from(fraction.len()).unwrap_or(0));
    let nanos = u128::from(whole) * unit_nanos + u128::from(fraction_value) * unit_nanos / scale;
    Ok(Duration::from_nanos(
        u64::try_from(nanos).unwrap_or(u64::MAX),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (text, millis) in [
            ("1ms", 1),
            ("500ms", 500),
            ("1.5s", 1500),
            ("0.25s", 250),
            ("2m", 120_000),
            ("24h", 86_400_000),
            ("001s", 1000),
        ] {
            assert_eq!(
                Period::read(text),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
        assert_eq!(Timeout::read("off"), Ok(None));
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for (text, expected) in [
            ("0s", "0s"),
            ("1ms", "1ms"),
            ("1.25ms", "1.25ms"),
            ("1.5s", "1500ms"),
            ("90s", "90s"),
            ("120s", "2m"),
            ("60m", "1h"),
        ] {
            let duration = parse(text, "").unwrap();
            assert_eq!(written(duration), expected);
            assert_eq!(parse(expected, ""), Ok(duration));
        }
    }

    #[test]
    fn refusals() {
        for (text, message) in [
            ("1", r#""1" has no unit"#),
            ("1.5", r#""1.5" has no unit"#),
            ("-1s", r#""-1s" is not a duration"#),
            ("s", r#""s" is not a duration"#),
            (".5s", r#"".5s" is not a duration"#),
            ("1.s", r#""1.s" is not a duration"#),
            ("1..5s", r#""1..5s" is not a duration"#),
            ("1d", r#""1d" has the unit "d", which is not ms, s, m or h"#),
            (
                "1 s",
                r#""1 s" has the unit " s", which is not ms, s, m or h"#,
            ),
            ("1S", r#""1S" has the unit "S", which is not ms, s, m or h"#),
            (
                "1s5ms",
                r#""1s5ms" has the unit "s5ms", which is not ms, s, m or h"#,
            ),
            ("0s", r#""0s" is shorter than 1ms"#),
            ("0.5ms", r#""0.5ms" is shorter than 1ms"#),
            ("25h", r#""25h" is longer than 24h"#),
            ("999999999h", r#""999999999h" is longer than 24h"#),
            ("9999999999s", r#""9999999999s" is not a duration"#),
            ("off", r#""off" is not a duration"#),
        ] {
            assert_eq!(Period::read(text).unwrap_err().message, message);
        }
        assert_eq!(
            Timeout::read("1").unwrap_err().fix,
            "write 1s, 500ms or off"
        );
    }

    #[test]
    fn a_drain_has_its_own_range() {
        for (text, millis) in [("0s", 0), ("0ms", 0), ("1ms", 1), ("1h", 3_600_000)] {
            assert_eq!(DrainDelay::read(text), Ok(Duration::from_millis(millis)));
        }
        assert_eq!(DrainTimeout::read("1h"), Ok(Duration::from_secs(3600)));
        for (text, message) in [
            ("0.5ms", r#""0.5ms" is shorter than 1ms"#),
            ("61m", r#""61m" is longer than 1h"#),
            ("off", r#""off" is not a duration"#),
            ("5", r#""5" has no unit"#),
        ] {
            assert_eq!(DrainDelay::read(text).unwrap_err().message, message);
            assert_eq!(DrainTimeout::read(text).unwrap_err().message, message);
        }
        let message = DrainTimeout::read("0s").unwrap_err().message;
        assert_eq!(message, r#""0s" is shorter than 1ms"#);
    }
}
