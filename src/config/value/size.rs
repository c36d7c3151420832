//! Sizes: a number of bytes with its unit.

use serde_json::json;

use super::super::text::quote;
use super::{Mistake, Value};

/// The largest first, as [`written`] looks for the one that fits.
const UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1000),
    ("B", 1),
];

const PATTERN: &str = "^[0-9]+(GiB|GB|MiB|MB|KiB|KB|B)$";

/// More than any body that passes a gateway.
const MAX: u64 = 1024 << 30;

/// Of which a client can still send a request.
const MIN_HEADER: usize = 1 << 10;

/// Where Pingora's parser stops to read.
const MAX_HEADER: usize = 1 << 20;

/// `server.limits.target_bytes`.
#[derive(Debug)]
pub(in super::super) enum TargetSize {}

impl Value for TargetSize {
    type Out = usize;

    const FIX: &'static str = "write a size such as 8KiB";

    fn read(text: &str) -> Result<usize, Mistake> {
        in_memory(text, Self::FIX)
    }

    fn schema() -> Vec<serde_json::Value> {
        sizes()
    }
}

/// `server.limits.header_bytes`.
#[derive(Debug)]
pub(in super::super) enum HeaderSize {}

impl Value for HeaderSize {
    type Out = usize;

    const FIX: &'static str = "write a size from 1KiB to 1MiB, such as 64KiB";

    fn read(text: &str) -> Result<usize, Mistake> {
        let size = in_memory(text, Self::FIX)?;
        let wrong = |what| Mistake::new(format!("{} {what}", quote(text)), Self::FIX);
        if size < MIN_HEADER {
            return Err(wrong("is less than 1KiB"));
        }
        if size > MAX_HEADER {
            return Err(wrong("is more than the 1MiB that Pingora's parser takes"));
        }
        Ok(size)
    }

    fn schema() -> Vec<serde_json::Value> {
        sizes()
    }
}

/// The size of a body or `off`, which is `None`.
#[derive(Debug)]
pub(in super::super) enum BodySize {}

impl Value for BodySize {
    type Out = Option<u64>;

    const FIX: &'static str = "write a size such as 16MiB, or off";

    fn read(text: &str) -> Result<Option<u64>, Mistake> {
        match text {
            "off" => Ok(None),
            text => read(text, Self::FIX).map(Some),
        }
    }

    fn schema() -> Vec<serde_json::Value> {
        let mut forms = sizes();
        forms.push(json!({ "const": "off" }));
        forms
    }
}

/// `bytes` as the file would say it.
pub(in super::super) fn written(bytes: u64) -> String {
    let whole = |(_, unit): &&(&str, u64)| bytes >= *unit && bytes.is_multiple_of(*unit);
    match UNITS.iter().find(whole) {
        Some((name, unit)) => format!("{}{name}", bytes / unit),
        None => format!("{bytes}B"),
    }
}

fn in_memory(text: &str, fix: &'static str) -> Result<usize, Mistake> {
    let too_large = |_| Mistake::new(format!("{} is too large", quote(text)), fix);
    usize::try_from(read(text, fix)?).map_err(too_large)
}

fn read(text: &str, fix: &'static str) -> Result<u64, Mistake> {
    let digits_end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits_end);
    let wrong = |what: String| Mistake::new(format!("{} {what}", quote(text)), fix);
    if number.is_empty() || unit.starts_with('.') {
        return Err(wrong("is not a whole number and its unit".into()));
    }
    if unit.is_empty() {
        let fix = "write a unit after it: B, KiB, MiB or GiB";
        return Err(Mistake::new(format!("{} has no unit", quote(text)), fix));
    }
    let Some((_, bytes)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(wrong(format!(
            "has the unit {}, which is not B, KiB, MiB, GiB, KB, MB or GB",
            quote(unit)
        )));
    };
    let number = number.parse::<u64>().ok();
    match number.and_then(|number| number.checked_mul(*bytes)) {
        Some(0) => Err(wrong("is less than 1B".into())),
        Some(size) if size <= MAX => Ok(size),
        _ => Err(wrong("is more than 1024GiB".into())),
    }
}

fn sizes() -> Vec<serde_json::Value> {
    vec![json!({ "type": "string", "pattern": PATTERN })]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (text, bytes) in [
            ("1B", 1),
            ("8KiB", 8192),
            ("16MiB", 16_777_216),
            ("1GiB", 1_073_741_824),
            ("1KB", 1000),
            ("2MB", 2_000_000),
            ("3GB", 3_000_000_000),
            ("0010B", 10),
            ("1024GiB", MAX),
        ] {
            assert_eq!(BodySize::read(text), Ok(Some(bytes)), "{text}");
        }
        assert_eq!(BodySize::read("off"), Ok(None));
        assert_eq!(TargetSize::read("8KiB"), Ok(8192));
        assert_eq!(HeaderSize::read("1KiB"), Ok(1024));
        assert_eq!(HeaderSize::read("1MiB"), Ok(1_048_576));
    }

    #[test]
    fn sizes_are_written_as_they_were() {
        for text in ["1B", "1023B", "1KiB", "1000KiB", "64KiB", "1MiB", "2KB"] {
            assert_eq!(written(TargetSize::read(text).unwrap() as u64), text);
        }
        assert_eq!(written(0), "0B");
    }

    #[test]
    fn refusals() {
        let unit = "which is not B, KiB, MiB, GiB, KB, MB or GB";
        for (text, message) in [
            ("8192", r#""8192" has no unit"#.to_owned()),
            ("0", r#""0" has no unit"#.to_owned()),
            ("0B", r#""0B" is less than 1B"#.to_owned()),
            (
                "-1B",
                r#""-1B" is not a whole number and its unit"#.to_owned(),
            ),
            (
                "KiB",
                r#""KiB" is not a whole number and its unit"#.to_owned(),
            ),
            (
                "1.5MiB",
                r#""1.5MiB" is not a whole number and its unit"#.to_owned(),
            ),
            ("8Ki", format!(r#""8Ki" has the unit "Ki", {unit}"#)),
            ("8kb", format!(r#""8kb" has the unit "kb", {unit}"#)),
            ("8 KiB", format!(r#""8 KiB" has the unit " KiB", {unit}"#)),
            ("1025GiB", r#""1025GiB" is more than 1024GiB"#.to_owned()),
            (
                "99999999999GiB",
                r#""99999999999GiB" is more than 1024GiB"#.to_owned(),
            ),
            (
                "99999999999999999999999B",
                r#""99999999999999999999999B" is more than 1024GiB"#.to_owned(),
            ),
        ] {
            assert_eq!(BodySize::read(text).unwrap_err().message, message);
        }
        assert_eq!(
            TargetSize::read("8192").unwrap_err().fix,
            "write a unit after it: B, KiB, MiB or GiB"
        );
        assert!(TargetSize::read("off").is_err());
        for (text, message) in [
            ("1023B", r#""1023B" is less than 1KiB"#),
            (
                "1048577B",
                r#""1048577B" is more than the 1MiB that Pingora's parser takes"#,
            ),
        ] {
            assert_eq!(
                HeaderSize::read(text).unwrap_err(),
                Mistake::new(message, HeaderSize::FIX)
            );
        }
    }
}
