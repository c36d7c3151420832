//! Durations as Kubernetes and Istio write them.

use std::time::Duration;

/// `1h30m`, `2.5s`, `500ms`; `None` for anything else.
#[must_use]
pub fn span(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut all = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "us" | "µs" => 0.000_001,
            _ => return None,
        };
        all += number.parse::<f64>().ok()? * seconds;
        rest = after;
    }
    // To the microsecond: fractions of seconds aren't exact.
    let micros = (all * 1e6).round();
    Duration::try_from_secs_f64(micros / 1e6).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up() {
        for (text, millis) in [
            ("1h30m", 5_400_000),
            ("2.5s", 2500),
            ("300ms", 300),
            ("0s", 0),
        ] {
            assert_eq!(span(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for wrong in ["", "5", "s", "1 s", "1d", "-1s", "..s"] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }
}
